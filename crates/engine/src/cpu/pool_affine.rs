//! Twin of `shaders/pool_affine.wgsl`.

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::pool_affine::Params;

/// activation(scale · mean of the window + shift), per channel.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, input: &[f32], scale: &[f32], shift: &[f32], output: &mut [f32]) {
    let (width, channels, pool) = (params.in_width as usize, params.channels as usize, params.pool as usize);
    let activation = Activation::from_code(params.activation);
    let [out_height, out_width] = params.out_size().map(|n| n as usize);
    let mut pixels = output.chunks_exact_mut(channels);
    for out_y in 0..out_height {
        for out_x in 0..out_width {
            let Some(pixel) = pixels.next() else { return };
            pixel.fill(0.0);
            for y in out_y * pool..(out_y + 1) * pool {
                for x in out_x * pool..(out_x + 1) * pool {
                    let at = (y * width + x) * channels;
                    pixel.iter_mut().zip(&input[at..at + channels]).for_each(|(sum, v)| *sum += v);
                }
            }
            let share = 1.0 / (pool * pool) as f32;
            for ((y, s), b) in pixel.iter_mut().zip(scale).zip(shift) {
                *y = activation.apply(*y * share * s + b);
            }
        }
    }
}
