//! One product, q_n (k̄ + E)ᵀ V, multiplied in either order, and beside it what softmax attention would make of the same
//! queries and keys. What the orders cost is in [`crate::views::orders::cost`].

pub mod chart;
pub mod cost;
pub mod shapes;

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;
use strum::VariantArray;

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::implicit_attention::{implicit_attention, layer_output};
use crate::read::lambda::normalised_keys;
use crate::read::query::{Query, dot, offset, query_vector, reach, sees};
use crate::read::reading::Reading;

/// From which side the product has been multiplied: the stops between n×m weights and k×v lambdas, from the weights' end to the
/// lambda's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, VariantArray)]
pub enum Stop {
    /// Compare, then sum: the weights a_nm stand between the multiplications.
    Weights,
    /// Nothing is multiplied yet: q, k̄ + E, v.
    Factors,
    /// Summarise, then apply: λ_n stands between them.
    #[default]
    Lambda,
}

impl Stop {
    /// Its place between the ends.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The stop at a place.
    pub fn at(index: usize) -> Self {
        Self::VARIANTS.get(index).copied().unwrap_or_default()
    }
}

/// Both outputs of one query and head, `[v]` each.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// λ_nᵀ q_n.
    pub applied: Vec<f32>,
    /// Σ_m a_nm v_m + q·b.
    pub summed: Vec<f32>,
    /// The layer's own, as the backend computed it.
    pub own: Vec<f32>,
}

impl Outputs {
    /// Multiplies in both orders.
    pub fn of(layer: &LambdaTrace, reading: &Reading) -> Self {
        let v = layer.dims.value_depth;
        let mut applied = vec![0.0; v];
        let lambdas = reading.lambda_content.data().chunks_exact(v).zip(reading.lambda_position.data().chunks_exact(v));
        for (q, (content, position)) in reading.q.iter().zip(lambdas) {
            for (y, (c, p)) in applied.iter_mut().zip(content.iter().zip(position)) {
                *y += q * (c + p);
            }
        }
        Self { applied, summed: reading.reconstructed.clone(), own: layer_output(layer, reading.query).to_vec() }
    }

    /// The largest difference between the two orders.
    pub fn difference(&self) -> f32 {
        self.applied.iter().zip(&self.summed).fold(0.0, |worst, (a, b)| worst.max((a - b).abs()))
    }

    /// The largest output.
    pub fn scale(&self) -> f32 {
        max_abs(&self.own)
    }

    /// The outputs of one order, `[1, v]`.
    pub fn figure(&self, subject: &Subject, stop: Stop) -> Figure {
        let (values, word, what) = match stop {
            Stop::Weights => (&self.summed, "output_by_weights", "Output by comparing, then summing"),
            _ => (&self.applied, "output_by_lambda", "Output by summarising, then applying"),
        };
        let (grid, scale) = (Grid::new(values.clone(), values.len()), Scale::Signed(self.scale()));
        subject.figure(Dependence::HEAD_AND_QUERY, word, ["output", what], ["row", "value channel"], grid, scale)
    }
}

/// The three factors for one query and u: q_n `[1, k]`, k̄ + e_n `[m, k]`, v `[m, v]`. Positions that the query does not see
/// have zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// q_n.
    pub query: Figure,
    /// k̄ + e_n.
    pub keys: Figure,
    /// v.
    pub values: Figure,
}

/// The factors of a query.
pub fn factors(layer: &LambdaTrace, subject: &Subject) -> Factors {
    let query = subject.query;
    let [k, v, u] = [layer.dims.key_depth, layer.dims.value_depth, layer.dims.intra];
    let mut keys = Vec::with_capacity(layer.dims.positions() * k);
    for row in normalised_keys(layer, query.n(layer)).chunks_exact(u * k) {
        keys.extend_from_slice(&row[query.u * k..][..k]);
    }
    let [rows, columns] = reach(layer, query);
    for y in rows {
        for x in columns.clone() {
            let m = y * layer.dims.context_width + x;
            if sees(layer, query.n(layer), m) {
                let embedding = &layer.position.row(offset(layer, query, [y, x]))[query.u * k..][..k];
                keys[m * k..][..k].iter_mut().zip(embedding).for_each(|(key, e)| *key += e);
            }
        }
    }
    let values = layer.value.data().chunks_exact(u * v).flat_map(|row| &row[query.u * v..][..v]).copied().collect();
    let matrix = |on, word: &str, [title, what]: [&str; 2], axes, values: Vec<f32>, columns| {
        let scale = Scale::Signed(max_abs(&values));
        subject.figure(on, word, [title, what], axes, Grid::new(values, columns), scale)
    };
    // Heads share keys, embeddings and values.
    let of_u = Dependence { intra: true, ..Dependence::LAYER };
    let on_keys = Dependence { query: Dependence::of_lambda(layer).query, ..of_u };
    let q = query_vector(layer, query).to_vec();
    Factors {
        query: matrix(Dependence::HEAD_AND_QUERY, "q_row", ["query", "Query"], ["row", "key channel"], q, k),
        keys: matrix(
            on_keys,
            "keys",
            ["keys + embeddings", "Softmaxed keys and position embeddings"],
            ["position m", "key channel"],
            keys,
            k,
        ),
        values: matrix(of_u, "values", ["values", "Values"], ["position m", "value channel"], values, v),
    }
}

/// λ_n of a query, `[k, v]`.
pub fn lambda(layer: &LambdaTrace, subject: &Subject, reading: &Reading) -> Figure {
    let pairs = reading.lambda_content.data().iter().zip(reading.lambda_position.data());
    let values: Vec<f32> = pairs.map(|(c, p)| c + p).collect();
    let scale = Scale::Signed(max_abs(&values));
    let (on, grid) = (Dependence::of_lambda(layer), Grid::new(values, layer.dims.value_depth));
    let title = ["lambda", "Lambda, content and position"];
    subject.figure(on, "lambda", title, ["key channel", "value channel"], grid, scale)
}

/// The weights a_nm of a query over the picture.
pub fn weights(layer: &LambdaTrace, subject: &Subject, reading: &Reading) -> Figure {
    let scale = Scale::Signed(max_abs(&reading.attention.total));
    let grid = Grid::new(reading.attention.total.clone(), reading.size[1]);
    let title = ["weights", "Implicit weights"];
    let figure = subject.figure(Dependence::ALL, "weights", title, ["row", "column"], grid, scale);
    Figure { ring: same_map(layer, subject.query), ..figure }
}

/// The largest matrix of weights that is drawn: a megabyte.
const DRAWN: usize = 1 << 18;

/// The n×m weights of every query of a head, which this order has to compute; `None` where they are too many to draw.
pub fn every_weight(layer: &LambdaTrace, subject: &Subject) -> Option<Figure> {
    let Query { head, u, .. } = subject.query;
    let (n, m) = (layer.dims.queries(), layer.dims.positions());
    if n * m > DRAWN {
        return None;
    }
    let width = layer.dims.width;
    let queries = (0..n).map(|n| Query { y: n / width, x: n % width, head, u });
    let values: Vec<f32> = queries.flat_map(|query| implicit_attention(layer, query).total).collect();
    let scale = Scale::Signed(max_abs(&values));
    let title = ["all weights", "Implicit weights of every query"];
    let on = Dependence { query: false, ..Dependence::ALL };
    Some(subject.figure(on, "every_weight", title, ["query n", "position m"], Grid::new(values, m), scale))
}

/// What softmax attention would take from where with the same query and the keys before their softmax. `None` in a layer that
/// uses no keys.
pub fn softmax_attention(layer: &LambdaTrace, subject: &Subject) -> Option<Figure> {
    let query = subject.query;
    if !layer.content {
        return None;
    }
    let values = softmax_weights(layer, query);
    let scale = Scale::Positive(max_abs(&values));
    let grid = Grid::new(values, layer.dims.context_width);
    let title = ["softmax attention", "What softmax attention would weigh with the same query and keys"];
    let figure = subject.figure(Dependence::ALL, "softmax", title, ["row", "column"], grid, scale);
    Some(Figure { ring: same_map(layer, query), ..figure })
}

/// softmax over m of q_n·k_m / √k, over what the query sees.
pub(crate) fn softmax_weights(layer: &LambdaTrace, query: Query) -> Vec<f32> {
    let (k, q, n) = (layer.dims.key_depth, query_vector(layer, query), query.n(layer));
    let score = |m: usize| dot(q, &layer.key.row(m)[query.u * k..][..k]) / (k as f32).sqrt();
    let positions = layer.dims.positions();
    let scores: Vec<f32> =
        (0..positions).map(|m| if sees(layer, n, m) { score(m) } else { f32::NEG_INFINITY }).collect();
    let largest = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    // A query that sees nothing attends to nothing.
    powers.iter().map(|power| if sum > 0.0 { power / sum } else { 0.0 }).collect()
}

/// The query's own cell, where queries and context are one map.
fn same_map(layer: &LambdaTrace, query: Query) -> Option<[usize; 2]> {
    let dims = &layer.dims;
    let same = [dims.height, dims.width] == [dims.context_height, dims.context_width];
    same.then_some([query.y, query.x])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn each(check: impl Fn(&str, &LambdaTrace, &Subject, &Reading)) {
        for (kind, layer) in fixture::every_kind() {
            for (y, x, u) in [(0, 0, 0), (2, 3, layer.dims.intra - 1), (4, 5, 0)] {
                let query = Query { y, x, head: 1, u };
                let subject = Subject::of_lambda(&layer, query, "test");
                check(kind, &layer, &subject, &Reading::of(&layer, query));
            }
        }
    }

    #[test]
    fn both_orders_give_the_layers_output() {
        each(|kind, layer, _, reading| {
            let outputs = Outputs::of(layer, reading);
            assert!(outputs.difference() < 1e-5 * outputs.scale().max(1.0), "{kind}: {}", outputs.difference());
            for ((a, b), own) in outputs.applied.iter().zip(&outputs.summed).zip(&outputs.own) {
                assert!((a - own).abs() < 1e-5 && (b - own).abs() < 1e-5, "{kind}");
            }
        });
    }

    #[test]
    fn the_factors_multiply_to_weights_and_to_lambda() {
        each(|kind, layer, subject, reading| {
            let factors = factors(layer, subject);
            let (q, keys, values) = (&factors.query.grid, &factors.keys.grid, &factors.values.grid);
            let width = reading.size[1];
            for m in 0..keys.rows {
                let a: f32 = (0..q.columns).map(|i| q.values[i] * keys.at([m, i]).unwrap()).sum();
                let drawn = weights(layer, subject, reading).grid.at([m / width, m % width]).unwrap();
                assert!((a - drawn).abs() < 1e-5, "{kind}");
            }
            // With one u, λ_n is the product of the other two and the bias.
            if layer.dims.intra == 1 {
                let lambda = lambda(layer, subject, reading);
                for i in 0..keys.columns {
                    for j in 0..values.columns {
                        let sum: f32 =
                            (0..keys.rows).map(|m| keys.at([m, i]).unwrap() * values.at([m, j]).unwrap()).sum();
                        let cell = lambda.grid.at([i, j]).unwrap() - layer.position_bias.data()[i];
                        assert!((sum - cell).abs() < 1e-5, "{kind}");
                    }
                }
            }
        });
    }

    #[test]
    fn all_weights_have_the_querys_as_a_row() {
        each(|kind, layer, subject, reading| {
            let all = every_weight(layer, subject).unwrap();
            let [n, m] = [layer.dims.queries(), layer.dims.positions()];
            assert_eq!([all.grid.rows, all.grid.columns], [n, m], "{kind}");
            let row = &all.grid.values[subject.query.n(layer) * m..][..m];
            assert_eq!(row, reading.attention.total, "{kind}");
        });
    }

    #[test]
    fn softmax_attention_sums_to_one_over_what_the_query_sees() {
        each(|kind, layer, subject, _| {
            let Some(figure) = softmax_attention(layer, subject) else {
                assert!(!layer.content, "{kind}");
                return;
            };
            let sum: f32 = figure.grid.values.iter().sum();
            assert!((sum - 1.0).abs() < 1e-5, "{kind}");
            let (q, k, u) = (query_vector(layer, subject.query), layer.dims.key_depth, subject.query.u);
            let seen: Vec<usize> =
                (0..layer.dims.positions()).filter(|m| sees(layer, subject.query.n(layer), *m)).collect();
            let score = |m: &usize| dot(q, &layer.key.row(*m)[u * k..(u + 1) * k]) / (k as f32).sqrt();
            let (a, b) = (seen[0], seen[seen.len() - 1]);
            let ratio = figure.grid.values[a] / figure.grid.values[b];
            assert!((ratio.ln() - (score(&a) - score(&b))).abs() < 1e-4, "{kind}");
        });
    }

    #[test]
    fn stops_lie_between_the_weights_and_the_lambda() {
        assert!(Stop::VARIANTS.iter().enumerate().all(|(i, stop)| stop.index() == i && Stop::at(i) == *stop));
        assert_eq!(Stop::at(3), Stop::default());
    }
}
