//! A convolution as it is written: every output pixel is a row, every place of the window one of its taps.

use std::cell::RefCell;

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::conv::Params;
use pulp::Arch;

use super::super::blocks::blocks;
use super::product::{Panels, Product};

/// The values of the input that a block of pixels reads at a time, for a second-level cache.
const BLOCK: usize = 1 << 16;

/// Blocks are made of so many pixels, which register tiles fill.
const TILE: usize = 8;

thread_local! {
    /// Where the rows of a block stand, kept between calls.
    static ROWS: RefCell<Vec<*const f32>> = const { RefCell::new(Vec::new()) };
}

/// A convolution's weights, packed.
#[derive(Debug)]
pub struct Direct {
    panels: Panels,
    /// What a tap outside the map reads.
    zeros: Vec<f32>,
}

impl Direct {
    /// Packs weights `[kernel · kernel · C, out]`.
    ///
    /// # Panics
    /// If they are shorter than the parameters say.
    pub fn new(arch: Arch, params: &Params, weights: &[f32]) -> Self {
        let [kernel, channels, out] = [params.kernel, params.in_channels, params.out_channels].map(|n| n as usize);
        let is_padded = params.padding > 0;
        Self {
            panels: Panels::new(arch, weights, kernel * kernel * channels, out),
            zeros: if is_padded { vec![0.0; channels] } else { Vec::new() },
        }
    }

    /// Runs it.
    ///
    /// # Panics
    /// If an array is shorter than the parameters say.
    pub fn run(
        &self,
        arch: Arch,
        params: &Params,
        input: &[f32],
        bias: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
    ) {
        let [pixels, channels, out] = [params.pixels(), params.in_channels, params.out_channels].map(|n| n as usize);
        let taps = (params.kernel * params.kernel) as usize;
        let fits = BLOCK / (channels * taps.min(4));
        let output = &mut output[..pixels * out];
        blocks(output, out, fits, TILE, |first, output| {
            ROWS.with_borrow_mut(|rows| {
                rows.clear();
                (first..first + output.len() / out).for_each(|pixel| self.taps(params, input, pixel, rows));
                let product = Product {
                    rows,
                    taps,
                    channels,
                    panels: &self.panels,
                    bias: Some(bias),
                    residual: residual.map(|residual| &residual[first * out..]),
                    activation: Activation::from_code(params.activation),
                    output,
                };
                // SAFETY: `taps` takes every pointer from a slice of `channels` values.
                unsafe { product.run(arch) };
            });
        });
    }

    /// Adds a pixel's taps: where the window's places stand in the input, zeros outside the map.
    fn taps(&self, params: &Params, input: &[f32], pixel: usize, rows: &mut Vec<*const f32>) {
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
        // Counted from the padding's corner, so that nothing is negative.
        let (top, left) = (pixel / out_width * stride, pixel % out_width * stride);
        for y in top..top + kernel {
            for x in left..left + kernel {
                let is_inside = (padding..padding + height).contains(&y) && (padding..padding + width).contains(&x);
                let tap = if is_inside {
                    &input[((y - padding) * width + x - padding) * channels..][..channels]
                } else {
                    &self.zeros[..channels]
                };
                rows.push(tap.as_ptr());
            }
        }
    }
}
