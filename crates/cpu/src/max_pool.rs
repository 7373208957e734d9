//! Twin of `shaders/max_pool.wgsl`.

use lambdascope_core::kernels::max_pool::Params;
use pulp::{Arch, Simd, WithSimd};

use crate::blocks::blocks;
use crate::vector::{load, store, vectors};

/// Pixels of a block.
const BLOCK: usize = 1 << 10;

/// The largest value of each 3×3 window, stride 2; pixels outside the map do not take part.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, input: &[f32], output: &mut [f32]) {
    let [channels, height, width] = [params.channels, params.out_height, params.out_width].map(|n| n as usize);
    let arch = Arch::new();
    blocks(&mut output[..height * width * channels], channels, BLOCK, 1, |first, output| {
        arch.dispatch(Block { params, input, first, output });
    });
}

/// Some output pixels.
struct Block<'a> {
    params: &'a Params,
    input: &'a [f32],
    first: usize,
    output: &'a mut [f32],
}

impl WithSimd for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [channels, height, width, out_width] =
            [self.params.channels, self.params.in_height, self.params.in_width, self.params.out_width]
                .map(|n| n as usize);
        for (pixel, output) in self.output.chunks_exact_mut(channels).enumerate() {
            let (out_y, out_x) = ((self.first + pixel) / out_width, (self.first + pixel) % out_width);
            let rows = (2 * out_y).saturating_sub(1)..(2 * out_y + 2).min(height);
            let columns = (2 * out_x).saturating_sub(1)..(2 * out_x + 2).min(width);
            for (channel, exist) in vectors::<S>(channels) {
                let mut largest = simd.splat_f32s(f32::NEG_INFINITY);
                for y in rows.clone() {
                    for x in columns.clone() {
                        let values = &self.input[(y * width + x) * channels + channel..][..exist];
                        // SAFETY: the slice holds what is read.
                        let values = unsafe { load(simd, values.as_ptr(), exist) };
                        // Once NaN, always NaN, which a maximum would forget: nothing is larger than NaN, or equal to it.
                        largest = simd.select_f32s(simd.greater_than_f32s(values, largest), values, largest);
                        largest = simd.select_f32s(simd.equal_f32s(values, values), largest, values);
                    }
                }
                // SAFETY: the slice holds what is written.
                unsafe { store(simd, output[channel..][..exist].as_mut_ptr(), exist, largest) };
            }
        }
    }
}
