//! Twin of `shaders/lambda_build.wgsl`: λ_n is built for one query at a time, then applied to its heads.

use lambdascope_core::kernels::lambda_apply::Params;

use super::lambda_apply::{Operands, constant_lambda};

/// y_n = λ_nᵀ q_n with λ_n = λᶜ + b 1ᵀ + Σ_m Σ_u e_nmu v_muᵀ, for every query and head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, output: &mut [f32]) {
    let [heads, k, v, intra] = [params.heads, params.key_depth, params.value_depth, params.intra].map(|n| n as usize);
    let context_row = params.context_row as usize;
    let mut shared = Vec::new();
    constant_lambda(params, operands, &mut shared);
    let mut lambda = Vec::with_capacity(k * v);
    let mut outputs = output.chunks_exact_mut(heads * v);
    for (n, queries) in operands.queries.chunks_exact(params.query_row as usize).enumerate() {
        let Some(output) = outputs.next() else { return };
        let (y, x) = (n as u32 / params.width, n as u32 % params.width);
        lambda.clone_from(&shared);
        for context_y in params.reach(0, y) {
            for context_x in params.reach(1, x) {
                let cell = (context_y + params.origin_y - y) * params.window_width + context_x + params.origin_x - x;
                let e = &operands.position[cell as usize * intra * k..][..intra * k];
                let m = (context_y * params.context_width + context_x) as usize;
                let values = &operands.context[m * context_row + params.value_offset as usize..][..intra * v];
                for (e, value) in e.chunks_exact(k).zip(values.chunks_exact(v)) {
                    for (cells, e) in lambda.chunks_exact_mut(v).zip(e) {
                        cells.iter_mut().zip(value).for_each(|(cell, value)| *cell += e * value);
                    }
                }
            }
        }
        output.fill(0.0);
        for (sums, q) in output.chunks_exact_mut(v).zip(queries.chunks_exact(k)) {
            for (cells, q) in lambda.chunks_exact(v).zip(q) {
                sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += q * cell);
            }
        }
    }
}
