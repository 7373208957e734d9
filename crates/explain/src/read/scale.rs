//! The limits of the signed scale. Content, position and total share one, unless the visitor asks to see each by itself;
//! what differs is how much of the layer it has to cover.

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::{max_abs, transposed};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::read::implicit_attention::{ImplicitAttention, every_u};
use crate::read::query::{Query, query_vector, reach};

/// What one scale covers, in the order shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Coverage {
    /// Each map on screen by itself: the only choice under which the three have different scales.
    Map,
    /// The three maps on screen.
    #[default]
    Query,
    /// Every query of this head: the scale stands still while the query moves.
    Head,
    /// Every query of every head of this layer.
    Layer,
    /// A limit that stays as it was when this was chosen, whatever is shown: for comparing layers, pictures and networks.
    Fixed,
}

impl Coverage {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

/// The largest |a| of the three maps of one query.
pub fn query_limit(attention: &ImplicitAttention) -> f32 {
    max_abs(&attention.content).max(max_abs(&attention.position)).max(max_abs(&attention.total))
}

/// The largest |a| of all maps of all queries of one head, every u among them.
pub fn head_limit(layer: &LambdaTrace, head: usize) -> f32 {
    let dims = &layer.dims;
    if layer.mask != Mask::None {
        // Every query has keys of its own, so that there is nothing to share between them.
        let queries = (0..dims.queries()).map(|n| Query { y: n / dims.width, x: n % dims.width, head, u: 0 });
        return queries.flat_map(|query| every_u(layer, query)).map(|map| query_limit(&map)).fold(0.0, f32::max);
    }
    let (k, width) = (dims.key_depth, dims.context_width);
    // Transposed, the inner loops run over positions and vectorise.
    let every_key = transposed(layer.k_bar.data(), dims.intra * k);
    let every_offset = transposed(layer.position.data(), dims.intra * k);
    let (positions, cells) = (dims.positions(), dims.window[0] * dims.window[1]);
    let mut total = vec![0.0f32; positions];
    let mut row = vec![0.0f32; dims.window[1]];
    let mut limit = 0.0f32;
    for n in 0..dims.queries() {
        let query = Query { y: n / dims.width, x: n % dims.width, head, u: 0 };
        let q = query_vector(layer, query);
        let [rows, columns] = reach(layer, query);
        for u in 0..dims.intra {
            total.fill(0.0);
            for (keys, q) in every_key[u * k * positions..].chunks_exact(positions).zip(q) {
                add_scaled(&mut total, keys, *q);
            }
            limit = limit.max(max_abs(&total));
            for y in rows.clone() {
                let start = (y + dims.origin[0] - query.y) * dims.window[1] + columns.start + dims.origin[1] - query.x;
                let row = &mut row[..columns.len()];
                row.fill(0.0);
                for (offsets, q) in every_offset[u * k * cells..].chunks_exact(cells).zip(q) {
                    add_scaled(row, &offsets[start..start + row.len()], *q);
                }
                limit = limit.max(max_abs(row));
                let total = &mut total[y * width + columns.start..][..columns.len()];
                add_scaled(total, row, 1.0);
                limit = limit.max(max_abs(total));
            }
        }
    }
    limit
}

/// The largest |a| of all maps of all queries of all heads.
pub fn layer_limit(layer: &LambdaTrace) -> f32 {
    (0..layer.dims.heads).map(|head| head_limit(layer, head)).fold(0.0, f32::max)
}

fn add_scaled(sum: &mut [f32], values: &[f32], factor: f32) {
    for (s, v) in sum.iter_mut().zip(values) {
        *s += factor * v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_heads_limit_is_the_largest_of_its_queries() {
        for (kind, layer) in fixture::every_kind() {
            let slow = |head| {
                let queries = (0..5).flat_map(|y| (0..6).map(move |x| Query { y, x, head, u: 0 }));
                let maps = queries.flat_map(|query| every_u(&layer, query));
                maps.map(|map| query_limit(&map)).fold(0.0, f32::max)
            };
            for head in 0..2 {
                assert!((head_limit(&layer, head) - slow(head)).abs() < 1e-5, "{kind}");
            }
            assert_eq!(layer_limit(&layer), head_limit(&layer, 0).max(head_limit(&layer, 1)), "{kind}");
        }
    }
}
