//! The lambdas themselves as matrices: λᶜ for the picture (for the query, in a masked layer) and λᵖ_n for one query
//! position, `[k, v]` row-major.

use std::borrow::Cow;

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::Tensor;

use crate::read::query::{Query, offset, reach, sees};

/// k̄ as query n has it, `[m, u · k]`: the trace's own, or in a masked layer the softmax over what n sees (paper, masked
/// contexts), zero elsewhere.
pub fn normalised_keys(layer: &LambdaTrace, n: usize) -> Cow<'_, [f32]> {
    if layer.mask == Mask::None || !layer.content {
        return Cow::Borrowed(layer.k_bar.data());
    }
    let channels = layer.dims.intra * layer.dims.key_depth;
    let visible = || (0..layer.dims.positions()).filter(|m| sees(layer, n, *m));
    let mut largest = vec![f32::MIN; channels];
    for m in visible() {
        largest.iter_mut().zip(layer.key.row(m)).for_each(|(most, key)| *most = most.max(*key));
    }
    let mut keys = vec![0.0; layer.dims.positions() * channels];
    let mut sums = vec![0.0f32; channels];
    for m in visible() {
        for (i, key) in layer.key.row(m).iter().enumerate() {
            let power = (key - largest[i]).exp();
            keys[m * channels + i] = power;
            sums[i] += power;
        }
    }
    for row in keys.chunks_exact_mut(channels) {
        // A query that sees nothing has no key to divide.
        row.iter_mut().zip(&sums).for_each(|(key, sum)| *key /= sum.max(1.0));
    }
    Cow::Owned(keys)
}

/// The content lambda that a query is multiplied with, Σ_m Σ_u k̄_nmu v_muᵀ, `[k, v]`. Without a mask it is the trace's, the
/// same for all queries.
pub fn content_lambda(layer: &LambdaTrace, query: Query) -> Cow<'_, Tensor> {
    if layer.mask == Mask::None || !layer.content {
        return Cow::Borrowed(&layer.lambda_content);
    }
    let mut lambda = Tensor::zeros([layer.dims.key_depth, layer.dims.value_depth]);
    let keys = normalised_keys(layer, query.n(layer));
    let channels = layer.dims.intra * layer.dims.key_depth;
    for (m, keys) in keys.chunks_exact(channels).enumerate() {
        add_outer_products(layer, &mut lambda, keys, m);
    }
    Cow::Owned(lambda)
}

/// The position lambda λᵖ_n = Σ_m Σ_u e_nmu v_muᵀ (+ b 1ᵀ, the public implementations' bias), `[k, v]`. All heads share it.
pub fn position_lambda(layer: &LambdaTrace, query: Query) -> Tensor {
    let dims = &layer.dims;
    let mut lambda = Tensor::zeros([dims.key_depth, dims.value_depth]);
    for (row, bias) in lambda.data_mut().chunks_exact_mut(dims.value_depth).zip(layer.position_bias.data()) {
        row.fill(*bias);
    }
    let [rows, columns] = reach(layer, query);
    for y in rows {
        for x in columns.clone() {
            let m = y * dims.context_width + x;
            if sees(layer, query.n(layer), m) {
                add_outer_products(layer, &mut lambda, layer.position.row(offset(layer, query, [y, x])), m);
            }
        }
    }
    lambda
}

/// λ += Σ_u key_u v_muᵀ with keys `[u · k]`.
fn add_outer_products(layer: &LambdaTrace, lambda: &mut Tensor, keys: &[f32], m: usize) {
    let (k, v) = (layer.dims.key_depth, layer.dims.value_depth);
    for (keys, value) in keys.chunks_exact(k).zip(layer.value.row(m).chunks_exact(v)) {
        for (cells, key) in lambda.data_mut().chunks_exact_mut(v).zip(keys) {
            cells.iter_mut().zip(value).for_each(|(cell, value)| *cell += key * value);
        }
    }
}
