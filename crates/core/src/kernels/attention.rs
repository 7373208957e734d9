//! Global self-attention with relative positions: `shaders/attention.wgsl`.
//!
//! y_n = Σ_m softmax_m(q_n·k_m / √k + q_n·r_(y_m − y_n) + q_n·r'_(x_m − x_n)) v_m for every head, each with queries, keys
//! and values of its own. The softmax is taken while its terms arrive: the map of weights, n by m, is never in memory.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Queries, keys and values side by side, `[height · width, row]`: heads · k queries from 0 on, heads · k keys, heads · v
/// values, each head-major. Tables of offsets, context minus query, the most negative first: vertical
/// `[2 · height − 1, k]`, horizontal `[2 · width − 1, k]`. Output `[height · width, heads · v]`, head-major.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Rows of the map.
    pub height: u32,
    /// Columns of the map.
    pub width: u32,
    /// Values in one row of queries, keys and values.
    pub row: u32,
    /// Where a row's keys start.
    pub key_offset: u32,
    /// Where a row's values start.
    pub value_offset: u32,
    /// h.
    pub heads: u32,
    /// k of one head.
    pub key_depth: u32,
    /// v of one head.
    pub value_depth: u32,
}

/// Invocations of a workgroup, and the context positions that it takes at a time.
pub const WORKGROUP: u32 = 64;

/// Queries of a workgroup; two vectors of four in the shader.
pub(super) const QUERIES: u32 = 8;

/// Key channels that a workgroup holds at a time.
pub(super) const DEPTH: u32 = 16;

impl Params {
    /// One workgroup for some neighbouring queries of one head.
    pub fn grid(&self) -> Grid {
        [(self.height * self.width).div_ceil(QUERIES), self.heads, 1]
    }

    /// Positions, queries and context alike.
    pub fn positions(&self) -> u64 {
        u64::from(self.height) * u64::from(self.width)
    }

    /// Multiplications with an addition each: the logits from keys and from both tables, then the values.
    pub fn macs(&self) -> u64 {
        let [h, k, v] = [self.heads, self.key_depth, self.value_depth].map(u64::from);
        let sides = u64::from(self.height) + u64::from(self.width);
        self.positions() * h * (self.positions() * (k + v) + sides * k)
    }

    /// Vectors of position logits that a workgroup holds: one a row and one a column of the map for each four queries.
    pub(super) fn lines(&self) -> u32 {
        QUERIES / 4 * (self.height + self.width)
    }

    /// 32-bit numbers in a workgroup's memory: position logits, queries, keys, weights, partial maxima.
    pub fn workgroup_memory(&self) -> u32 {
        4 * self.lines() + QUERIES * DEPTH + WORKGROUP * (DEPTH + 1) + WORKGROUP * QUERIES + 8 * QUERIES
    }

    /// The shader with room for this map's position logits.
    pub fn shader(&self) -> Shader {
        Shader {
            name: "attention",
            source: include_str!("../../../../shaders/attention.wgsl").into(),
            overrides: vec![("LINES", self.lines())],
            reads: 3,
            writes: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplications_are_counted_exactly() {
        let params = Params { height: 3, width: 2, heads: 5, key_depth: 7, value_depth: 11, ..Params::zeroed() };
        assert_eq!(params.macs(), 5 * (6 * 6 * 7 + 6 * 6 * 11 + 6 * (3 + 2) * 7));
    }

    #[test]
    fn a_map_of_144_by_144_fits_the_least_workgroup_memory_of_webgpu() {
        let side = |side| Params { height: side, width: side, ..Params::zeroed() }.workgroup_memory() * 4;
        assert!(side(144) <= 16384 && side(145) > 16384);
    }
}
