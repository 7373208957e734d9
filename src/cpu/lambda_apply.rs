//! Twin of `shaders/lambda_apply.wgsl`: the same association, q·E first, a position lambda never being built.

use crate::kernels::lambda_apply::Params;

use super::gemm;

/// Scratch that [`run`] keeps between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    queries: Vec<f32>,
    weights: Vec<f32>,
    lambda: Vec<f32>,
    kernel: Vec<f32>,
}

/// y_n = Σ_δ (q_n · E_δ) V_{n+δ} + q_nᵀ (λᶜ + b 1ᵀ) for every query and head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(
    params: &Params,
    qkv: &[f32],
    lambda_content: &[f32],
    position: &[f32],
    bias: &[f32],
    scratch: &mut Scratch,
    output: &mut [f32],
) {
    let (height, width) = (params.height as usize, params.width as usize);
    let (row, heads, k, v) =
        (params.row as usize, params.heads as usize, params.key_depth as usize, params.value_depth as usize);
    let (window, reach, at) = (params.window as usize, params.window as usize / 2, params.value_offset as usize);
    let (offsets, queries) = (window * window, height * width * heads);

    // The queries of all heads under each other, [n · h, k].
    scratch.queries.clear();
    qkv.chunks_exact(row).take(height * width).for_each(|r| scratch.queries.extend_from_slice(&r[..heads * k]));
    // λᶜ + b 1ᵀ, [k, v].
    scratch.lambda.clear();
    scratch
        .lambda
        .extend(lambda_content.chunks_exact(v).zip(bias).flat_map(|(cells, b)| cells.iter().map(move |c| c + b)));
    gemm([queries, k, v], &scratch.queries, k, &scratch.lambda, v, output, false);
    // E transposed, [k, r²], so that all weights are one product.
    scratch.kernel.clear();
    scratch.kernel.extend((0..k).flat_map(|i| position.chunks_exact(k).map(move |e| e[i])));
    scratch.weights.resize(queries * offsets, 0.0);
    gemm([queries, k, offsets], &scratch.queries, k, &scratch.kernel, offsets, &mut scratch.weights, false);

    for y in 0..height {
        for x in 0..width {
            let n = y * width + x;
            for head in 0..heads {
                let weights = &scratch.weights[(n * heads + head) * offsets..][..offsets];
                let sums = &mut output[(n * heads + head) * v..][..v];
                for context_y in y.saturating_sub(reach)..(y + reach + 1).min(height) {
                    for context_x in x.saturating_sub(reach)..(x + reach + 1).min(width) {
                        let a = weights[(context_y + reach - y) * window + context_x + reach - x];
                        let values = &qkv[(context_y * width + context_x) * row + at..][..v];
                        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += a * value);
                    }
                }
            }
        }
    }
}
