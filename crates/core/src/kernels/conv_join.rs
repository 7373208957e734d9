//! The parts of a convolution whose sum was cut ([`Way::parts`](super::conv::Way)), added up. `shaders/conv_join.wgsl`.

use super::conv::Params;
use super::{Grid, Shader};

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

/// One invocation per vec4 of the output.
pub fn grid(params: &Params) -> Grid {
    [(params.pixels() * (params.out_channels / 4)).div_ceil(WORKGROUP), 1, 1]
}

/// The shader. Its parameters are the convolution's.
pub fn shader() -> Shader {
    Shader {
        name: "conv_join",
        source: include_str!("../../../../shaders/conv_join.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP)],
        reads: 3,
        writes: 1,
    }
}
