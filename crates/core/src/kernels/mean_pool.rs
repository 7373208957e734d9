//! Mean over all pixels, the head's first half. `shaders/mean_pool.wgsl`.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Input `[pixels, channels]`, output `[channels]`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Pixels to average.
    pub pixels: u32,
    /// Channels, a multiple of 4.
    pub channels: u32,
}

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

impl Params {
    /// One invocation per vec4 of the output.
    pub fn grid(&self) -> Grid {
        [(self.channels / 4).div_ceil(WORKGROUP), 1, 1]
    }
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "mean_pool",
        source: include_str!("../../../../shaders/mean_pool.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 1,
        writes: 1,
    }
}
