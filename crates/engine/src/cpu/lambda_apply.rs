//! Twin of `shaders/lambda_apply.wgsl`: the same association, q·E first, a position lambda never being built.

use lambdascope_core::kernels::lambda_apply::Params;

use super::gemm::gemm;

/// A lambda layer's arrays, as [`Params`] describes them.
#[derive(Clone, Copy, Debug)]
pub struct Operands<'a> {
    /// `[n, query_row]`
    pub queries: &'a [f32],
    /// `[m, context_row]`
    pub context: &'a [f32],
    /// λᶜ, `[k, v]`; not read where `content` is 0.
    pub lambda_content: &'a [f32],
    /// E, `[window_height · window_width, u · k]`
    pub position: &'a [f32],
    /// b, `[k]`
    pub bias: &'a [f32],
}

/// Scratch that [`run`] keeps between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    queries: Vec<f32>,
    weights: Vec<f32>,
    lambda: Vec<f32>,
    kernel: Vec<f32>,
}

/// y_n = Σ_m Σ_u (q_n · e_nmu) v_mu + q_nᵀ (λᶜ + b 1ᵀ) for every query and head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, scratch: &mut Scratch, output: &mut [f32]) {
    let (height, width) = (params.height as usize, params.width as usize);
    let [heads, k, v, intra] = [params.heads, params.key_depth, params.value_depth, params.intra].map(|n| n as usize);
    let (window_width, cells) = (params.window_width as usize, (params.window_height * params.window_width) as usize);

    // The queries of all heads under each other, [n · h, k].
    scratch.queries.clear();
    let rows = operands.queries.chunks_exact(params.query_row as usize).take(height * width);
    rows.for_each(|row| scratch.queries.extend_from_slice(&row[..heads * k]));
    constant_lambda(params, operands, &mut scratch.lambda);
    gemm([height * width * heads, k, v], &scratch.queries, k, &scratch.lambda, v, output, false);
    if cells == 0 {
        return;
    }
    // E transposed, [u, k, cells], so that a row of queries takes all its weights in one product for each u.
    scratch.kernel.clear();
    let channels = intra * k;
    scratch.kernel.extend((0..channels).flat_map(|i| operands.position.chunks_exact(channels).map(move |e| e[i])));
    let context_row = params.context_row as usize;

    for y in 0..params.height {
        let rows = params.reach(0, y);
        let first = (rows.start + params.origin_y - y) as usize * window_width;
        let span = rows.len() * window_width;
        let queries = &scratch.queries[y as usize * width * heads * k..];
        scratch.weights.resize(width * heads * span, 0.0);
        for u in 0..intra {
            let kernel = &scratch.kernel[u * k * cells + first..];
            gemm([width * heads, k, span], queries, k, kernel, cells, &mut scratch.weights, false);
            for x in 0..params.width {
                let columns = params.reach(1, x);
                let n = y as usize * width + x as usize;
                for head in 0..heads {
                    let weights = &scratch.weights[(x as usize * heads + head) * span..][..span];
                    let sums = &mut output[(n * heads + head) * v..][..v];
                    for (weights, context_y) in weights.chunks_exact(window_width).zip(rows.clone()) {
                        for context_x in columns.clone() {
                            let a = weights[(context_x + params.origin_x - x) as usize];
                            let m = (context_y * params.context_width + context_x) as usize;
                            let at = m * context_row + params.value_offset as usize + u * v;
                            sums.iter_mut().zip(&operands.context[at..at + v]).for_each(|(sum, v)| *sum += a * v);
                        }
                    }
                }
            }
        }
    }
}

/// What all queries share of λ_n, λᶜ + b 1ᵀ, `[k, v]`.
pub(super) fn constant_lambda(params: &Params, operands: Operands, lambda: &mut Vec<f32>) {
    let v = params.value_depth as usize;
    lambda.clear();
    lambda.extend(operands.bias.iter().take(params.key_depth as usize).flat_map(|b| std::iter::repeat_n(*b, v)));
    if params.content == 1 {
        lambda.iter_mut().zip(operands.lambda_content).for_each(|(cell, content)| *cell += content);
    }
}
