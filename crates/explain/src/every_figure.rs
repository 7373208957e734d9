//! Tests of all views' figures together: figures that differ have different captions and names of files, and what does not
//! depend on a head, a query or a u is called the same for all of them.

use lambdascope_core::nn::edit::{LayerEdit, TableEdit};
use lambdascope_core::nn::trace::{AttentionTrace, LambdaTrace, LayerTrace};
use strum::VariantArray;

use crate::figures::figure::Figure;
use crate::figures::subject::Subject;
use crate::fixture;
use crate::formula::figures::figure;
use crate::formula::quantity::{Cell, Quantity};
use crate::formula::table::Table;
use crate::formula::values::Values;
use crate::read::query::Query;
use crate::read::reading::{MapKind, Reading};
use crate::read::softmax_attention::AttentionReading;
use crate::views::anatomy::outer_products::{Build, By};
use crate::views::anatomy::{Product, key_maps, value_maps};
use crate::views::atlas::Entry;
use crate::views::lens;
use crate::views::orders;
use crate::views::positions;
use crate::views::positions::TileKind;
use crate::views::positions::figures::{after, before, kernel, on_picture, tile};
use crate::views::positions::shift::{Part, Shift, Shifted, Whose};
use crate::views::what_if::edited_figure;

/// The cells whose channels the formula's maps are drawn of.
const SELECTED: [Cell; 2] = [
    Cell { quantity: Quantity::Output, key: 0, value: 0, position: 4 },
    Cell { quantity: Quantity::Output, key: 2, value: 1, position: 4 },
];

/// Every figure that the page draws of a query of a lambda layer.
fn of_lambda(layer: &LambdaTrace, query: Query, setting: &str) -> Vec<Figure> {
    let subject = &Subject::of_lambda(layer, query, setting);
    let reading = Reading::of(layer, query);
    let other = Reading::of(layer, Query { y: 4, x: 4, ..query });
    let mut figures: Vec<Figure> =
        MapKind::VARIANTS.iter().map(|kind| lens::map(subject, &reading, *kind, 1.0)).collect();
    figures.push(lens::difference(subject, &reading, &other, 1.0));
    figures.push(Entry::of(0, layer, query).figure(setting, 1.0));
    figures.extend([key_maps(layer, subject), value_maps(layer, subject)].concat());
    let product = Product::of(layer, subject, &reading);
    figures.extend([product.content, product.position, product.lambda, product.query, product.output]);
    for by in By::VARIANTS.iter().copied() {
        let build = Build::of(layer, query, by);
        for added in [0, 1, 3, usize::MAX] {
            let step = build.step(layer, subject, added);
            figures.extend([step.key, step.value, step.outer, step.sum]);
        }
    }
    let factors = orders::factors(layer, subject);
    figures.extend([factors.query, factors.keys, factors.values]);
    figures.extend([orders::lambda(layer, subject, &reading), orders::weights(layer, subject, &reading)]);
    figures.extend(orders::every_weight(layer, subject).into_iter().chain(orders::softmax_attention(layer, subject)));
    let outputs = orders::Outputs::of(layer, &reading);
    figures.extend([orders::Stop::Weights, orders::Stop::Lambda].map(|stop| outputs.figure(subject, stop)));
    figures.extend(of_positions(layer, subject, &reading));
    let table = Table::of(&LayerTrace::Lambda(layer.clone()));
    let values = Values::lambda(layer, &reading);
    figures.extend(of_formula(&table, &values, subject));
    figures
}

fn of_positions(layer: &LambdaTrace, subject: &Subject, reading: &Reading) -> Vec<Figure> {
    let (query, mut figures) = (subject.query, Vec::new());
    for kind in TileKind::VARIANTS.iter().copied() {
        let grids = positions::tiles(layer, query, kind).into_iter().enumerate();
        figures.extend(grids.map(|(channel, grid)| tile(subject, kind, channel, grid, 1.0)));
    }
    figures.extend(positions::kernel(layer, query).map(|grid| kernel(subject, grid)));
    figures.push(on_picture(subject, reading, 1.0));
    let flipped = TableEdit { channel: None, cells: vec![0, 1], factor: -1.0 };
    for table in [Vec::new(), vec![flipped]] {
        let edit = LayerEdit { table, ..LayerEdit::default() };
        figures.extend((0..layer.dims.key_depth).filter_map(|channel| edited_figure(layer, &edit, subject, channel)));
    }
    for shift in [Shift([1, 0]), Shift([0, -1])] {
        let shifted = Shifted::of(layer, query, shift);
        for part in [Part::Position, Part::Content] {
            figures.push(before(subject, &shifted, part));
            for (whose, as_difference) in
                [(Whose::Held, false), (Whose::Own, false), (Whose::Held, true), (Whose::Own, true)]
            {
                figures.push(after(subject, &shifted, part, whose, as_difference));
            }
        }
    }
    figures
}

fn of_formula(table: &Table, values: &Values, subject: &Subject) -> Vec<Figure> {
    let quantities = table.rows.iter().map(|row| row.quantity);
    quantities
        .flat_map(|quantity| SELECTED.map(|selected| figure(table, values, quantity, selected, subject)))
        .flatten()
        .collect()
}

/// Every figure that the page draws of a query of an attention layer.
fn of_attention(layer: &AttentionTrace, query: Query, setting: &str) -> Vec<Figure> {
    let (reading, traced) = (AttentionReading::of(layer, query), LayerTrace::Attention(layer.clone()));
    let (table, subject) = (Table::of(&traced), &Subject::of(&traced, query, setting));
    let heads = 0..layer.dims.heads;
    let mut figures: Vec<Figure> = heads.filter_map(|head| lens::weights(subject, &reading, head)).collect();
    figures.extend(of_formula(&table, &Values::attention(layer, &reading), subject));
    figures
}

/// The places whose figures are compared: of two heads and three positions, every u.
fn queries(intra: usize) -> Vec<Query> {
    let heads = [(2, 3, 0), (2, 3, 1), (1, 3, 0), (2, 1, 1)];
    heads.into_iter().flat_map(|(y, x, head)| (0..intra).map(move |u| Query { y, x, head, u })).collect()
}

/// Asserts that no two figures that differ are called the same, in whatever views and of whatever places they are.
fn assert_told_apart(kind: &str, figures: &[Figure]) {
    for (at, one) in figures.iter().enumerate() {
        for other in &figures[..at] {
            if one.name == other.name || [&one.title, &one.caption] == [&other.title, &other.caption] {
                assert_eq!(one.grid, other.grid, "{kind}: {one:?} and {other:?} are called the same");
            }
        }
    }
}

#[test]
fn figures_that_differ_have_different_names_and_captions() {
    for (kind, layer) in fixture::every_kind() {
        let queries = queries(layer.dims.intra);
        let figures: Vec<Figure> = queries.into_iter().flat_map(|query| of_lambda(&layer, query, "test")).collect();
        assert_told_apart(kind, &figures);
    }
    let layer = fixture::attention(5, 6);
    let figures: Vec<Figure> = queries(1).into_iter().flat_map(|query| of_attention(&layer, query, "test")).collect();
    assert_told_apart("attention", &figures);
}

/// Asserts that a figure of one place is called as its counterpart of another exactly if it is the same. Figures without
/// values are alike by chance.
fn assert_named_alike(ones: &[Figure], others: &[Figure]) {
    assert_eq!(ones.len(), others.len());
    for (one, other) in ones.iter().zip(others).filter(|(one, _)| one.grid.largest() > 0.0) {
        let is_same = (&one.grid, one.window) == (&other.grid, other.window);
        assert_eq!(one.name == other.name, is_same, "{} and {}", one.name, other.name);
        assert_eq!(one.caption == other.caption, is_same, "{} and {}", one.caption, other.caption);
    }
}

#[test]
fn what_does_not_depend_on_head_query_or_u_is_called_the_same_for_all() {
    let layer = fixture::with_intra(5, 6, 2);
    let attention = fixture::attention(5, 6);
    let places = queries(2);
    for (one, other) in places.iter().flat_map(|one| places.iter().map(move |other| (*one, *other))) {
        assert_named_alike(&of_lambda(&layer, one, "test"), &of_lambda(&layer, other, "test"));
        let [one, other] = [one, other].map(|query| Query { u: 0, ..query });
        assert_named_alike(&of_attention(&attention, one, "test"), &of_attention(&attention, other, "test"));
    }
}

#[test]
fn every_caption_names_its_layer_and_its_setting() {
    let query = Query { y: 2, x: 3, head: 1, u: 0 };
    let layer = fixture::with_intra(5, 6, 2);
    let renamed = LambdaTrace { name: "stages.9.9".into(), ..layer.clone() };
    let (own, other, elsewhere) =
        (of_lambda(&layer, query, "test"), of_lambda(&renamed, query, "test"), of_lambda(&layer, query, "another"));
    for ((own, other), elsewhere) in own.iter().zip(&other).zip(&elsewhere) {
        assert_ne!(own.name, other.name);
        assert_ne!(own.caption, other.caption);
        assert_ne!(own.caption, elsewhere.caption);
    }
}
