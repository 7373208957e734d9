//! What follows a lambda layer: activation(scale · average(input) + shift). `shaders/pool_affine.wgsl`.
//!
//! timm's `post_attn` BatchNorm cannot be folded into the lambda layer (its channels share one value projection across
//! heads) nor into the next convolution (an activation stands between), so it stays an affine map of its own.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Input `[in_height, in_width, channels]`; output `[in_height / pool, in_width / pool, channels]`, rounded down.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Rows of the input.
    pub in_height: u32,
    /// Columns of the input.
    pub in_width: u32,
    /// Channels.
    pub channels: u32,
    /// Side and stride of the averaged window: 1 (no pooling) or 2.
    pub pool: u32,
    /// [`super::Activation::code`].
    pub activation: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// Rows and columns of the output.
    pub fn out_size(&self) -> [u32; 2] {
        [self.in_height / self.pool, self.in_width / self.pool]
    }

    /// One invocation per value of the output.
    pub fn grid(&self) -> Grid {
        let [height, width] = self.out_size();
        [(height * width * self.channels).div_ceil(WORKGROUP), 1, 1]
    }
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "pool_affine",
        source: include_str!("../../../../shaders/pool_affine.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 3,
        writes: 1,
    }
}
