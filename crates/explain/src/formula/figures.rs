//! How the quantities of one query are drawn, and which of their cells go into the one that is selected.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::Subject;
use crate::formula::quantity::{Cell, Index, Quantity};
use crate::formula::table::{Cells, Sizes, Table};
use crate::formula::values::Values;
use lambdascope_core::tensor::max_abs;

/// Where a quantity's drawing has its rows and columns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[k, v]`.
    Matrix,
    /// `[k, 1]`.
    Column,
    /// `[1, v]`.
    Row,
    /// The context's rows and columns, of the channel that the selected cell names.
    Map,
}

/// A quantity's layout; `None` where it has no values.
pub fn layout(quantity: Quantity) -> Option<Layout> {
    match quantity.axes() {
        [Index::Key, Index::Value] => Some(Layout::Matrix),
        [Index::Key] => Some(Layout::Column),
        [Index::Value] => Some(Layout::Row),
        [Index::Position, ..] => Some(Layout::Map),
        _ => None,
    }
}

fn size(layout: Layout, sizes: Sizes) -> [usize; 2] {
    match layout {
        Layout::Matrix => [sizes.key, sizes.value],
        Layout::Column => [sizes.key, 1],
        Layout::Row => [1, sizes.value],
        Layout::Map => sizes.context,
    }
}

/// The cell of a quantity that a drawing's cell `[y, x]` stands for; the indices that the drawing lacks stay.
pub fn cell_at(table: &Table, quantity: Quantity, selected: Cell, [y, x]: [usize; 2]) -> Cell {
    let cell = selected.of(quantity);
    match layout(quantity) {
        Some(Layout::Matrix) => Cell { key: y, value: x, ..cell },
        Some(Layout::Column) => Cell { key: y, ..cell },
        Some(Layout::Row) => Cell { value: x, ..cell },
        Some(Layout::Map) => Cell { position: y * table.sizes.context[1] + x, ..cell },
        None => cell,
    }
}

/// The drawing's cell `[y, x]` of a quantity's cell.
fn place_of(table: &Table, cell: Cell) -> Option<[usize; 2]> {
    Some(match layout(cell.quantity)? {
        Layout::Matrix => [cell.key, cell.value],
        Layout::Column => [cell.key, 0],
        Layout::Row => [0, cell.value],
        Layout::Map => {
            let columns = table.sizes.context[1].max(1);
            [cell.position / columns, cell.position % columns]
        }
    })
}

/// A quantity's drawing, of the channels that `selected` names, with a ring round the selected cell if it is one of its own.
/// `None` where it has no values.
pub fn figure(table: &Table, values: &Values, quantity: Quantity, selected: Cell, subject: &Subject) -> Option<Figure> {
    let layout = layout(quantity)?;
    let [rows, columns] = size(layout, table.sizes);
    let query = values.query();
    let drawn = |quantity| {
        let at = |m: usize| values.value(cell_at(table, quantity, selected, [m / columns, m % columns]), query.u);
        (0..rows * columns).map(at).collect::<Vec<f32>>()
    };
    let own = drawn(quantity);
    // The lambdas are added: they share a scale.
    let lambdas = [Quantity::Content, Quantity::PositionLambda, Quantity::Lambda];
    let limit = if lambdas.contains(&quantity) {
        let there = lambdas.into_iter().filter(|quantity| table.row(*quantity).is_some());
        there.map(|quantity| max_abs(&drawn(quantity))).fold(0.0, f32::max)
    } else {
        max_abs(&own)
    };
    let is_share = matches!(quantity, Quantity::NormalisedKey | Quantity::Weight);
    let scale = if is_share { Scale::Positive(limit) } else { Scale::Signed(limit) };
    let (file_channel, channel) = match quantity.axes() {
        [Index::Position, Index::Key] => (selected.key.to_string(), format!(", channel {}", selected.key)),
        [Index::Position, Index::Value] => (selected.value.to_string(), format!(", channel {}", selected.value)),
        _ => (String::new(), String::new()),
    };
    let (on, head) = (values.dependence(quantity), query.head as isize);
    let (axes, first) = match layout {
        // The bias belongs to all heads.
        Layout::Column if !on.head => (["key channel", "column"], [0, 0]),
        Layout::Matrix => (["key channel", "value channel"], [0, 0]),
        Layout::Column => (["key channel", "head"], [0, head]),
        Layout::Row => (["head", "value channel"], [head, 0]),
        Layout::Map => (["row", "column"], [0, 0]),
    };
    let title = format!("{}{channel}", quantity.name());
    let (word, grid) = (format!("{}{file_channel}", quantity.id()), Grid::new(own, columns).counted_from(first));
    Some(Figure {
        ring: if quantity == selected.quantity { place_of(table, selected) } else { None },
        ..subject.figure(on, &word, [&title, &title], axes, grid, scale)
    })
}

/// The cells of a quantity's drawing that go directly into the selected cell, inclusive `[top, left, bottom, right]`; `None`
/// where none do.
pub fn used(table: &Table, quantity: Quantity, selected: Cell) -> Option<[usize; 4]> {
    if !table.parts(selected.quantity).contains(&quantity) {
        return None;
    }
    let [rows, columns] = size(layout(quantity)?, table.sizes);
    let bound = selected.quantity.axes();
    // A softmax needs its quantity at every position.
    let is_softmax = table
        .row(selected.quantity)?
        .equations
        .iter()
        .any(|equation| matches!(equation.cells, Some(Cells::Softmax(of)) if of == quantity));
    let [y, x] = place_of(table, selected.of(quantity))?;
    let is_bound = |index: Index| bound.contains(&index) && !(is_softmax && index == Index::Position);
    let (down, across) = match layout(quantity)? {
        Layout::Matrix => (is_bound(Index::Key), is_bound(Index::Value)),
        Layout::Column => (is_bound(Index::Key), true),
        Layout::Row => (true, is_bound(Index::Value)),
        Layout::Map => (is_bound(Index::Position), is_bound(Index::Position)),
    };
    let (top, bottom) = if down { (y, y) } else { (0, rows.checked_sub(1)?) };
    let (left, right) = if across { (x, x) } else { (0, columns.checked_sub(1)?) };
    Some([top, left, bottom, right])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::subject::Dependence;
    use crate::fixture;
    use crate::formula::terms::explain;
    use crate::read::query::Query;
    use crate::read::reading::Reading;
    use lambdascope_core::nn::trace::LayerTrace;

    #[test]
    fn drawings_hold_the_cells_that_they_are_pointed_at() {
        for (kind, layer) in fixture::every_kind() {
            let table = Table::of(&LayerTrace::Lambda(layer.clone()));
            let query = Query { y: 3, x: 1, head: 1, u: layer.dims.intra - 1 };
            let reading = Reading::of(&layer, query);
            let values = Values::lambda(&layer, &reading);
            let subject = Subject::of_lambda(&layer, query, "test");
            let selected = Cell { quantity: Quantity::Lambda, key: 2, value: 1, position: 4 };
            for row in &table.rows {
                let figure = figure(&table, &values, row.quantity, selected, &subject).unwrap();
                assert_eq!(figure.grid.clipped(figure.scale), 0, "{kind} {:?}", row.quantity);
                assert_eq!(figure.ring, (row.quantity == Quantity::Lambda).then_some([2, 1]));
                for y in 0..figure.grid.rows {
                    let cell = cell_at(&table, row.quantity, selected, [y, 0]);
                    assert_eq!(figure.grid.at([y, 0]), Some(values.value(cell, query.u)), "{kind} {cell:?}");
                    assert_eq!(place_of(&table, cell), Some([y, 0]), "{kind} {cell:?}");
                }
            }
        }
    }

    #[test]
    fn what_all_queries_share_names_none_and_is_the_same_for_all() {
        for (kind, layer) in fixture::every_kind() {
            let table = Table::of(&LayerTrace::Lambda(layer.clone()));
            let of = |y, x, head| {
                let query = Query { y, x, head, u: 0 };
                let reading = Reading::of(&layer, query);
                let values = Values::lambda(&layer, &reading);
                let subject = Subject::of_lambda(&layer, query, "test");
                let draw = |quantity| {
                    let selected = Cell { quantity: Quantity::Output, key: 2, value: 1, position: 4 };
                    figure(&table, &values, quantity, selected, &subject).unwrap()
                };
                let is_shared = |quantity| {
                    let Dependence { head, query, .. } = values.dependence(quantity);
                    !head && !query
                };
                table.rows.iter().map(|row| (draw(row.quantity), is_shared(row.quantity))).collect::<Vec<_>>()
            };
            for ((one, is_shared), (other, _)) in of(3, 1, 1).into_iter().zip(of(1, 2, 0)) {
                assert_eq!(one.grid.values == other.grid.values, is_shared, "{kind} {}", one.title);
                assert_eq!((one.name == other.name, one.caption.contains("query")), (is_shared, !is_shared), "{kind}");
            }
        }
    }

    #[test]
    fn what_is_lit_is_what_the_terms_are_made_of() {
        for (kind, layer) in fixture::every_kind() {
            let table = Table::of(&LayerTrace::Lambda(layer.clone()));
            let reading = Reading::of(&layer, Query { y: 3, x: 1, head: 1, u: 0 });
            let values = Values::lambda(&layer, &reading);
            for row in &table.rows {
                let selected = Cell { quantity: row.quantity, key: 2, value: 1, position: 4 };
                let explained = explain(&table, &values, selected);
                let factors: Vec<Cell> = explained
                    .sums
                    .iter()
                    .flat_map(|sum| sum.terms.iter().flat_map(|term| term.factors.iter().map(|factor| factor.cell)))
                    .collect();
                for other in &table.rows {
                    let lit = used(&table, other.quantity, selected);
                    let mut own = factors.iter().filter(|cell| cell.quantity == other.quantity);
                    assert_eq!(
                        lit.is_some(),
                        own.clone().next().is_some(),
                        "{kind} {:?} of {:?}",
                        other.quantity,
                        row.quantity
                    );
                    let Some([top, left, bottom, right]) = lit else { continue };
                    assert!(
                        own.all(|cell| {
                            let [y, x] = place_of(&table, *cell).unwrap();
                            (top..=bottom).contains(&y) && (left..=right).contains(&x)
                        }),
                        "{kind} {:?} of {:?}",
                        other.quantity,
                        row.quantity
                    );
                }
            }
        }
    }
}
