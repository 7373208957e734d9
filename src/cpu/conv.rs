//! Twin of `shaders/conv.wgsl`: im2col (nothing to do for a 1×1 window with stride 1) and one matrix product.

use crate::kernels::Activation;
use crate::kernels::conv::Params;

use super::gemm;

/// Runs the convolution. `patches` is scratch that grows to the largest im2col matrix and is kept between calls.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(
    params: &Params,
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    residual: Option<&[f32]>,
    patches: &mut Vec<f32>,
    output: &mut [f32],
) {
    let (pixels, out) = (params.pixels() as usize, params.out_channels as usize);
    let depth = (params.kernel * params.kernel * params.in_channels) as usize;
    let output = &mut output[..pixels * out];
    match residual {
        Some(residual) => {
            for (row, r) in output.chunks_exact_mut(out).zip(residual.chunks_exact(out)) {
                row.iter_mut().zip(r).zip(bias).for_each(|((y, r), b)| *y = r + b);
            }
        }
        None => output.chunks_exact_mut(out).for_each(|row| row.copy_from_slice(&bias[..out])),
    }
    let matrix = if params.kernel == 1 && params.stride == 1 && params.padding == 0 {
        input
    } else {
        im2col(params, input, patches);
        patches
    };
    gemm([pixels, depth, out], matrix, depth, weights, out, output, true);
    match Activation::from_code(params.activation) {
        Activation::None => {}
        activation => output.iter_mut().for_each(|y| *y = activation.apply(*y)),
    }
}

/// One row per output pixel: the window's taps in order, channels innermost, zeros outside the map.
fn im2col(params: &Params, input: &[f32], patches: &mut Vec<f32>) {
    let channels = params.in_channels as usize;
    let (height, width) = (params.in_height as i64, params.in_width as i64);
    let (kernel, stride, padding) = (params.kernel as i64, params.stride as i64, params.padding as i64);
    patches.clear();
    patches.reserve(params.pixels() as usize * (kernel * kernel) as usize * channels);
    for out_y in 0..params.out_height as i64 {
        for out_x in 0..params.out_width as i64 {
            for tap_y in 0..kernel {
                for tap_x in 0..kernel {
                    let (y, x) = (out_y * stride + tap_y - padding, out_x * stride + tap_x - padding);
                    if (0..height).contains(&y) && (0..width).contains(&x) {
                        let at = (y * width + x) as usize * channels;
                        patches.extend_from_slice(&input[at..at + channels]);
                    } else {
                        patches.resize(patches.len() + channels, 0.0);
                    }
                }
            }
        }
    }
}
