//! 3×3 maximum with stride 2, the window centred on every second pixel (padding 1). `shaders/max_pool.wgsl`.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Input `[in_height, in_width, channels]`, output `[out_height, out_width, channels]`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Rows of the input.
    pub in_height: u32,
    /// Columns of the input.
    pub in_width: u32,
    /// Rows of the output.
    pub out_height: u32,
    /// Columns of the output.
    pub out_width: u32,
    /// Channels, a multiple of 4.
    pub channels: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// One invocation per vec4 of the output.
    pub fn grid(&self) -> Grid {
        [(self.out_height * self.out_width * self.channels / 4).div_ceil(WORKGROUP), 1, 1]
    }
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "max_pool",
        source: include_str!("../../../../shaders/max_pool.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 1,
        writes: 1,
    }
}
