//! The shapes that the two orders go through, to be drawn to one scale: a number is a square of one unit.

use lambdascope_core::nn::trace::LambdaTrace;

use crate::views::orders::Stop;

/// A matrix as a rectangle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is.
    pub what: &'static str,
    /// Rows, units high.
    pub rows: usize,
    /// Columns, units wide.
    pub columns: usize,
    /// The sign before it, if any.
    pub before: &'static str,
    /// Whether it is what stands between the two multiplications.
    pub between: bool,
}

impl Shape {
    fn new(before: &'static str, what: &'static str, [rows, columns]: [usize; 2]) -> Self {
        Self { what, rows, columns, before, between: false }
    }

    /// `4 × 256`.
    pub fn size(&self) -> String {
        format!("{} × {}", self.rows, self.columns)
    }
}

/// What one query of all heads is multiplied through, for one u.
pub fn chain(layer: &LambdaTrace, stop: Stop) -> Vec<Shape> {
    let dims = &layer.dims;
    let [h, k, v, m] = [dims.heads, dims.key_depth, dims.value_depth, dims.positions()];
    let query = |before| Shape::new(before, "queries", [h, k]);
    let across = |before| Shape::new(before, "(k̄ + e)ᵀ", [k, m]);
    let values = |before| Shape::new(before, "values", [m, v]);
    let output = Shape::new("=", "outputs", [h, v]);
    let again = Shape::new("·", "λ", [k, v]);
    let held = |shape| Shape { between: true, ..shape };
    match stop {
        Stop::Factors => vec![query(""), across("·"), values("·")],
        Stop::Weights => {
            vec![query(""), across("·"), held(Shape::new("=", "weights", [h, m])), values("·"), output]
        }
        Stop::Lambda => {
            vec![across(""), values("·"), held(Shape::new("=", "λ", [k, v])), query(";"), again, output]
        }
    }
}

/// What stands between the multiplications for every query: a row a query, with its heads' weights or its lambda.
pub fn between(layer: &LambdaTrace) -> [Shape; 2] {
    let dims = &layer.dims;
    let n = dims.queries();
    let held = |what, columns| Shape { between: true, ..Shape::new("", what, [n, columns]) };
    [held("weights", dims.heads * dims.positions() * dims.intra), held("lambdas", dims.key_depth * dims.value_depth)]
}

/// CSS pixels of a unit for shapes that stand beside each other: at most one, less where they are larger than `room`.
pub fn unit(shapes: &[Shape], room: f32) -> f32 {
    let widest = shapes.iter().map(|shape| shape.columns.max(shape.rows)).max().unwrap_or(1);
    (room / widest as f32).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn neighbours_in_a_chain_fit_each_other() {
        for (kind, layer) in fixture::every_kind() {
            let weights = chain(&layer, Stop::Weights);
            assert_eq!(weights[0].columns, weights[1].rows, "{kind}");
            assert_eq!([weights[2].rows, weights[2].columns], [weights[0].rows, weights[1].columns], "{kind}");
            assert_eq!(weights[2].columns, weights[3].rows, "{kind}");
            let lambda = chain(&layer, Stop::Lambda);
            assert_eq!([lambda[2].rows, lambda[2].columns], [lambda[0].rows, lambda[1].columns], "{kind}");
            // The lambda stands again on the other side of the query, where it can be multiplied.
            assert_eq!((lambda[3].columns, lambda[4].rows), (lambda[2].rows, lambda[2].rows), "{kind}");
            assert_eq!([lambda[5].rows, lambda[5].columns], [lambda[3].rows, lambda[4].columns], "{kind}");
            assert_eq!(lambda.last(), weights.last(), "{kind}");
        }
    }

    #[test]
    fn all_queries_hold_a_row_each() {
        let layer = fixture::layer(5, 6);
        let [weights, lambdas] = between(&layer);
        assert_eq!((weights.size(), lambdas.size()), ("30 × 60".into(), "30 × 12".into()));
        assert_eq!(unit(&[weights.clone(), lambdas], 600.0), 1.0);
        assert_eq!(unit(&[weights], 30.0), 0.5);
    }
}
