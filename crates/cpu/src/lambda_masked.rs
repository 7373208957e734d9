//! Twin of `shaders/lambda_masked.wgsl`: the keys' softmax runs over what each query sees.

use lambdascope_core::kernels::lambda_apply::Params;
use lambdascope_core::kernels::lambda_masked::{Visible, channels};

/// A masked lambda layer's arrays, as [`Params`] describes them.
#[derive(Clone, Copy, Debug)]
pub struct Operands<'a> {
    /// `[n, query_row]`
    pub queries: &'a [f32],
    /// `[m, context_row]`
    pub context: &'a [f32],
    /// E, `[window_height · window_width, u · k]`
    pub position: &'a [f32],
    /// b, `[k]`
    pub bias: &'a [f32],
    /// `[n, m]`, zero for what is hidden; not read where the mask is causal.
    pub visible: &'a [f32],
}

/// y_n = Σ_m Σ_u (q_n · (k̄_nmu + e_nmu)) v_mu + q_n · b over the m that n sees, for every head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, output: &mut [f32]) {
    let [heads, k, v] = [params.heads, params.key_depth, params.value_depth].map(|n| n as usize);
    let (positions, channels) = (params.positions() as usize, channels(params) as usize);
    let row = |m: usize| &operands.context[m * params.context_row as usize..][..params.context_row as usize];
    let keys = |m: usize| &row(m)[params.key_offset as usize..][..channels];
    let (mut largest, mut share) = (vec![0.0f32; channels], vec![0.0f32; channels]);
    let mut weighed = vec![0.0f32; channels];
    let mut outputs = output.chunks_exact_mut(heads * v);
    for (n, queries) in operands.queries.chunks_exact(params.query_row as usize).enumerate() {
        let Some(output) = outputs.next() else { return };
        let (y, x) = (n as u32 / params.width, n as u32 % params.width);
        let causal = params.mask == Visible::Causal.code();
        let sees = |m: &usize| if causal { *m <= n } else { operands.visible[n * positions + m] != 0.0 };
        largest.fill(f32::MIN);
        for m in (0..positions).filter(sees) {
            largest.iter_mut().zip(keys(m)).for_each(|(most, key)| *most = most.max(*key));
        }
        share.fill(0.0);
        for m in (0..positions).filter(sees) {
            share.iter_mut().zip(keys(m)).zip(&largest).for_each(|((sum, key), most)| *sum += (key - most).exp());
        }
        share.iter_mut().for_each(|sum| *sum = 1.0 / sum.max(1.0));

        let bias = |q: &[f32]| q.iter().zip(operands.bias).map(|(q, b)| q * b).sum::<f32>();
        output.chunks_exact_mut(v).zip(queries.chunks_exact(k)).for_each(|(sums, q)| sums.fill(bias(q)));
        let (rows, columns) = (params.reach(0, y), params.reach(1, x));
        for m in (0..positions).filter(sees) {
            weighed.fill(0.0);
            if params.content == 1 {
                for (i, weighed) in weighed.iter_mut().enumerate() {
                    *weighed = (keys(m)[i] - largest[i]).exp() * share[i];
                }
            }
            let (context_y, context_x) = (m as u32 / params.context_width, m as u32 % params.context_width);
            if rows.contains(&context_y) && columns.contains(&context_x) {
                let cell = (context_y + params.origin_y - y) * params.window_width + context_x + params.origin_x - x;
                let e = &operands.position[cell as usize * channels..][..channels];
                weighed.iter_mut().zip(e).for_each(|(weighed, e)| *weighed += e);
            }
            let values = row(m)[params.value_offset as usize..].chunks_exact(v);
            for (keys, value) in weighed.chunks_exact(k).zip(values) {
                for (sums, q) in output.chunks_exact_mut(v).zip(queries.chunks_exact(k)) {
                    let a: f32 = q.iter().zip(keys).map(|(q, key)| q * key).sum();
                    sums.iter_mut().zip(value).for_each(|(sum, value)| *sum += a * value);
                }
            }
        }
    }
}
