//! Mean over all pixels, the head's first half. `shaders/mean_pool.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Grid;

/// Input `[pixels, channels]`, output `[channels]`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
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
