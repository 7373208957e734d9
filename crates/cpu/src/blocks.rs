//! Outputs cut into blocks of rows, which are spread over the threads: natively rayon's, in WASM a crew of workers where the
//! module has one.

/// How many blocks there are for each thread at least, so that one that is late or slow leaves some to the others.
const BLOCKS_A_THREAD: usize = if cfg!(target_family = "wasm") { 4 } else { 1 };

/// Calls `work` for blocks of rows of `columns` values, with the first row's number: at most `fits` rows each, rounded up to
/// a multiple of `multiple`, but for the last. The last row may be shorter.
pub fn blocks(
    rows: &mut [f32],
    columns: usize,
    fits: usize,
    multiple: usize,
    work: impl Fn(usize, &mut [f32]) + Send + Sync,
) {
    let share = rows.len().div_ceil(columns).div_ceil(threads() * BLOCKS_A_THREAD);
    let size = fits.min(share).max(1).next_multiple_of(multiple);
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        rows.par_chunks_mut(size * columns).enumerate().for_each(|(i, rows)| work(i * size, rows));
    }
    #[cfg(all(target_family = "wasm", feature = "threads"))]
    {
        let (start, length) = (rows.as_mut_ptr() as usize, rows.len());
        crate::crew::each(length.div_ceil(size * columns), &|i| {
            let first = i * size * columns;
            let there = (length - first).min(size * columns);
            // SAFETY: each block lies in the rows, apart from the others, and is called for once.
            let rows = unsafe { std::slice::from_raw_parts_mut((start as *mut f32).add(first), there) };
            work(i * size, rows);
        });
    }
    #[cfg(all(target_family = "wasm", not(feature = "threads")))]
    rows.chunks_mut(size * columns).enumerate().for_each(|(i, rows)| work(i * size, rows));
}

/// How many blocks can be worked on at a time.
fn threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    return rayon::current_num_threads();
    #[cfg(all(target_family = "wasm", feature = "threads"))]
    return crate::crew::threads();
    #[cfg(all(target_family = "wasm", not(feature = "threads")))]
    1
}
