//! The content lambda: k̄ = softmax of the keys over positions, λᶜ = k̄ᵀ V (paper, section 3.1).
//! `shaders/lambda_content.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::{Grid, Shader};

/// Input `[positions, width]`, whose rows are q | k | v side by side; outputs k̄ `[positions, key_depth]` and
/// λᶜ `[key_depth, value_depth]`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Params {
    /// Context positions, m.
    pub positions: u32,
    /// Values in one row of the input.
    pub width: u32,
    /// Where a row's keys start.
    pub key_offset: u32,
    /// Where a row's values start.
    pub value_offset: u32,
    /// k.
    pub key_depth: u32,
    /// v.
    pub value_depth: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// One workgroup per key channel.
    pub fn grid(&self) -> Grid {
        [self.key_depth, 1, 1]
    }
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "lambda_content",
        source: include_str!("../../shaders/lambda_content.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 1,
        writes: 2,
    }
}
