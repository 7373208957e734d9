//! Twin of `shaders/conv.wgsl` and `shaders/conv_shared.wgsl`: im2col (nothing to do for a 1×1 window with stride 1) and
//! a matrix product, a block of output pixels after the other; natively the blocks are spread over the cores.

use std::cell::RefCell;

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::conv::Params;

use super::gemm::gemm;

/// The values of a block's im2col matrix: together with what is read of the weights at a time it fits a second-level
/// cache.
const BLOCK: usize = 1 << 16;

/// The fewest pixels worth a block: every block's product packs the weights anew.
const FEWEST_PIXELS: usize = 32;

thread_local! {
    /// A block's im2col matrix, kept between calls.
    static PATCHES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Runs the convolution.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(
    params: &Params,
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    residual: Option<&[f32]>,
    output: &mut [f32],
) {
    let (pixels, out) = (params.pixels() as usize, params.out_channels as usize);
    let size = block_size(params);
    let block = |(i, output): (usize, &mut [f32])| {
        let first = i * size;
        let residual = residual.map(|residual| &residual[first * out..][..output.len()]);
        run_block(params, input, weights, bias, residual, first, output);
    };
    let output = &mut output[..pixels * out];
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        output.par_chunks_mut(size * out).enumerate().for_each(block);
    }
    #[cfg(target_family = "wasm")]
    output.chunks_mut(size * out).enumerate().for_each(block);
}

/// Whether the input is its own im2col matrix.
fn is_pointwise(params: &Params) -> bool {
    params.kernel == 1 && params.stride == 1 && params.padding == 0
}

/// Output pixels of a block.
fn block_size(params: &Params) -> usize {
    #[cfg(not(target_family = "wasm"))]
    let threads = rayon::current_num_threads();
    #[cfg(target_family = "wasm")]
    let threads = 1;
    let share = (params.pixels() as usize).div_ceil(threads);
    let fits = if is_pointwise(params) { share } else { BLOCK / depth(params) };
    fits.min(share).max(FEWEST_PIXELS)
}

/// The length of a row of the im2col matrix.
fn depth(params: &Params) -> usize {
    (params.kernel * params.kernel * params.in_channels) as usize
}

/// Computes the output's pixels from `first` on, as many as `output` holds.
fn run_block(
    params: &Params,
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    residual: Option<&[f32]>,
    first: usize,
    output: &mut [f32],
) {
    let (out, depth) = (params.out_channels as usize, depth(params));
    let pixels = output.len() / out;
    match residual {
        Some(residual) => {
            for (row, r) in output.chunks_exact_mut(out).zip(residual.chunks_exact(out)) {
                row.iter_mut().zip(r).zip(bias).for_each(|((y, r), b)| *y = r + b);
            }
        }
        None => output.chunks_exact_mut(out).for_each(|row| row.copy_from_slice(&bias[..out])),
    }
    let shape = [pixels, depth, out];
    if is_pointwise(params) {
        gemm(shape, &input[first * depth..], depth, weights, out, output, true);
    } else {
        PATCHES.with_borrow_mut(|patches| {
            im2col(params, input, first..first + pixels, patches);
            gemm(shape, patches, depth, weights, out, output, true);
        });
    }
    match Activation::from_code(params.activation) {
        Activation::None => {}
        activation => output.iter_mut().for_each(|y| *y = activation.apply(*y)),
    }
}

/// One row per output pixel: the window's taps in order, channels innermost, zeros outside the map.
fn im2col(params: &Params, input: &[f32], pixels: std::ops::Range<usize>, patches: &mut Vec<f32>) {
    let [channels, height, width, out_width, kernel, stride, padding] = [
        params.in_channels,
        params.in_height,
        params.in_width,
        params.out_width,
        params.kernel,
        params.stride,
        params.padding,
    ]
    .map(|n| n as usize);
    patches.clear();
    patches.reserve(pixels.len() * kernel * kernel * channels);
    for pixel in pixels {
        // Counted from the padding's corner, so that nothing is negative.
        let (top, left) = (pixel / out_width * stride, pixel % out_width * stride);
        for y in top..top + kernel {
            let end = patches.len() + kernel * channels;
            if (padding..padding + height).contains(&y) {
                // The taps of a row lie side by side in the input.
                let inside = left.max(padding)..(left + kernel).min(padding + width);
                if !inside.is_empty() {
                    patches.resize(patches.len() + (inside.start - left) * channels, 0.0);
                    let at = ((y - padding) * width + inside.start - padding) * channels;
                    patches.extend_from_slice(&input[at..at + inside.len() * channels]);
                }
            }
            patches.resize(end, 0.0);
        }
    }
}
