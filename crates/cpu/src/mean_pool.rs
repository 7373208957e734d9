//! Twin of `shaders/mean_pool.wgsl`.

use lambdascope_core::kernels::mean_pool::Params;

/// The mean of every channel over all pixels.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, input: &[f32], output: &mut [f32]) {
    let (pixels, channels) = (params.pixels as usize, params.channels as usize);
    let output = &mut output[..channels];
    output.fill(0.0);
    for pixel in input[..pixels * channels].chunks_exact(channels) {
        output.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += v);
    }
    output.iter_mut().for_each(|sum| *sum /= pixels as f32);
}
