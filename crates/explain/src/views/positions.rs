//! The position embeddings as a layer learned them, and the kernel that one query makes of them:
//! q_n · e_nm = Σ_k q_nk E_k[m − n]. All of it is indexed by offsets, context minus query, `[rows, columns]` of the window.

pub mod figures;
pub mod shift;

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::figures::grid::Grid;
use crate::read::query::{Query, dot, query_vector, reach};

/// What the tiles of the key channels show, in the order shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
pub enum TileKind {
    /// E_k: what the layer learned, the same for every query and head.
    #[default]
    #[strum(serialize = "e")]
    Embedding,
    /// q_nk E_k: what the channel adds to the query's kernel.
    #[strum(serialize = "qe")]
    Contribution,
}

impl TileKind {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

/// Whether the layer has position embeddings at all.
pub fn has_positions(layer: &LambdaTrace) -> bool {
    layer.dims.window[0] * layer.dims.window[1] > 0
}

/// One tile for each key channel of the query's u, `[window]` each; none where the layer has no position embeddings.
pub fn tiles(layer: &LambdaTrace, query: Query, tile: TileKind) -> Vec<Grid> {
    if !has_positions(layer) {
        return Vec::new();
    }
    let q = query_vector(layer, query);
    let one = |channel: usize| {
        let factor = match tile {
            TileKind::Embedding => 1.0,
            TileKind::Contribution => q[channel],
        };
        let column = query.u * layer.dims.key_depth + channel;
        over_offsets(layer, |embedding| factor * embedding[column])
    };
    (0..layer.dims.key_depth).map(one).collect()
}

/// The query's position kernel Σ_k q_nk E_k, `[window]`; `None` where the layer has no position embeddings.
pub fn kernel(layer: &LambdaTrace, query: Query) -> Option<Grid> {
    let k = layer.dims.key_depth;
    let q = query_vector(layer, query);
    has_positions(layer).then(|| over_offsets(layer, |embedding| dot(q, &embedding[query.u * k..(query.u + 1) * k])))
}

/// The largest magnitude of several tiles: their common scale.
pub fn common_limit(tiles: &[Grid]) -> f32 {
    tiles.iter().map(|tile| max_abs(&tile.values)).fold(0.0, f32::max)
}

/// How many of the window's offsets fall on a context position for this query, and how many there are.
pub fn offsets_on_map(layer: &LambdaTrace, query: Query) -> [usize; 2] {
    let [rows, columns] = reach(layer, query);
    [rows.len() * columns.len(), layer.dims.window[0] * layer.dims.window[1]]
}

/// A value for every offset, from its embeddings `[u · k]`.
fn over_offsets(layer: &LambdaTrace, value: impl Fn(&[f32]) -> f32) -> Grid {
    let [rows, columns] = layer.dims.window;
    let values = (0..rows * columns).map(|offset| value(layer.position.row(offset))).collect();
    Grid::new(values, columns).counted_from(layer.dims.origin.map(|at| -(at as isize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::implicit_attention::implicit_attention;
    use crate::read::query::sees;

    #[test]
    fn the_kernel_laid_on_the_query_is_its_position_map() {
        for (kind, layer) in fixture::every_kind() {
            for query in [Query { y: 0, x: 5, head: 1, u: 0 }, Query { y: 3, x: 2, head: 0, u: layer.dims.intra - 1 }] {
                let Some(kernel) = kernel(&layer, query) else {
                    assert_eq!(layer.dims.window, [0, 0], "{kind}");
                    continue;
                };
                let map = implicit_attention(&layer, query).position;
                let mut laid = vec![0.0; map.len()];
                for (i, value) in kernel.values.iter().enumerate() {
                    let y = query.y as isize + kernel.first[0] + (i / kernel.columns) as isize;
                    let x = query.x as isize + kernel.first[1] + (i % kernel.columns) as isize;
                    let (height, width) = (layer.dims.context_height as isize, layer.dims.context_width as isize);
                    if (0..height).contains(&y) && (0..width).contains(&x) {
                        let m = (y * width + x) as usize;
                        laid[m] = if sees(&layer, query.n(&layer), m) { *value } else { 0.0 };
                    }
                }
                assert_eq!(laid, map, "{kind}");
            }
        }
    }

    #[test]
    fn the_kernel_is_the_sum_of_what_the_channels_add() {
        for (kind, layer) in fixture::every_kind() {
            let query = Query { y: 1, x: 1, head: 1, u: layer.dims.intra - 1 };
            let added = tiles(&layer, query, TileKind::Contribution);
            let Some(kernel) = kernel(&layer, query) else {
                assert!(added.is_empty(), "{kind}");
                continue;
            };
            assert_eq!(added.len(), layer.dims.key_depth);
            for (i, value) in kernel.values.iter().enumerate() {
                let sum: f32 = added.iter().map(|tile| tile.values[i]).sum();
                assert!((sum - value).abs() < 1e-5, "{kind}: {sum} {value}");
            }
            let learned = tiles(&layer, query, TileKind::Embedding);
            let q = query_vector(&layer, query);
            assert_eq!(added[2].values[3], q[2] * learned[2].values[3], "{kind}");
            assert_eq!(learned[2].values[3], layer.position.row(3)[query.u * 3 + 2], "{kind}");
            let all = learned.iter().flat_map(|tile| &tile.values).fold(0.0f32, |most, value| most.max(value.abs()));
            assert_eq!(common_limit(&learned), all);
        }
    }

    #[test]
    fn the_window_is_cut_off_at_the_border() {
        let layer = fixture::layer(6, 7);
        let at = |y, x| offsets_on_map(&layer, Query { y, x, ..Query::default() });
        assert_eq!([at(3, 3), at(0, 0), at(5, 3)], [[25, 25], [9, 25], [15, 25]]);
    }

    #[test]
    fn a_tile_is_found_by_its_id() {
        for tile in TileKind::VARIANTS {
            assert_eq!(tile.id().parse(), Ok(*tile));
        }
        assert!("".parse::<TileKind>().is_err());
    }
}
