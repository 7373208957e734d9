//! The lens's drawings: the maps of one query, an attention layer's weights, and two queries' difference.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::query::Query;
use crate::read::reading::{MapKind, Reading};
use crate::read::softmax_attention::AttentionReading;
use lambdascope_core::text;

/// Names of what maps count.
const AXES: [&str; 2] = ["row", "column"];

/// One of a query's three maps.
pub fn map(subject: &Subject, reading: &Reading, kind: MapKind, limit: f32) -> Figure {
    let (word, Query { y, x, .. }) = (kind.word(), reading.query);
    let grid = Grid::new(reading.map(kind).to_vec(), reading.size[1]);
    let title = [word, &format!("Implicit attention, {word}")];
    Figure {
        ring: Some([y, x]),
        window: reading.window.filter(|_| kind == MapKind::Position),
        ..subject.figure(Dependence::ALL, word, title, AXES, grid, Scale::Signed(limit))
    }
}

/// How far one query's total map is above another's, on the scale of both. The rings are round the first.
pub fn difference(subject: &Subject, reading: &Reading, other: &Reading, limit: f32) -> Figure {
    let pairs = reading.attention.total.iter().zip(&other.attention.total);
    let Query { y, x, .. } = other.query;
    let total = map(subject, reading, MapKind::Total, limit);
    let what = format!("Total minus that of the query at {}", text::cell(other.query.cell()));
    Figure {
        name: format!("{}_minus_{y}.{x}", total.name),
        title: "difference".to_owned(),
        caption: subject.caption(&what, Dependence::ALL),
        grid: Grid::new(pairs.map(|(own, other)| own - other).collect(), reading.size[1]),
        ..total
    }
}

/// The softmax weights of one head of an attention layer.
pub fn weights(subject: &Subject, reading: &AttentionReading, head: usize) -> Option<Figure> {
    let grid = Grid::new(reading.heads.get(head)?.weights.clone(), reading.size[1]);
    let title = [&format!("head {head}"), "Softmax weights, which sum to 1"];
    let scale = Scale::Positive(reading.limit());
    let figure = subject.with_head(head).figure(Dependence::ALL, "softmax_weights", title, AXES, grid, scale);
    Some(Figure { ring: Some([reading.query.y, reading.query.x]), ..figure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use lambdascope_core::nn::trace::LayerTrace;

    #[test]
    fn the_difference_of_two_queries_is_cell_by_cell() {
        let layer = fixture::layer(6, 7);
        let [a, b] = [(1, 2), (4, 4)].map(|(y, x)| Reading::of(&layer, Query { y, x, head: 1, u: 0 }));
        let subject = Subject::of_lambda(&layer, a.query, "a test");
        let figure = difference(&subject, &a, &b, 2.0);
        let found = figure.grid.at([3, 3]).unwrap();
        let expected = a.at(MapKind::Total, [3, 3]).unwrap() - b.at(MapKind::Total, [3, 3]).unwrap();
        assert_eq!((found, figure.ring), (expected, Some([1, 2])));
        assert_eq!(figure.name, "total_stages.6.1_h1_1.2_minus_4.4");
        assert!(difference(&subject, &a, &a, 2.0).grid.largest() == 0.0);
    }

    #[test]
    fn weights_are_drawn_from_zero() {
        let layer = fixture::attention(4, 5);
        let reading = AttentionReading::of(&layer, Query { y: 1, x: 1, head: 0, u: 0 });
        let subject = Subject::of(&LayerTrace::Attention(layer), reading.query, "a test");
        let figure = weights(&subject, &reading, 1).unwrap();
        assert_eq!(figure.name, "softmax_weights_stages.4.1_h1_1.1");
        assert_eq!(figure.scale.least(), 0.0);
        assert!((figure.grid.values.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(figure.grid.clipped(figure.scale), 0);
        assert!(weights(&subject, &reading, 2).is_none());
    }
}
