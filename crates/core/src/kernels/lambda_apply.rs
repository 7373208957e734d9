//! Applying content and position lambdas without materialising the latter: `shaders/lambda_apply.wgsl`.
//!
//! y_n = Σ_m Σ_u (q_n · e_nmu) v_mu + q_nᵀ (λᶜ + b 1ᵀ) for every head: the implicit weights first, then the values. One
//! table E of offsets serves the lambda convolution (paper, section 3.2) and the global layer (section 3.1) alike: the
//! former's window is small, the latter's covers the whole map. The geometry is also that of `lambda_build`, the other
//! order, and of `lambda_masked`; which order runs is decided in [`super::lambda_order`].

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Queries `[height · width, query_row]`, context `[context_height · context_width, context_row]` with keys (u · k) and
/// values (u · v) in its rows (for self-context both are one array), λᶜ `[k, v]`, E
/// `[window_height · window_width, u · k]`, bias b `[k]`; output `[height · width, heads · v]`, head-major.
///
/// The cell of E for query (y, x) and context (y', x') is (y' − y + origin_y, x' − x + origin_x); a context position
/// whose cell lies outside of the window has no position term.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Rows of the queries' map.
    pub height: u32,
    /// Columns of the queries' map.
    pub width: u32,
    /// Rows of the context's map.
    pub context_height: u32,
    /// Columns of the context's map.
    pub context_width: u32,
    /// Values in one row of the queries, which start at 0.
    pub query_row: u32,
    /// Values in one row of the context.
    pub context_row: u32,
    /// Where a context row's keys start.
    pub key_offset: u32,
    /// Where a context row's values start.
    pub value_offset: u32,
    /// h.
    pub heads: u32,
    /// k.
    pub key_depth: u32,
    /// v.
    pub value_depth: u32,
    /// u, the intra-depth.
    pub intra: u32,
    /// Rows of E; 0 for a layer without position lambdas.
    pub window_height: u32,
    /// Columns of E.
    pub window_width: u32,
    /// The row of E that stands for no vertical offset.
    pub origin_y: u32,
    /// The column of E that stands for no horizontal offset.
    pub origin_x: u32,
    /// 1 if the content lambda is added.
    pub content: u32,
    /// [`super::lambda_masked::Visible::code`]; 0 for this kernel.
    pub mask: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

/// Weights q·E that a workgroup holds at a time, unless one context position has more.
const WEIGHTS: u32 = 1024;

impl Params {
    /// One workgroup per query position; x and y, since one axis holds at most 65,535.
    pub fn grid(&self) -> Grid {
        [self.width, self.height, 1]
    }

    /// Queries, n.
    pub fn queries(&self) -> u64 {
        u64::from(self.height) * u64::from(self.width)
    }

    /// Context positions, m.
    pub fn positions(&self) -> u64 {
        u64::from(self.context_height) * u64::from(self.context_width)
    }

    /// Rows (axis 0) or columns (axis 1) of the context that the window around a query at `at` reaches, as a half-open
    /// range; empty without position lambdas.
    pub fn reach(&self, axis: usize, at: u32) -> std::ops::Range<u32> {
        let (window, origin, context) = match axis {
            0 => (self.window_height, self.origin_y, self.context_height),
            _ => (self.window_width, self.origin_x, self.context_width),
        };
        let end = (at + window).saturating_sub(origin).min(context);
        at.saturating_sub(origin).min(end)..end
    }

    /// Pairs of a query and a context position with a position term.
    pub fn pairs(&self) -> u64 {
        let along = |axis: usize, side: u32| -> u64 { (0..side).map(|at| self.reach(axis, at).len() as u64).sum() };
        along(0, self.height) * along(1, self.width)
    }

    /// Fours of heads' weights q·E that a workgroup holds at a time: [`WEIGHTS`] in all, unless one context position has more.
    pub fn fours(&self) -> u32 {
        (WEIGHTS / 4).max(self.heads.div_ceil(4) * self.intra)
    }

    /// Weights of one context position: a workgroup must hold as many.
    pub fn weights_a_position(&self) -> u32 {
        self.heads * self.intra
    }

    /// Weights that a workgroup holds at a time.
    pub fn weights(&self) -> u32 {
        WEIGHTS.max(self.weights_a_position())
    }

    /// The shader with room for this layer's weights.
    pub fn shader(&self) -> Shader {
        Shader {
            name: "lambda_apply",
            source: include_str!("../../../../shaders/lambda_apply.wgsl").into(),
            overrides: vec![("WORKGROUP", WORKGROUP), ("WEIGHTS", self.fours())],
            reads: 5,
            writes: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_clipped_to_the_context() {
        let local = Params { window_height: 5, origin_y: 2, context_height: 4, height: 4, ..Params::zeroed() };
        assert_eq!((0..4).map(|y| local.reach(0, y)).collect::<Vec<_>>(), [0..3, 0..4, 0..4, 1..4]);
        // Seven offsets between the rows of two maps of 3 and 5 rows: every row is within reach of every other.
        let global = Params { window_height: 7, origin_y: 2, context_height: 5, height: 3, ..Params::zeroed() };
        assert!((0..3).all(|y| global.reach(0, y) == (0..5)));
        let none = Params { context_height: 4, height: 4, ..Params::zeroed() };
        assert!(none.reach(0, 3).is_empty());
    }

    #[test]
    fn pairs_are_counted_exactly() {
        let params = Params {
            height: 3,
            width: 2,
            context_height: 3,
            context_width: 2,
            window_height: 3,
            window_width: 3,
            origin_y: 1,
            origin_x: 1,
            ..Params::zeroed()
        };
        assert_eq!(params.pairs(), (2 + 3 + 2) * (2 + 2));
    }
}
