//! The lambdas themselves as matrices: λᶜ for the picture, λᵖ_n for one query position, `[k, v]` row-major.

use crate::nn::trace::LambdaTrace;
use crate::tensor::Tensor;

use super::implicit_attention::{Query, window};

/// The position lambda λᵖ_n = Σ_m e_nm v_mᵀ (+ b 1ᵀ, the public implementations' bias), `[k, v]`. All heads share it.
pub fn position_lambda(layer: &LambdaTrace, query: Query) -> Tensor {
    let dims = &layer.dims;
    let mut lambda = Tensor::zeros([dims.key_depth, dims.value_depth]);
    let data = lambda.data_mut();
    for (row, bias) in data.chunks_exact_mut(dims.value_depth).zip(layer.position_bias.data()) {
        row.fill(*bias);
    }
    let [top, left, bottom, right] = window(layer, query);
    let reach = dims.window / 2;
    for y in top..=bottom {
        for x in left..=right {
            let e = layer.position.row((y + reach - query.y) * dims.window + (x + reach - query.x));
            let v = layer.value.row(y * dims.width + x);
            for (row, e) in data.chunks_exact_mut(dims.value_depth).zip(e) {
                for (cell, v) in row.iter_mut().zip(v) {
                    *cell += e * v;
                }
            }
        }
    }
    lambda
}
