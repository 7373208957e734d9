//! A small lambda layer for tests, its output computed the way a layer does it: λ first, then q.

use crate::nn::trace::{LambdaDims, LambdaTrace};
use crate::tensor::Tensor;

use super::implicit_attention::Query;
use super::lambda::position_lambda;

/// Values in −1 to 1 that look like noise and are the same in every run.
fn values(shape: &[usize], seed: u32) -> Tensor {
    let count = shape.iter().product::<usize>();
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let data = (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect();
    Tensor::new(shape, data).unwrap()
}

/// A layer of `height × width` positions with 2 heads, k = 3, v = 4 and a 5×5 window.
pub(crate) fn layer(height: usize, width: usize) -> LambdaTrace {
    let dims = LambdaDims { height, width, heads: 2, key_depth: 3, value_depth: 4, window: 5 };
    let (n, h, k, v) = (dims.positions(), dims.heads, dims.key_depth, dims.value_depth);
    let (key, value) = (values(&[n, k], 1), values(&[n, v], 2));
    let mut content = Tensor::zeros([k, v]);
    for m in 0..n {
        for i in 0..k {
            for j in 0..v {
                content.data_mut()[i * v + j] += key.row(m)[i] * value.row(m)[j];
            }
        }
    }
    let mut layer = LambdaTrace {
        name: format!("stages.{height}.1"),
        query: values(&[n, h * k], 3),
        key,
        value,
        position: values(&[dims.window * dims.window, k], 4),
        position_bias: values(&[k], 5),
        lambda_content: content,
        output: Tensor::zeros([n, h * v]),
        dims,
    };
    let mut output = layer.output.clone();
    for position in 0..n {
        let lambda = position_lambda(&layer, Query { y: position / width, x: position % width, head: 0 });
        for head in 0..h {
            for i in 0..k {
                let q = layer.query.row(position)[head * k + i];
                for j in 0..v {
                    output.data_mut()[(position * h + head) * v + j] +=
                        q * (lambda.row(i)[j] + layer.lambda_content.row(i)[j]);
                }
            }
        }
    }
    layer.output = output;
    layer
}
