//! Small layers for tests, their outputs computed the way a layer does it: λ first, then q; attention by its definition.

#![allow(clippy::unwrap_used, missing_docs, reason = "for tests alone")]

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{AttentionDims, AttentionTrace, LambdaDims, LambdaTrace};
use lambdascope_core::tensor::Tensor;

use crate::read::lambda::{content_lambda, position_lambda};
use crate::read::query::Query;

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
pub fn layer(height: usize, width: usize) -> LambdaTrace {
    make(dims(height, width), true, Mask::None)
}

/// A layer as [`layer`] makes it, but with an intra-depth u.
pub fn with_intra(height: usize, width: usize, intra: usize) -> LambdaTrace {
    make(LambdaDims { intra, ..dims(height, width) }, true, Mask::None)
}

/// An attention layer of `height × width` positions with 2 heads, k = 3 and v = 4.
pub fn attention(height: usize, width: usize) -> AttentionTrace {
    let dims = AttentionDims { height, width, heads: 2, key_depth: 3, value_depth: 4 };
    let (n, AttentionDims { heads: h, key_depth: k, value_depth: v, .. }) = (dims.positions(), dims.clone());
    let mut layer = AttentionTrace {
        name: format!("stages.{height}.1"),
        query: values(&[n, h * k], 11),
        key: values(&[n, h * k], 12),
        value: values(&[n, h * v], 13),
        vertical: values(&[2 * height - 1, k], 14),
        horizontal: values(&[2 * width - 1, k], 15),
        output: Tensor::zeros([n, h * v]),
        dims,
    };
    for (position, head) in (0..n).flat_map(|n| (0..h).map(move |head| (n, head))) {
        let (y, x) = (position / width, position % width);
        let q: Vec<f64> = layer.query.row(position)[head * k..][..k].iter().map(|q| f64::from(*q)).collect();
        let with = |e: &[f32]| q.iter().zip(e).map(|(q, e)| q * f64::from(*e)).sum::<f64>();
        let power = |m: usize| {
            let content = with(&layer.key.row(m)[head * k..][..k]) / (k as f64).sqrt();
            let vertical = with(layer.vertical.row(height - 1 + m / width - y));
            (content + vertical + with(layer.horizontal.row(width - 1 + m % width - x))).exp()
        };
        let sum: f64 = (0..n).map(power).sum();
        for j in 0..v {
            let weighed = |m: usize| power(m) * f64::from(layer.value.row(m)[head * v + j]);
            layer.output.data_mut()[position * h * v + head * v + j] = ((0..n).map(weighed).sum::<f64>() / sum) as f32;
        }
    }
    layer
}

fn dims(height: usize, width: usize) -> LambdaDims {
    LambdaDims {
        height,
        width,
        context_height: height,
        context_width: width,
        heads: 2,
        key_depth: 3,
        value_depth: 4,
        intra: 1,
        window: [5, 5],
        origin: [2, 2],
    }
}

/// One layer on 5×6 queries for each way in which they differ, with its name.
pub fn every_kind() -> Vec<(&'static str, LambdaTrace)> {
    let local = dims(5, 6);
    let global = LambdaDims { window: [9, 11], origin: [4, 5], ..local.clone() };
    let other = LambdaDims { context_height: 3, context_width: 2, window: [7, 7], ..global.clone() };
    let none = LambdaDims { window: [0, 0], origin: [0, 0], ..local.clone() };
    let given = Mask::Given((0..30 * 30).map(|i| u8::from(i % 7 > 2)).collect());
    vec![
        ("local", make(local.clone(), true, Mask::None)),
        ("global", make(global.clone(), true, Mask::None)),
        ("u = 3", make(LambdaDims { intra: 3, ..local.clone() }, true, Mask::None)),
        ("another context", make(other, true, Mask::None)),
        ("content only", make(none, true, Mask::None)),
        ("position only", make(local.clone(), false, Mask::None)),
        ("causal", make(LambdaDims { intra: 2, ..global }, true, Mask::Causal)),
        ("masked", make(local, true, given)),
    ]
}

fn make(dims: LambdaDims, content: bool, mask: Mask) -> LambdaTrace {
    let (n, m, h, k, v, u) =
        (dims.queries(), dims.positions(), dims.heads, dims.key_depth, dims.value_depth, dims.intra);
    let key = values(&[m, u * k], 1);
    // Where there is no mask, k̄ is the softmax over all positions.
    let mut k_bar = Tensor::zeros([m, u * k]);
    if content && mask == Mask::None {
        for i in 0..u * k {
            let sum: f32 = (0..m).map(|m| key.row(m)[i].exp()).sum();
            for m in 0..m {
                k_bar.data_mut()[m * u * k + i] = key.row(m)[i].exp() / sum;
            }
        }
    }
    let value = values(&[m, u * v], 2);
    let mut lambda_content = Tensor::zeros([k, v]);
    for m in 0..m {
        for channel in 0..u * k {
            for j in 0..v {
                lambda_content.data_mut()[channel % k * v + j] +=
                    k_bar.row(m)[channel] * value.row(m)[channel / k * v + j];
            }
        }
    }
    let mut layer = LambdaTrace {
        name: format!("stages.{}.1", dims.height),
        mask,
        content,
        query: values(&[n, h * k], 3),
        key,
        k_bar,
        value,
        position: values(&[dims.window[0] * dims.window[1], u * k], 4),
        position_bias: values(&[k], 5),
        lambda_content,
        output: Tensor::zeros([n, h * v]),
        dims,
    };
    let mut output = layer.output.clone();
    for position in 0..n {
        let query = Query { y: position / layer.dims.width, x: position % layer.dims.width, ..Query::default() };
        let (position_part, content_part) = (position_lambda(&layer, query), content_lambda(&layer, query));
        for head in 0..h {
            for i in 0..k {
                let q = layer.query.row(position)[head * k + i];
                for j in 0..v {
                    output.data_mut()[(position * h + head) * v + j] +=
                        q * (position_part.row(i)[j] + content_part.row(i)[j]);
                }
            }
        }
    }
    layer.output = output;
    layer
}
