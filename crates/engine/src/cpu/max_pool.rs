//! Twin of `shaders/max_pool.wgsl`.

use lambdascope_core::kernels::max_pool::Params;

/// The largest value of each 3×3 window, stride 2; pixels outside the map do not take part.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, input: &[f32], output: &mut [f32]) {
    let channels = params.channels as usize;
    let (height, width) = (params.in_height as usize, params.in_width as usize);
    let mut pixels = output.chunks_exact_mut(channels);
    for out_y in 0..params.out_height as usize {
        for out_x in 0..params.out_width as usize {
            let Some(pixel) = pixels.next() else { return };
            pixel.fill(f32::NEG_INFINITY);
            for y in (2 * out_y).saturating_sub(1)..(2 * out_y + 2).min(height) {
                for x in (2 * out_x).saturating_sub(1)..(2 * out_x + 2).min(width) {
                    let at = (y * width + x) * channels;
                    pixel.iter_mut().zip(&input[at..at + channels]).for_each(|(m, v)| {
                        // Once NaN, always NaN, which `max` would forget.
                        if v > m || v.is_nan() {
                            *m = *v;
                        }
                    });
                }
            }
        }
    }
}
