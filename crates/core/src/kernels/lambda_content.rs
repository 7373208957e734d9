//! The content lambda: k̄ = softmax of the keys over positions, λᶜ = Σ_u k̄_uᵀ V_u (paper, sections 3.1 and 3.3).
//! `shaders/lambda_content.wgsl`.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Input `[positions, row]`, in whose rows the keys (u · k) and the values (u · v) stand; outputs k̄
/// `[positions, u · k]` and λᶜ `[k, v]`. Channels of keys and values are intra-major: channel = u-index · k + key.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Context positions, m.
    pub positions: u32,
    /// Values in one row of the input.
    pub row: u32,
    /// Where a row's keys start.
    pub key_offset: u32,
    /// Where a row's values start.
    pub value_offset: u32,
    /// k.
    pub key_depth: u32,
    /// v.
    pub value_depth: u32,
    /// u, the intra-depth.
    pub intra: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// One workgroup per key channel.
    pub fn grid(&self) -> Grid {
        [self.key_depth, 1, 1]
    }

    /// Multiplications with an addition each.
    pub fn macs(&self) -> u64 {
        [self.positions, self.intra, self.key_depth, self.value_depth].into_iter().map(u64::from).product()
    }
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "lambda_content",
        source: include_str!("../../../../shaders/lambda_content.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 1,
        writes: 2,
    }
}
