//! What a lambda is made of, as drawings: the normalised keys and the values over the picture, and the matrices of
//! y_n = (λᶜ + λᵖ_n)ᵀ q_n. The sum that λᶜ is, term by term, is in [`crate::views::anatomy::outer_products`].

pub mod outer_products;

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::lambda::normalised_keys;
use crate::read::reading::Reading;

/// Names of what maps over the picture count.
const PLACES: [&str; 2] = ["row", "column"];

/// The softmaxed key maps k̄ of the query's u, one a key channel, on one scale from 0. In a masked layer they are the
/// query's own. Empty where the layer adds no content lambda.
pub fn key_maps(layer: &LambdaTrace, subject: &Subject) -> Vec<Figure> {
    let query = subject.query;
    if !layer.content {
        return Vec::new();
    }
    let k = layer.dims.key_depth;
    let keys = normalised_keys(layer, query.n(layer));
    let maps: Vec<Vec<f32>> = channels(&keys, layer.dims.intra * k, query.u * k..(query.u + 1) * k);
    let limit = maps.iter().map(|map| max_abs(map)).fold(0.0, f32::max);
    let figure = |(i, map): (usize, Vec<f32>)| {
        let title = format!("key channel {i}");
        let what = format!("Softmaxed key channel {i}, which sums to 1");
        let grid = Grid::new(map, layer.dims.context_width);
        let on = Dependence::of_normalised_keys(layer);
        subject.figure(on, &format!("key{i}"), [&title, &what], PLACES, grid, Scale::Positive(limit))
    };
    maps.into_iter().enumerate().map(figure).collect()
}

/// The value maps of the query's u, one a value channel, on one signed scale.
pub fn value_maps(layer: &LambdaTrace, subject: &Subject) -> Vec<Figure> {
    let query = subject.query;
    let v = layer.dims.value_depth;
    let maps = channels(layer.value.data(), layer.dims.intra * v, query.u * v..(query.u + 1) * v);
    let limit = maps.iter().map(|map| max_abs(map)).fold(0.0, f32::max);
    let figure = |(j, map): (usize, Vec<f32>)| {
        let title = format!("value channel {j}");
        let what = format!("Value channel {j} at every context position");
        let grid = Grid::new(map, layer.dims.context_width);
        let on = Dependence { intra: true, ..Dependence::LAYER };
        subject.figure(on, &format!("value{j}"), [&title, &what], PLACES, grid, Scale::Signed(limit))
    };
    maps.into_iter().enumerate().map(figure).collect()
}

/// A drawing on the scale that covers it and nothing else.
#[must_use]
pub fn alone(figure: &Figure) -> Figure {
    let limit = figure.grid.largest();
    let scale = match figure.scale {
        Scale::Signed(_) => Scale::Signed(limit),
        Scale::Positive(_) => Scale::Positive(limit),
    };
    Figure { scale, ..figure.clone() }
}

/// The columns `of` rows of `row` values, one vector a column.
fn channels(rows: &[f32], row: usize, of: std::ops::Range<usize>) -> Vec<Vec<f32>> {
    of.map(|channel| rows.iter().skip(channel).step_by(row.max(1)).copied().collect()).collect()
}

/// The matrices of one query: λᶜ + λᵖ_n = λ_n, `[k, v]`, on one scale; the queries `[k, h]` and outputs `[v, h]` of all
/// heads, which share λ_n, on one each. The query's head is outlined.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// λᶜ.
    pub content: Figure,
    /// λᵖ_n, its bias included.
    pub position: Figure,
    /// λ_n.
    pub lambda: Figure,
    /// q_n.
    pub query: Figure,
    /// λ_nᵀ q_n.
    pub output: Figure,
    /// The largest difference between the head's λ_nᵀ q_n and the output that the backend computed.
    pub difference: f32,
    head: usize,
}

/// One term of an output: y_j = Σ_i q_i λ_ij.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// q_i of the query's head.
    pub q: f32,
    /// λ_n at row i, column j.
    pub lambda: f32,
    /// y_j of the query's head.
    pub output: f32,
}

/// Rows of a lambda.
pub const KEY_CHANNEL: &str = "key channel";
/// Columns of a lambda.
pub const VALUE_CHANNEL: &str = "value channel";

impl Product {
    /// The product for a query, from its reading.
    pub fn of(layer: &LambdaTrace, subject: &Subject, reading: &Reading) -> Self {
        let n = subject.query.n(layer);
        let [h, k, v] = [layer.dims.heads, layer.dims.key_depth, layer.dims.value_depth];
        let (content, position) = (reading.lambda_content.data(), reading.lambda_position.data());
        let lambda: Vec<f32> = content.iter().zip(position).map(|(c, p)| c + p).collect();
        let mut outputs = vec![0.0f32; v * h];
        let mut queries = vec![0.0f32; k * h];
        for head in 0..h {
            for (i, q) in layer.query.row(n)[head * k..(head + 1) * k].iter().enumerate() {
                queries[i * h + head] = *q;
                for (j, cell) in lambda[i * v..(i + 1) * v].iter().enumerate() {
                    outputs[j * h + head] += q * cell;
                }
            }
        }
        let head = subject.query.head;
        let own = outputs.iter().skip(head).step_by(h.max(1));
        let difference = own.zip(&reading.output).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        let shared = Scale::Signed([content, position, &lambda].into_iter().map(max_abs).fold(0.0, f32::max));
        let matrix = |on, word: &str, title: &str, what: &str, values: Vec<f32>| {
            subject.figure(on, word, [title, what], [KEY_CHANNEL, VALUE_CHANNEL], Grid::new(values, v), shared)
        };
        let on_content = Dependence::of_content_lambda(layer);
        let (on_position, on_both) = (Dependence::of_position_lambda(layer), Dependence::of_lambda(layer));
        let of_heads = |word: &str, title: &str, what: &str, rows, values: Vec<f32>| {
            let scale = Scale::Signed(max_abs(&values));
            let window = Some([0, head, (values.len() / h.max(1)).saturating_sub(1), head]);
            let grid = Grid::new(values, h);
            // All heads stand in it, but the outline is round one.
            let on = Dependence::HEAD_AND_QUERY;
            Figure { window, ..subject.figure(on, word, [title, what], [rows, "head"], grid, scale) }
        };
        Self {
            content: matrix(on_content, "lambda_content", "content lambda", "Content lambda", content.to_vec()),
            position: matrix(
                on_position,
                "lambda_position",
                "position lambda",
                "Position lambda, bias included",
                position.to_vec(),
            ),
            lambda: matrix(on_both, "lambda", "lambda", "Lambda, content and position", lambda),
            query: of_heads("query", "queries", "Queries of all heads", KEY_CHANNEL, queries),
            output: of_heads("output", "outputs", "Outputs of all heads, lambda times query", VALUE_CHANNEL, outputs),
            difference,
            head,
        }
    }

    /// The term of a row and a column of λ_n; `None` outside.
    pub fn term(&self, row: usize, column: usize) -> Option<Term> {
        Some(Term {
            q: self.query.grid.at([row, self.head])?,
            lambda: self.lambda.grid.at([row, column])?,
            output: self.output.grid.at([column, self.head])?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::query::Query;

    fn subjects() -> Vec<(&'static str, lambdascope_core::nn::trace::LambdaTrace)> {
        fixture::every_kind()
    }

    #[test]
    fn every_key_map_sums_to_one_over_what_the_query_sees() {
        for (kind, layer) in subjects() {
            for u in 0..layer.dims.intra {
                let subject = Subject::of_lambda(&layer, Query { y: 2, x: 3, head: 1, u }, "test");
                let maps = key_maps(&layer, &subject);
                assert_eq!(maps.len(), if layer.content { layer.dims.key_depth } else { 0 }, "{kind}");
                for (i, map) in maps.iter().enumerate() {
                    let dims = &layer.dims;
                    assert_eq!([map.grid.rows, map.grid.columns], [dims.context_height, dims.context_width], "{kind}");
                    let sum: f32 = map.grid.values.iter().sum();
                    assert!((sum - 1.0).abs() < 1e-5, "{kind} channel {i}: {sum}");
                    let row = normalised_keys(&layer, subject.query.n(&layer));
                    let cell = row[(dims.context_width + 1) * dims.intra * dims.key_depth + u * dims.key_depth + i];
                    assert_eq!(map.grid.at([1, 1]), Some(cell), "{kind}");
                    assert!(map.grid.largest() <= map.scale.limit(), "{kind}");
                }
            }
        }
    }

    #[test]
    fn values_lie_where_they_stand_in_the_context() {
        for (kind, layer) in subjects() {
            let u = layer.dims.intra - 1;
            let maps = value_maps(&layer, &Subject::of_lambda(&layer, Query { u, ..Query::default() }, "test"));
            assert_eq!(maps.len(), layer.dims.value_depth, "{kind}");
            let m = layer.dims.context_width + 1;
            let value = layer.value.row(m)[u * layer.dims.value_depth + 2];
            assert_eq!(maps[2].grid.at([1, 1]), Some(value), "{kind}");
        }
    }

    #[test]
    fn the_product_is_the_layers_output_for_every_head_and_kind() {
        for (kind, layer) in subjects() {
            for head in 0..2 {
                let query = Query { y: 4, x: 1, head, u: 0 };
                let reading = Reading::of(&layer, query);
                let product = Product::of(&layer, &Subject::of_lambda(&layer, query, "test"), &reading);
                assert!(product.difference < 1e-5, "{kind}: {}", product.difference);
                for j in 0..layer.dims.value_depth {
                    let terms = (0..layer.dims.key_depth).map(|i| product.term(i, j).unwrap());
                    let sum: f32 = terms.map(|term| term.q * term.lambda).sum();
                    assert!((sum - reading.output[j]).abs() < 1e-5, "{kind}");
                    assert!((product.term(0, j).unwrap().output - reading.output[j]).abs() < 1e-5, "{kind}");
                }
                assert_eq!(product.term(layer.dims.key_depth, 0), None);
                let figures = [&product.content, &product.position, &product.lambda];
                assert!(figures.iter().all(|figure| figure.grid.clipped(figure.scale) == 0), "{kind}");
            }
        }
    }

    #[test]
    fn a_wrong_output_shows_as_a_difference() {
        let mut layer = fixture::layer(3, 4);
        layer.output.data_mut()[0] += 0.25;
        let subject = Subject::of_lambda(&layer, Query::default(), "test");
        let product = Product::of(&layer, &subject, &Reading::of(&layer, Query::default()));
        assert!((product.difference - 0.25).abs() < 1e-4);
    }
}
