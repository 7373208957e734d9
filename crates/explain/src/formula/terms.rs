//! What a cell is the sum of, worked out from the table's equations: every term with its factors, largest first.

use crate::formula::quantity::{Cell, Index, Quantity};
use crate::formula::table::{Addend, Cells, Origin, Table};
use crate::formula::values::Values;

/// A cell as a part of a term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    /// Which cell.
    pub cell: Cell,
    /// Of which u, where the quantity has one.
    pub u: usize,
    /// What it is worth.
    pub value: f32,
}

/// One term of a sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What is multiplied; under a softmax what the exponential is taken of.
    pub factors: Vec<Factor>,
    /// What it adds.
    pub value: f32,
}

/// What is done to the terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// They are added up.
    Sum,
    /// They are exponentials that are added up to divide one of them. All are divided by exp of the largest exponent.
    Softmax {
        /// The one.
        numerator: f32,
        /// The largest exponent.
        largest: f32,
    },
}

/// The terms of a cell by one of its equations.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    /// Which of the row's equations.
    pub equation: usize,
    /// What is done to them.
    pub form: Form,
    /// All of them, by magnitude.
    pub terms: Vec<Term>,
    /// What they add up to.
    pub total: f32,
    /// What this gives the cell: the total, or the quotient.
    pub result: f32,
    /// √k, where an addend is divided by it.
    pub root: Option<f32>,
}

/// What is left of a sum beside its largest terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remainder {
    /// How many terms.
    pub count: usize,
    /// What they add together.
    pub sum: f32,
}

impl Sum {
    /// The largest terms, `most` at the most, and what the others add together. One other term is not grouped.
    pub fn grouped(&self, most: usize) -> (&[Term], Option<Remainder>) {
        if self.terms.len() <= most + 1 {
            return (&self.terms, None);
        }
        let (largest, others) = self.terms.split_at(most);
        let sum = others.iter().map(|term| f64::from(term.value)).sum::<f64>() as f32;
        (largest, Some(Remainder { count: others.len(), sum }))
    }
}

/// One cell with all that it is the sum of.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The cell.
    pub cell: Cell,
    /// Of which u.
    pub u: usize,
    /// What it is worth in the run.
    pub value: f32,
    /// Its terms, by every equation that the table has for it.
    pub sums: Vec<Sum>,
    /// Where the value comes from if no equation gives it.
    pub origin: Option<Origin>,
    /// Rows and columns from the query to the cell's position, and whether the layer has an embedding for them.
    pub displacement: Option<([isize; 2], bool)>,
}

/// Works out a cell that the table has, for the u of the values' query.
pub fn explain(table: &Table, values: &Values, cell: Cell) -> Explanation {
    let u = values.query().u;
    let row = table.row(cell.quantity);
    let sums = row.iter().flat_map(|row| row.equations.iter().enumerate()).filter_map(|(equation, given)| {
        let sum = match given.cells.as_ref()? {
            Cells::Sum(addends) => added(table, values, cell, u, addends),
            Cells::Softmax(of) => shared(table, values, cell, u, cell.of(*of)),
        };
        Some(Sum { equation, ..sum })
    });
    let has_position = cell.quantity.axes().contains(&Index::Position);
    Explanation {
        cell,
        u,
        value: values.value(cell, u),
        sums: sums.collect(),
        origin: row.and_then(|row| row.origin),
        displacement: has_position.then(|| (values.displacement(cell.position), values.has_embedding(cell.position))),
    }
}

fn by_magnitude(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    terms
}

fn total(terms: &[Term]) -> f32 {
    terms.iter().map(|term| f64::from(term.value)).sum::<f64>() as f32
}

fn added(table: &Table, values: &Values, cell: Cell, u: usize, addends: &[Addend]) -> Sum {
    let root = (table.sizes.key as f32).sqrt();
    let mut terms = Vec::new();
    for addend in addends {
        let mut add = |cell: Cell, u: usize| {
            let factor = |of: &_| {
                let cell = cell.of(*of);
                Factor { cell, u, value: values.value(cell, u) }
            };
            let factors: Vec<Factor> = addend.factors.iter().map(factor).collect();
            let product: f32 = factors.iter().map(|factor| factor.value).product();
            terms.push(Term { factors, value: if addend.is_rooted { product / root } else { product } });
        };
        match addend.over {
            None => add(cell, u),
            Some(Index::Position) => {
                let needs_embedding = addend.factors.contains(&Quantity::Embedding);
                let is_there = |m: &usize| if needs_embedding { values.has_embedding(*m) } else { values.is_seen(*m) };
                for m in (0..table.sizes.of(Index::Position)).filter(is_there) {
                    (0..table.sizes.intra).for_each(|u| add(cell.with(Index::Position, m), u));
                }
            }
            Some(index) => (0..table.sizes.of(index)).for_each(|at| add(cell.with(index, at), u)),
        }
    }
    let terms = by_magnitude(terms);
    let total = total(&terms);
    let is_rooted = addends.iter().any(|addend| addend.is_rooted);
    Sum { equation: 0, form: Form::Sum, total, result: total, terms, root: is_rooted.then_some(root) }
}

/// A softmax over what the query sees.
fn shared(table: &Table, values: &Values, cell: Cell, u: usize, of: Cell) -> Sum {
    let seen = (0..table.sizes.of(Index::Position)).filter(|m| values.is_seen(*m));
    let factors: Vec<Factor> = seen
        .map(|m| {
            let cell = of.with(Index::Position, m);
            Factor { cell, u, value: values.value(cell, u) }
        })
        .collect();
    let largest = factors.iter().map(|factor| factor.value).fold(f32::MIN, f32::max);
    let terms = factors.into_iter().map(|factor| Term { value: (factor.value - largest).exp(), factors: vec![factor] });
    let terms = by_magnitude(terms.collect());
    let total = total(&terms);
    let own = values.is_seen(cell.position).then(|| (values.value(of, u) - largest).exp());
    let numerator = own.unwrap_or(0.0);
    let result = if total > 0.0 { numerator / total } else { 0.0 };
    Sum { equation: 0, form: Form::Softmax { numerator, largest }, terms, total, result, root: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::query::Query;
    use crate::read::reading::Reading;
    use crate::read::softmax_attention::AttentionReading;
    use lambdascope_core::nn::trace::LayerTrace;

    /// All cells of a table's quantities, a few positions each.
    fn cells(table: &Table) -> Vec<Cell> {
        let all = |index| 0..table.sizes.of(index);
        let mut cells = Vec::new();
        for row in &table.rows {
            for position in all(Index::Position).step_by(4) {
                for (key, value) in all(Index::Key).flat_map(|key| all(Index::Value).map(move |value| (key, value))) {
                    cells.push(Cell { quantity: row.quantity, key, value, position });
                }
            }
        }
        cells
    }

    fn check(kind: &str, table: &Table, values: &Values) {
        let cells = cells(table);
        let largest = |quantity| {
            let of = cells.iter().filter(|cell| cell.quantity == quantity);
            of.map(|cell| values.value(*cell, values.query().u).abs()).fold(0.0, f32::max)
        };
        for cell in &cells {
            let explained = explain(table, values, *cell);
            for sum in &explained.sums {
                let close = |a: f32, b: f32| (a - b).abs() <= 1e-5 * largest(cell.quantity).max(1e-3);
                assert!(close(sum.result, explained.value), "{kind} {cell:?}: {} of {}", sum.result, explained.value);
                let (shown, rest) = sum.grouped(5);
                let added: f32 = shown.iter().map(|term| term.value).sum::<f32>() + rest.map_or(0.0, |rest| rest.sum);
                assert!(
                    (added - sum.total).abs() <= 1e-5 * sum.total.abs().max(largest(cell.quantity)),
                    "{kind} {cell:?}"
                );
                assert_eq!(shown.len() + rest.map_or(0, |rest| rest.count), sum.terms.len());
                assert!(sum.terms.is_sorted_by(|a, b| a.value.abs() >= b.value.abs()));
                for term in sum.terms.iter().filter(|_| sum.form == Form::Sum && sum.root.is_none()) {
                    let product: f32 = term.factors.iter().map(|factor| values.value(factor.cell, factor.u)).product();
                    assert_eq!(product, term.value, "{kind} {cell:?}");
                }
            }
            let row = table.row(cell.quantity).unwrap();
            assert_eq!(explained.sums.is_empty(), row.origin.is_some(), "{kind} {cell:?}");
        }
    }

    #[test]
    fn terms_add_up_to_every_cell_of_every_kind_of_lambda_layer() {
        for (kind, layer) in fixture::every_kind() {
            let table = Table::of(&LayerTrace::Lambda(layer.clone()));
            for query in [Query::default(), Query { y: 2, x: 3, head: 1, u: layer.dims.intra - 1 }] {
                let reading = Reading::of(&layer, query);
                check(kind, &table, &Values::lambda(&layer, &reading));
            }
        }
    }

    #[test]
    fn terms_add_up_to_every_cell_of_an_attention_layer() {
        let layer = fixture::attention(4, 5);
        let table = Table::of(&LayerTrace::Attention(layer.clone()));
        for query in [Query::default(), Query { y: 2, x: 3, head: 1, u: 0 }] {
            let reading = AttentionReading::of(&layer, query);
            check("attention", &table, &Values::attention(&layer, &reading));
        }
    }

    #[test]
    fn factors_are_the_traces_own_numbers() {
        for (kind, layer) in fixture::every_kind() {
            let table = Table::of(&LayerTrace::Lambda(layer.clone()));
            let query = Query { y: 1, x: 2, head: 1, u: 0 };
            let reading = Reading::of(&layer, query);
            let values = Values::lambda(&layer, &reading);
            let cell = Cell { quantity: Quantity::PositionLambda, key: 1, value: 2, position: 0 };
            let explained = explain(&table, &values, cell);
            let dims = &layer.dims;
            // By its definition, over all offsets of the window.
            let mut expected = Vec::new();
            for (dy, dx) in (0..dims.window[0]).flat_map(|dy| (0..dims.window[1]).map(move |dx| (dy, dx))) {
                let (y, x) = ((query.y + dy).wrapping_sub(dims.origin[0]), (query.x + dx).wrapping_sub(dims.origin[1]));
                let m = y.wrapping_mul(dims.context_width).wrapping_add(x);
                if y < dims.context_height && x < dims.context_width && values.is_seen(m) {
                    for u in 0..dims.intra {
                        let e = layer.position.row(dy * dims.window[1] + dx)[u * dims.key_depth + 1];
                        expected.push(e * layer.value.row(m)[u * dims.value_depth + 2]);
                    }
                }
            }
            expected.push(layer.position_bias.data()[1]);
            expected.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
            let found: Vec<f32> = explained.sums[0].terms.iter().map(|term| term.value).collect();
            assert_eq!(found, expected, "{kind}");
        }
    }

    #[test]
    fn a_wrong_output_is_seen() {
        let mut layer = fixture::layer(3, 4);
        layer.output.data_mut()[0] += 0.25;
        let table = Table::of(&LayerTrace::Lambda(layer.clone()));
        let reading = Reading::of(&layer, Query::default());
        let explained = explain(&table, &Values::lambda(&layer, &reading), Cell::default());
        assert_eq!(explained.sums.len(), 2);
        for sum in explained.sums {
            assert!((explained.value - sum.result - 0.25).abs() < 1e-5);
        }
    }

    #[test]
    fn one_term_is_not_grouped() {
        let layer = fixture::layer(3, 4);
        let table = Table::of(&LayerTrace::Lambda(layer.clone()));
        let reading = Reading::of(&layer, Query::default());
        let explained = explain(&table, &Values::lambda(&layer, &reading), Cell::default());
        assert_eq!(explained.sums[0].terms.len(), 3);
        assert_eq!(explained.sums[0].grouped(2), (&explained.sums[0].terms[..], None));
        assert!(explained.sums[0].grouped(1).1.is_some_and(|rest| rest.count == 2));
    }
}
