//! Twin of `shaders/pool_affine.wgsl`.

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::pool_affine::Params;

use crate::blocks::blocks;

/// activation(scale · mean of the window + shift), per channel.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, input: &[f32], scale: &[f32], shift: &[f32], output: &mut [f32]) {
    let (width, channels, pool) = (params.in_width as usize, params.channels as usize, params.pool as usize);
    let activation = Activation::from_code(params.activation);
    let [out_height, out_width] = params.out_size().map(|n| n as usize);
    let share = 1.0 / (pool * pool) as f32;
    let row = out_width * channels;
    // A block is a row of the output.
    blocks(&mut output[..out_height * row], row, 1, 1, |out_y, output| {
        for (out_x, pixel) in output.chunks_exact_mut(channels).enumerate() {
            pixel.fill(0.0);
            for y in out_y * pool..(out_y + 1) * pool {
                for x in out_x * pool..(out_x + 1) * pool {
                    let at = (y * width + x) * channels;
                    pixel.iter_mut().zip(&input[at..at + channels]).for_each(|(sum, v)| *sum += v);
                }
            }
            for ((y, s), b) in pixel.iter_mut().zip(scale).zip(shift) {
                *y = activation.apply(*y * share * s + b);
            }
        }
    });
}
