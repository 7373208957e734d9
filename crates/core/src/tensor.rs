//! Host tensors: f32 values in row-major order with a shape that was checked once.
//!
//! Activations are channels-last without a batch axis, `[H, W, C]`. Nothing here computes; arithmetic belongs to
//! the engine.

use serde::{Deserialize, Serialize};

/// A dense, row-major f32 array whose data length always equals the product of its shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

/// Why a tensor could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TensorError {
    /// The number of values does not fit the shape.
    #[error("a tensor of shape {shape:?} needs {expected} values, found {found}")]
    Length {
        /// The shape asked for.
        shape: Vec<usize>,
        /// The product of the shape.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
}

impl Tensor {
    /// Wraps `data` in a shape.
    ///
    /// # Errors
    /// [`TensorError::Length`] if the number of values is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Result<Self, TensorError> {
        let shape = shape.into();
        let expected = shape.iter().product();
        if data.len() == expected {
            Ok(Self { shape, data })
        } else {
            Err(TensorError::Length { shape, expected, found: data.len() })
        }
    }

    /// Wraps `data` whose length is this crate's own arithmetic; a mismatch is a fault of the crate.
    pub(crate) fn exact(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        match Self::new(shape, data) {
            Ok(tensor) => tensor,
            Err(error) => unreachable!("a tensor's own sizes disagree: {error}"),
        }
    }

    /// A tensor of zeros.
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let data = vec![0.0; shape.iter().product()];
        Self { shape, data }
    }

    /// The extent of each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values in row-major order.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The values in row-major order, writable.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The values, giving up the shape.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Row `i` along the first axis, for a tensor of at least one axis: `[n, …]` gives the values of `[i, …]`.
    pub fn row(&self, i: usize) -> &[f32] {
        let width: usize = self.shape[1..].iter().product();
        &self.data[i * width..(i + 1) * width]
    }

    /// The same values under another shape.
    ///
    /// # Errors
    /// [`TensorError::Length`] if the two shapes differ in size.
    pub fn reshape(self, shape: impl Into<Vec<usize>>) -> Result<Self, TensorError> {
        Self::new(shape, self.data)
    }
}

/// The largest absolute value, 0 for none. NaN is propagated, so that a comparison with it fails.
pub fn max_abs(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |m, &v| if v.is_nan() || m.is_nan() { f32::NAN } else { f32::max(m, v.abs()) })
}

/// Whether all values are numbers: neither NaN nor infinite.
pub fn all_finite(values: &[f32]) -> bool {
    // Infinities and NaN have the largest exponent, and a maximum of integers is taken many at a time.
    let exponents = f32::INFINITY.to_bits();
    values.iter().fold(0, |most, value| most.max(value.to_bits() & exponents)) < exponents
}

/// max|a − b| / max|b|, the measure by which two computations agree (at most 1e-4 between any two of ours).
///
/// Where `b` is zero everywhere the absolute difference is returned. NaN anywhere, or unequal lengths, give NaN or
/// infinity, which no tolerance accepts.
pub fn relative_difference(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return f32::INFINITY;
    }
    let scale = max_abs(b);
    let worst = a.iter().zip(b).fold(0.0f32, |m, (x, y)| {
        let d = (x - y).abs();
        if d.is_nan() || m.is_nan() { f32::NAN } else { m.max(d) }
    });
    if scale == 0.0 { worst } else { worst / scale }
}

/// `[rows, columns]` as `[columns, rows]`; so a map `[H · W, C]` becomes `[C, H · W]`.
pub fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|c| values.iter().skip(c).step_by(columns).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_must_fit_its_data() {
        let error = Tensor::new([2, 3], vec![0.0; 5]).unwrap_err();
        assert_eq!(error.to_string(), "a tensor of shape [2, 3] needs 6 values, found 5");
        assert_eq!(Tensor::new([2, 3], vec![1.0; 6]).unwrap().row(1), [1.0; 3]);
    }

    #[test]
    fn differences_are_relative_to_the_largest_value_and_nan_never_agrees() {
        assert_eq!(relative_difference(&[1.0, 2.0], &[1.0, 4.0]), 0.5);
        assert_eq!(relative_difference(&[0.5], &[0.0]), 0.5);
        assert!(relative_difference(&[f32::NAN], &[0.0]).is_nan());
        assert!(relative_difference(&[1.0], &[1.0, 2.0]).is_infinite());
    }

    #[test]
    fn only_numbers_are_finite() {
        assert!(all_finite(&[0.0, -0.0, f32::MIN, f32::MAX, f32::MIN_POSITIVE]));
        for other in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!all_finite(&[0.0, other, 1.0]));
        }
    }
}
