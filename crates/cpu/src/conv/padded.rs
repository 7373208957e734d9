//! A map with zeros around it.

use lambdascope_core::kernels::conv::Params;

/// A convolution's input `[H, W, C]` with its padding.
#[derive(Clone, Copy)]
pub struct Padded<'a> {
    input: &'a [f32],
    /// `[C]`
    zeros: &'a [f32],
    channels: usize,
    height: usize,
    width: usize,
    padding: usize,
}

impl<'a> Padded<'a> {
    /// The input as the parameters describe it; `zeros` is what a pixel outside it reads, `[C]`.
    pub fn new(params: &Params, input: &'a [f32], zeros: &'a [f32]) -> Self {
        let [channels, height, width, padding] =
            [params.in_channels, params.in_height, params.in_width, params.padding].map(|n| n as usize);
        Self { input, zeros, channels, height, width, padding }
    }

    /// The channels of a pixel, counted from the padding's corner, so that nothing is negative; zeros outside the map.
    ///
    /// # Panics
    /// If the input or the zeros are shorter than the parameters say.
    pub fn pixel(&self, y: usize, x: usize) -> &'a [f32] {
        let Self { input, zeros, channels, height, width, padding } = *self;
        if (padding..padding + height).contains(&y) && (padding..padding + width).contains(&x) {
            &input[((y - padding) * width + x - padding) * channels..][..channels]
        } else {
            &zeros[..channels]
        }
    }
}
