//! Twin of `shaders/lambda_content.wgsl`.

use lambdascope_core::kernels::lambda_content::Params;

/// k̄ = softmax of the keys over positions (the maximum subtracted first), λᶜ = Σ_u k̄_uᵀ V_u.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, context: &[f32], k_bar: &mut [f32], lambda: &mut [f32]) {
    let (k, v, u) = (params.key_depth as usize, params.value_depth as usize, params.intra as usize);
    let rows = || context.chunks_exact(params.row as usize).take(params.positions as usize);
    let (keys, values, channels) = (params.key_offset as usize, params.value_offset as usize, u * k);
    let mut largest = vec![f32::NEG_INFINITY; channels];
    for row in rows() {
        largest.iter_mut().zip(&row[keys..keys + channels]).for_each(|(m, x)| *m = m.max(*x));
    }
    let mut sums = vec![0.0f32; channels];
    for (k_bar, row) in k_bar.chunks_exact_mut(channels).zip(rows()) {
        for i in 0..channels {
            k_bar[i] = (row[keys + i] - largest[i]).exp();
            sums[i] += k_bar[i];
        }
    }
    let lambda = &mut lambda[..k * v];
    lambda.fill(0.0);
    for (k_bar, row) in k_bar.chunks_exact_mut(channels).zip(rows()) {
        k_bar.iter_mut().zip(&sums).for_each(|(k_bar, sum)| *k_bar /= sum);
        for (k_bar, value) in k_bar.chunks_exact(k).zip(row[values..].chunks_exact(v)) {
            for (cells, k_bar) in lambda.chunks_exact_mut(v).zip(k_bar) {
                cells.iter_mut().zip(value).for_each(|(cell, value)| *cell += k_bar * value);
            }
        }
    }
}
