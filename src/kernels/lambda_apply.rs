//! Applying content and position lambdas without materialising the latter: `shaders/lambda_apply.wgsl`.
//!
//! y_n = Σ_δ (q_n · E_δ) V_{n+δ} + q_nᵀ (λᶜ + b 1ᵀ), for every head, with one position kernel E shared by all heads
//! (lambda convolution, paper section 3.2). Taking q·E first needs r²·h·(k+v) multiplications a query, building λ first
//! r²·k·v + h·k·v; with h < k the former is fewer for every network known here.

use bytemuck::{Pod, Zeroable};

use super::{Grid, Shader};

/// Input `[height · width, row]` with rows q | k | v, λᶜ `[key_depth, value_depth]`, E `[window · window, key_depth]`,
/// bias b `[key_depth]`; output `[height · width, heads · value_depth]`, head-major.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Params {
    /// Rows of the map.
    pub height: u32,
    /// Columns of the map.
    pub width: u32,
    /// Values in one row of the input; its queries start at 0.
    pub row: u32,
    /// Where a row's values start, a multiple of 4.
    pub value_offset: u32,
    /// h.
    pub heads: u32,
    /// k.
    pub key_depth: u32,
    /// v, a multiple of 4.
    pub value_depth: u32,
    /// r, the odd side of the window.
    pub window: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// One workgroup per query position; x and y, since one axis holds at most 65,535.
    pub fn grid(&self) -> Grid {
        [self.width, self.height, 1]
    }

    /// Weights q·E that a workgroup holds: heads · r².
    pub fn weights(&self) -> u32 {
        self.heads * self.window * self.window
    }

    /// The shader with room for this layer's weights.
    pub fn shader(&self) -> Shader {
        Shader {
            name: "lambda_apply",
            source: include_str!("../../shaders/lambda_apply.wgsl").into(),
            overrides: vec![("WORKGROUP", WORKGROUP), ("WEIGHTS", self.weights())],
            reads: 4,
            writes: 1,
        }
    }
}
