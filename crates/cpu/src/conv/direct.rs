//! A convolution as it is written: every output pixel is a row, every place of the window one of its taps.

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::conv::Params;
use pulp::Arch;

use super::padded::Padded;
use super::product::{Panels, Product};
use crate::blocks::blocks;
use crate::spares::Spares;

/// The values of the input that a block of pixels reads at a time, for a second-level cache.
const BLOCK: usize = 1 << 16;

/// Blocks are made of so many pixels, which register tiles fill.
const TILE: usize = if cfg!(target_family = "wasm") { 3 } else { 24 };

/// Where the rows of a block stand.
#[derive(Default)]
struct Rows(Vec<*const f32>);

// SAFETY: what it points to is read by nobody but the block that has written it here.
unsafe impl Send for Rows {}

static ROWS: Spares<Rows> = Spares::new();

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
        let map = Padded::new(params, input, &self.zeros);
        let fits = BLOCK / (channels * taps.min(4));
        let output = &mut output[..pixels * out];
        blocks(output, out, fits, TILE, |first, output| {
            ROWS.lend(|Rows(rows)| {
                rows.clear();
                (first..first + output.len() / out).for_each(|pixel| push_taps(params, map, pixel, rows));
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
                // SAFETY: every pointer is that of a pixel, a slice of `channels` values.
                unsafe { product.run(arch) };
            });
        });
    }
}

/// Adds the taps of an output pixel: where the places of its window stand.
fn push_taps(params: &Params, map: Padded, pixel: usize, rows: &mut Vec<*const f32>) {
    let [out_width, kernel, stride] = [params.out_width, params.kernel, params.stride].map(|n| n as usize);
    let (top, left) = (pixel / out_width * stride, pixel % out_width * stride);
    let places = (top..top + kernel).flat_map(|y| (left..left + kernel).map(move |x| (y, x)));
    rows.extend(places.map(|(y, x)| map.pixel(y, x).as_ptr()));
}
