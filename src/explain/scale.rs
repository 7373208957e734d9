//! The limits of the signed scale. Content, position and total share one, unless the visitor asks to see each by itself;
//! what differs is how much of the layer it has to cover.

use crate::nn::trace::LambdaTrace;
use crate::tensor::max_abs;

use super::implicit_attention::{ImplicitAttention, Query, window};

/// What one scale covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Each map on screen by itself: the only scope under which the three have different scales.
    Map,
    /// The three maps on screen.
    #[default]
    Query,
    /// Every query of this head: the scale stands still while the query moves.
    Head,
    /// Every query of every head of this layer.
    Layer,
}

/// The largest |a| of the three maps of one query.
pub fn query_limit(attention: &ImplicitAttention) -> f32 {
    max_abs(&attention.content).max(max_abs(&attention.position)).max(max_abs(&attention.total))
}

/// The largest |a| of all maps of all queries of one head.
pub fn head_limit(layer: &LambdaTrace, head: usize) -> f32 {
    let dims = &layer.dims;
    let (k, width) = (dims.key_depth, dims.width);
    // Transposed, the inner loops run over positions and vectorise.
    let keys = transposed(layer.key.data(), k);
    let offsets = transposed(layer.position.data(), k);
    let (positions, cells) = (dims.positions(), dims.window * dims.window);
    let reach = dims.window / 2;
    let mut total = vec![0.0f32; positions];
    let mut row = vec![0.0f32; dims.window];
    let mut limit = 0.0f32;
    for y in 0..dims.height {
        for x in 0..width {
            let query = Query { y, x, head };
            let q = super::implicit_attention::query_vector(layer, query);
            total.fill(0.0);
            for (keys, q) in keys.chunks_exact(positions).zip(q) {
                add_scaled(&mut total, keys, *q);
            }
            limit = limit.max(max_abs(&total));
            let [top, left, bottom, right] = window(layer, query);
            for v in top..=bottom {
                let start = (v + reach - y) * dims.window + left + reach - x;
                let row = &mut row[..=right - left];
                row.fill(0.0);
                for (offsets, q) in offsets.chunks_exact(cells).zip(q) {
                    add_scaled(row, &offsets[start..start + row.len()], *q);
                }
                limit = limit.max(max_abs(row));
                let total = &mut total[v * width + left..=v * width + right];
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

/// `[rows, columns]` to `[columns, rows]`.
fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|c| values.iter().skip(c).step_by(columns).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::fixture;
    use crate::explain::implicit_attention::implicit_attention;

    #[test]
    fn a_heads_limit_is_the_largest_of_its_queries() {
        let layer = fixture::layer(6, 7);
        let slow = |head| {
            let queries = (0..6).flat_map(|y| (0..7).map(move |x| Query { y, x, head }));
            queries.map(|query| query_limit(&implicit_attention(&layer, query))).fold(0.0, f32::max)
        };
        for head in 0..2 {
            assert!((head_limit(&layer, head) - slow(head)).abs() < 1e-5);
        }
        assert_eq!(layer_limit(&layer), head_limit(&layer, 0).max(head_limit(&layer, 1)));
    }
}
