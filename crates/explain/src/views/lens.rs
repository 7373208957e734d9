//! The lens's drawings: the maps of one query, an attention layer's weights, and two queries' difference.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::read::query::Query;
use crate::read::reading::{MapKind, Reading};
use crate::read::softmax_attention::AttentionReading;

/// Names of what maps count.
const AXES: [&str; 2] = ["row", "column"];

impl MapKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Content, Self::Position, Self::Total];

    /// Its name for people and in file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Position => "position",
            Self::Total => "total",
        }
    }
}

/// A query in words.
fn of(query: Query) -> String {
    format!("head {}, query {},{}", query.head, query.y, query.x)
}

fn name(word: &str, layer: &str, query: Query) -> String {
    format!("{word}_{layer}_h{}_{}.{}", query.head, query.y, query.x)
}

/// One of a query's three maps. `setting` says of what: the network and the picture.
pub fn map(reading: &Reading, kind: MapKind, limit: f32, layer: &str, setting: &str) -> Figure {
    let query = reading.query;
    Figure {
        name: name(kind.word(), layer, query),
        title: kind.word().to_owned(),
        caption: format!("Implicit attention, {}: {setting}, {layer}, {}", kind.word(), of(query)),
        axes: AXES,
        grid: Grid::new(reading.map(kind).to_vec(), reading.size[1]),
        scale: Scale::Signed(limit),
        ring: Some([query.y, query.x]),
        window: reading.window.filter(|_| kind == MapKind::Position),
    }
}

/// How far one query's total map is above another's, on the scale of both. The rings are round the first.
pub fn difference(reading: &Reading, other: &Reading, limit: f32, layer: &str, setting: &str) -> Figure {
    let pairs = reading.attention.total.iter().zip(&other.attention.total);
    let Query { y, x, .. } = other.query;
    Figure {
        name: format!("{}_minus_{y}.{x}", name("total", layer, reading.query)),
        title: "difference".to_owned(),
        caption: format!("Total of {} minus that of query {y},{x}: {setting}, {layer}", of(reading.query)),
        grid: Grid::new(pairs.map(|(own, other)| own - other).collect(), reading.size[1]),
        ..map(reading, MapKind::Total, limit, layer, setting)
    }
}

/// The softmax weights of one head of an attention layer.
pub fn weights(reading: &AttentionReading, head: usize, layer: &str, setting: &str) -> Option<Figure> {
    let query = Query { head, ..reading.query };
    Some(Figure {
        name: name("softmax_weights", layer, query),
        title: format!("head {head}"),
        caption: format!("Softmax weights, which sum to 1: {setting}, {layer}, {}", of(query)),
        axes: AXES,
        grid: Grid::new(reading.heads.get(head)?.weights.clone(), reading.size[1]),
        scale: Scale::Positive(reading.limit()),
        ring: Some([query.y, query.x]),
        window: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_difference_of_two_queries_is_cell_by_cell() {
        let layer = fixture::layer(6, 7);
        let [a, b] = [(1, 2), (4, 4)].map(|(y, x)| Reading::of(&layer, Query { y, x, head: 1, u: 0 }));
        let figure = difference(&a, &b, 2.0, "stages.6.1", "a test");
        let found = figure.grid.at([3, 3]).unwrap();
        let expected = a.at(MapKind::Total, [3, 3]).unwrap() - b.at(MapKind::Total, [3, 3]).unwrap();
        assert_eq!((found, figure.ring), (expected, Some([1, 2])));
        assert_eq!(figure.name, "total_stages.6.1_h1_1.2_minus_4.4");
        assert!(difference(&a, &a, 2.0, "l", "t").grid.largest() == 0.0);
    }

    #[test]
    fn weights_are_drawn_from_zero() {
        let layer = fixture::attention(4, 5);
        let reading = AttentionReading::of(&layer, Query { y: 1, x: 1, head: 0, u: 0 });
        let figure = weights(&reading, 1, "stages.4.1", "a test").unwrap();
        assert_eq!(figure.scale.least(), 0.0);
        assert!((figure.grid.values.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(figure.grid.clipped(figure.scale), 0);
        assert!(weights(&reading, 2, "stages.4.1", "a test").is_none());
    }
}
