//! Twin of `shaders/lambda_content.wgsl`.

use crate::kernels::lambda_content::Params;

/// k̄ = softmax of the keys over positions (the maximum subtracted first), λᶜ = k̄ᵀ V.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, qkv: &[f32], key: &mut [f32], lambda: &mut [f32]) {
    let (k, v, width) = (params.key_depth as usize, params.value_depth as usize, params.width as usize);
    let rows = || qkv.chunks_exact(width).take(params.positions as usize);
    let (keys, values) = (params.key_offset as usize, params.value_offset as usize);
    let mut largest = vec![f32::NEG_INFINITY; k];
    for row in rows() {
        largest.iter_mut().zip(&row[keys..keys + k]).for_each(|(m, x)| *m = m.max(*x));
    }
    let mut sums = vec![0.0f32; k];
    for (k_bar, row) in key.chunks_exact_mut(k).zip(rows()) {
        for i in 0..k {
            k_bar[i] = (row[keys + i] - largest[i]).exp();
            sums[i] += k_bar[i];
        }
    }
    let lambda = &mut lambda[..k * v];
    lambda.fill(0.0);
    for (k_bar, row) in key.chunks_exact_mut(k).zip(rows()) {
        for (i, cells) in lambda.chunks_exact_mut(v).enumerate() {
            k_bar[i] /= sums[i];
            cells.iter_mut().zip(&row[values..values + v]).for_each(|(cell, value)| *cell += k_bar[i] * value);
        }
    }
}
