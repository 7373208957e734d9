//! The other order: λ_n is built for one query at a time in workgroup memory, then applied to its heads.
//! `shaders/lambda_build.wgsl`.
//!
//! y_n = λ_nᵀ q_n with λ_n = λᶜ + b 1ᵀ + Σ_m Σ_u e_nmu v_muᵀ (paper, section 3.1). Parameters and operands are those of
//! [`super::lambda_apply`].

use super::Shader;
use super::lambda_apply::Params;

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 64;

/// Cells of λ that a workgroup holds at a time, unless one column has more.
const CELLS: u32 = 1024;

/// Cells of λ that a workgroup holds at a time.
pub fn cells(params: &Params) -> u32 {
    CELLS.max(params.key_depth)
}

/// The shader with room for this layer's cells.
pub fn shader(params: &Params) -> Shader {
    Shader {
        name: "lambda_build",
        source: include_str!("../../../../shaders/lambda_build.wgsl").into(),
        overrides: vec![("WORKGROUP", WORKGROUP), ("CELLS", cells(params))],
        reads: 5,
        writes: 1,
    }
}
