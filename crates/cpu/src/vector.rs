//! Vectors of f32 in memory, whole and in part.

use pulp::Simd;

/// So many values in vectors: where each begins, and how many values of it exist.
#[inline(always)]
pub fn vectors<S: Simd>(length: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).step_by(S::F32_LANES).map(move |at| (at, (length - at).min(S::F32_LANES)))
}

/// The first `exist` values of a vector, at most all of it; zeros for the others.
///
/// # Safety
/// So many values lie there.
#[inline(always)]
pub unsafe fn load<S: Simd>(simd: S, from: *const f32, exist: usize) -> S::f32s {
    if exist == S::F32_LANES {
        unsafe { from.cast::<S::f32s>().read_unaligned() }
    } else if exist == 0 {
        simd.splat_f32s(0.0)
    } else {
        simd.partial_load_f32s(unsafe { std::slice::from_raw_parts(from, exist) })
    }
}

/// Writes the first `exist` values of a vector, at most all of it.
///
/// # Safety
/// So many values lie there, and nobody else reads or writes them meanwhile.
#[inline(always)]
pub unsafe fn store<S: Simd>(simd: S, to: *mut f32, exist: usize, vector: S::f32s) {
    if exist == S::F32_LANES {
        unsafe { to.cast::<S::f32s>().write_unaligned(vector) }
    } else if exist > 0 {
        simd.partial_store_f32s(unsafe { std::slice::from_raw_parts_mut(to, exist) }, vector);
    }
}
