//! Which output is looked at, and what of the context it reaches.

use std::ops::Range;

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::LambdaTrace;

/// A query: a position of the map, a head, and which of the u maps is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Row.
    pub y: usize,
    /// Column.
    pub x: usize,
    /// Head.
    pub head: usize,
    /// Which of the intra-depth's keys and values, below u.
    pub u: usize,
}

impl Query {
    /// Its row and column.
    pub fn cell(&self) -> [usize; 2] {
        [self.y, self.x]
    }

    /// Its position in the layer's map, n.
    pub fn n(&self, layer: &LambdaTrace) -> usize {
        self.y * layer.dims.width + self.x
    }
}

/// The rows and columns of the context, half-open, that have a position embedding for this query.
pub fn reach(layer: &LambdaTrace, query: Query) -> [Range<usize>; 2] {
    let dims = &layer.dims;
    let along = |at: usize, axis: usize, side: usize| {
        let end = (at + dims.window[axis]).saturating_sub(dims.origin[axis]).min(side);
        at.saturating_sub(dims.origin[axis]).min(end)..end
    };
    [along(query.y, 0, dims.context_height), along(query.x, 1, dims.context_width)]
}

/// The row of E for a query and a context position within its [`reach`].
pub(crate) fn offset(layer: &LambdaTrace, query: Query, [y, x]: [usize; 2]) -> usize {
    let dims = &layer.dims;
    (y + dims.origin[0] - query.y) * dims.window[1] + x + dims.origin[1] - query.x
}

/// Whether the layer's mask shows context position m to query n.
pub fn sees(layer: &LambdaTrace, n: usize, m: usize) -> bool {
    match &layer.mask {
        Mask::None => true,
        Mask::Causal => m <= n,
        Mask::Given(mask) => mask.get(n * layer.dims.positions() + m).is_some_and(|seen| *seen != 0),
    }
}

/// The query vector q_n of a head, `[k]`.
pub fn query_vector(layer: &LambdaTrace, query: Query) -> &[f32] {
    let k = layer.dims.key_depth;
    &layer.query.row(query.n(layer))[query.head * k..(query.head + 1) * k]
}

/// a · b.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
