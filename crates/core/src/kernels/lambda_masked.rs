//! A lambda layer in which each query sees a part of the context only: `shaders/lambda_masked.wgsl`.
//!
//! The keys' softmax runs over what the query sees, so that every query has a content lambda of its own (paper,
//! section 3.1, masked contexts): k̄_nm = exp(K_m) / Σ exp(K_m') over the visible m'. The position embedding of what is
//! not visible is zero. Neither the n·m·k softmax nor a lambda is ever stored. Parameters are those of
//! [`super::lambda_apply`]; operands are queries, context, E, b, the mask, and the output.

use super::Shader;
use super::lambda_apply::Params;

/// What a query sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Visible {
    /// The whole context. Such a layer runs [`super::lambda_apply`] or [`super::lambda_build`].
    All = 0,
    /// Itself and what stands before it, row by row; needs no mask in memory.
    Causal = 1,
    /// What the mask, `[n, m]`, says with a number other than zero.
    Given = 2,
}

impl Visible {
    /// The number that stands for it in the parameters.
    pub fn code(self) -> u32 {
        self as u32
    }
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

/// Key channels, u · k.
pub fn channels(params: &Params) -> u32 {
    params.intra * params.key_depth
}

/// 32-bit numbers in a workgroup's memory.
pub fn workgroup_memory(params: &Params) -> u32 {
    params.weights() + 2 * channels(params)
}

/// Multiplications with an addition each: weights from content and from position, then the values.
pub fn macs(params: &Params) -> u64 {
    let [h, k, v, u] = [params.heads, params.key_depth, params.value_depth, params.intra].map(u64::from);
    let visible = params.queries() * params.positions();
    let content = if params.content == 1 { visible * u * h * k } else { 0 };
    content + params.pairs() * u * h * k + visible * u * h * v + params.queries() * h * k
}

/// The shader with room for this layer's weights.
pub fn shader(params: &Params) -> Shader {
    Shader {
        name: "lambda_masked",
        source: include_str!("../../../../shaders/lambda_masked.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP), ("WEIGHTS", params.weights()), ("CHANNELS", channels(params))],
        reads: 5,
        writes: 1,
    }
}
