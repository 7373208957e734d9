//! Outputs cut into blocks of rows, which natively are spread over the cores.

/// Calls `work` for blocks of rows of `columns` values, with the first row's number: at most `fits` rows each, rounded up to
/// a multiple of `multiple`, but for the last. The last row may be shorter.
pub fn blocks(
    rows: &mut [f32],
    columns: usize,
    fits: usize,
    multiple: usize,
    work: impl Fn(usize, &mut [f32]) + Send + Sync,
) {
    let share = rows.len().div_ceil(columns).div_ceil(threads());
    let size = fits.min(share).max(1).next_multiple_of(multiple);
    let block = |(i, rows): (usize, &mut [f32])| work(i * size, rows);
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        rows.par_chunks_mut(size * columns).enumerate().for_each(block);
    }
    #[cfg(target_family = "wasm")]
    rows.chunks_mut(size * columns).enumerate().for_each(block);
}

/// How many blocks can be worked on at a time.
fn threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    return rayon::current_num_threads();
    #[cfg(target_family = "wasm")]
    1
}
