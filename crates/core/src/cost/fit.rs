//! What a series of measurements tells: the power of n that it grows with, and where two series cross.

use serde::{Deserialize, Serialize};

/// A straight line through the logarithms of a series: y = factor · x^slope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The power.
    pub slope: f64,
    /// Its standard error.
    pub error: f64,
    /// y at x = 1.
    pub factor: f64,
}

impl std::fmt::Display for Fit {
    /// The power with its error: `1.02 ± 0.03`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ± {:.2}", self.slope, self.error)
    }
}

/// Fits the last `count` of the points (x, y), all positive, by least squares; nothing where fewer than three are left.
pub fn fit(points: &[(f64, f64)], count: usize) -> Option<Fit> {
    let points = &points[points.len().saturating_sub(count)..];
    let logs: Vec<(f64, f64)> =
        points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.ln(), y.ln())).collect();
    if logs.len() < 3 {
        return None;
    }
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = logs.iter().map(|point| (point.0 - x).powi(2)).sum();
    if spread == 0.0 {
        return None;
    }
    let slope = logs.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    let left: f64 = logs.iter().map(|point| (point.1 - y - slope * (point.0 - x)).powi(2)).sum();
    let error = (left / (count - 2.0) / spread).sqrt();
    Some(Fit { slope, error, factor: (y - slope * x).exp() })
}

/// Where two series (x, y) over the same x, in ascending order, cross: the x at which the first becomes smaller than the
/// second, and larger again, by straight lines between logarithms.
pub fn crossings(one: &[(f64, f64)], other: &[(f64, f64)]) -> Vec<f64> {
    let both: Vec<(f64, f64)> = one
        .iter()
        .filter_map(|(x, y)| {
            let (_, other) = other.iter().find(|point| point.0 == *x)?;
            Some((x.ln(), (y / other).ln()))
        })
        .collect();
    both.windows(2)
        .filter(|pair| (pair[0].1 > 0.0) != (pair[1].1 > 0.0))
        .map(|pair| {
            let share = pair[0].1 / (pair[0].1 - pair[1].1);
            (pair[0].0 + share * (pair[1].0 - pair[0].0)).exp()
        })
        .collect()
}

/// The median; nothing of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count.is_multiple_of(2) => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(of: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        [64.0, 256.0, 1024.0, 4096.0, 16384.0].map(|n| (n, of(n))).to_vec()
    }

    #[test]
    fn powers_are_recovered_with_their_error() {
        let exact = fit(&series(|n| 3e-3 * n * n), 5).unwrap();
        assert!((exact.slope - 2.0).abs() < 1e-12 && exact.error < 1e-12 && (exact.factor - 3e-3).abs() < 1e-12);
        // Noise of a tenth up and down: the true power is within three errors of the fitted one.
        let noise = [1.1, 0.9, 1.1, 0.9, 1.1];
        let mut noisy = series(|n| 7.0 * n);
        noisy.iter_mut().zip(noise).for_each(|(point, noise)| point.1 *= noise);
        let fitted = fit(&noisy, 5).unwrap();
        assert!(fitted.error > 0.01 && (fitted.slope - 1.0).abs() < 3.0 * fitted.error, "{fitted:?}");
        // A constant part that small maps are ruled by is left behind.
        let bent = series(|n| 1e4 + n * n);
        assert!(fit(&bent, 3).unwrap().slope > 1.9 && fit(&bent, 5).unwrap().slope < 1.9);
        assert_eq!(fit(&bent[..2], 5), None);
    }

    #[test]
    fn crossings_lie_where_the_lines_meet() {
        let (linear, square) = (series(|n| 1000.0 * n), series(|n| n * n));
        let [crossing] = crossings(&linear, &square)[..] else { panic!("they cross once") };
        assert!((crossing - 1000.0).abs() < 1e-6, "{crossing}");
        assert!(crossings(&linear, &linear[..3]).is_empty());
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!([median(&[]), median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])], [None, Some(2.0), Some(2.5)]);
    }
}
