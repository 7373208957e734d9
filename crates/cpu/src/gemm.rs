//! Matrix products, by `matrixmultiply`.

/// c = a · b (+ c where `accumulate`): row-major `[m, k]`, `[k, n]`, `[m, n]` with row strides `a_stride`, `b_stride`, n.
///
/// # Panics
/// If a slice is shorter than its shape says.
pub(super) fn gemm(
    [m, k, n]: [usize; 3],
    a: &[f32],
    a_stride: usize,
    b: &[f32],
    b_stride: usize,
    c: &mut [f32],
    accumulate: bool,
) {
    if m == 0 || n == 0 {
        return;
    }
    assert!(c.len() >= m * n, "the product needs {} values, found {}", m * n, c.len());
    if k > 0 {
        assert!(a.len() >= (m - 1) * a_stride + k, "the left factor is too short: {}", a.len());
        assert!(b.len() >= (k - 1) * b_stride + n, "the right factor is too short: {}", b.len());
    }
    let beta = if accumulate { 1.0 } else { 0.0 };
    // SAFETY: the assertions above bound every index that the strides reach.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            1.0,
            a.as_ptr(),
            a_stride as isize,
            1,
            b.as_ptr(),
            b_stride as isize,
            1,
            beta,
            c.as_mut_ptr(),
            n as isize,
            1,
        );
    }
}
