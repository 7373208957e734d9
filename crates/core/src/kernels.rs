//! The vocabulary of operations: one file a kernel, named as its shader in `shaders/` and its twin in the engine's `cpu`.
//!
//! A kernel's file holds what both sides share: the typed parameters (the shader's uniform struct, compared with naga's
//! reflected offsets in `tests/it/shaders.rs`) and the grid. No arithmetic on activations and no device belongs here.

pub mod attention;
pub mod attention_map;
pub mod attention_values;
pub mod conv;
pub mod conv_join;
pub mod lambda_apply;
pub mod lambda_build;
pub mod lambda_content;
pub mod lambda_masked;
pub mod lambda_order;
pub mod max_pool;
pub mod mean_pool;
pub mod pool_affine;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What follows an affine map, elementwise. The numbers are the shaders' `activation` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::FromRepr)]
#[serde(rename_all = "lowercase")]
#[repr(u32)]
pub enum Activation {
    /// x
    None = 0,
    /// max(x, 0)
    Relu = 1,
    /// x · sigmoid(x)
    Silu = 2,
}

impl Activation {
    /// The code the shaders know it by.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The activation of a parameter struct; codes the shaders do not know mean none, as they do there.
    pub fn from_code(code: u32) -> Self {
        Self::from_repr(code).unwrap_or(Self::None)
    }

    /// Applies it to one value.
    #[inline]
    pub fn apply(self, x: f32) -> f32 {
        match self {
            Self::None => x,
            // Not `max`, which makes 0 of NaN: what has overflowed must not look like a number (and does not in PyTorch).
            Self::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Self::Silu => x / (1.0 + (-x).exp()),
        }
    }
}

/// The workgroups to dispatch along x, y and z.
pub type Grid = [u32; 3];

/// One specialisation of a shader: what a pipeline is made from and known by.
///
/// Binding 0 of group 0 is the uniform parameters, then come the arrays it reads, then those it writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shader {
    /// The stem of its file in `shaders/`.
    pub name: &'static str,
    /// WGSL.
    pub source: Cow<'static, str>,
    /// The values of its `override` constants.
    pub overrides: Vec<(&'static str, u32)>,
    /// Arrays it reads.
    pub reads: u32,
    /// Arrays it writes.
    pub writes: u32,
}

/// What stands on top of a shader that uses subgroups.
const SUBGROUPS: &str = "enable subgroups;";

impl Shader {
    /// Whether it runs only on devices that offer subgroups.
    pub fn needs_subgroups(&self) -> bool {
        self.source.starts_with(SUBGROUPS)
    }

    /// The source as naga reads it, which knows the operations of subgroups, but not yet the line by which WGSL allows them
    /// (naga 30, <https://github.com/gfx-rs/wgpu/issues/5555>).
    pub fn source_for_naga(&self) -> &str {
        without_enabling(&self.source)
    }
}

/// As [`Shader::source_for_naga`], for a file of `shaders/`.
pub fn without_enabling(source: &str) -> &str {
    source.strip_prefix(SUBGROUPS).unwrap_or(source)
}
