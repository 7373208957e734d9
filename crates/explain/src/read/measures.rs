//! What can be said of the weights of any one query, signed or not, in numbers that two networks can be compared by: they
//! are of the picture, whatever the size of the map. Words and drawings are in [`crate::views::networks`].

use lambdascope_core::nn::trace::LayerTrace;

use crate::read::implicit_attention::implicit_attention;
use crate::read::query::{Query, reach};
use crate::read::softmax_attention::SoftmaxAttention;

/// A rectangle of the picture, in shares of its height and width: `[top, left, bottom, right]`.
pub type Window = [f32; 4];

/// The weights with which one query of a layer takes the values: a lambda layer's a_nmu, signed, or an attention layer's
/// softmax weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One a context position, `[H · W]`, row-major.
    pub map: Vec<f32>,
    /// Rows and columns of the context's map.
    pub size: [usize; 2],
    /// The middle of the query's own cell, in shares of the picture: `[down, right]`.
    pub from: [f32; 2],
    /// The part of the picture that has position embeddings for this query; nothing where the layer has none, or tells
    /// offsets apart over the whole map.
    pub window: Option<Window>,
}

impl Weights {
    /// Reads a query of a layer. A head that the layer lacks is the last one it has, a u likewise.
    pub fn of(layer: &LayerTrace, query: Query) -> Self {
        let [height, width] = layer.map();
        let last = |at: usize, count: usize| at.min(count.saturating_sub(1));
        let query = Query {
            y: last(query.y, height),
            x: last(query.x, width),
            head: last(query.head, layer.heads()),
            u: last(query.u, layer.intra()),
        };
        let from = [(query.y, height), (query.x, width)].map(|(at, side)| (at as f32 + 0.5) / side as f32);
        match layer {
            LayerTrace::Lambda(layer) => {
                let size = [layer.dims.context_height, layer.dims.context_width];
                let [rows, columns] = reach(layer, query);
                let [height, width] = size.map(|side| side as f32);
                let is_local = (0..2).any(|axis| layer.dims.window[axis] < 2 * size[axis] - 1);
                let window = (is_local && !rows.is_empty() && !columns.is_empty()).then(|| {
                    [
                        rows.start as f32 / height,
                        columns.start as f32 / width,
                        rows.end as f32 / height,
                        columns.end as f32 / width,
                    ]
                });
                Self { map: implicit_attention(layer, query).total, size, from, window }
            }
            LayerTrace::Attention(layer) => {
                Self { map: SoftmaxAttention::of(layer, query).weights, size: [height, width], from, window: None }
            }
        }
    }

    /// The measures; the share inside is that of `window`.
    pub fn measures(&self, window: Option<Window>) -> Measures {
        let [rows, columns] = self.size;
        let (mut sum, mut negative, mut mass, mut squares, mut inside) = (0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64);
        let mut centre = [0.0f64; 2];
        for (m, value) in self.map.iter().enumerate() {
            let (cell, value) = ([m / columns, m % columns], f64::from(*value));
            sum += value;
            negative += (-value).max(0.0);
            mass += value.abs();
            squares += value * value;
            for (axis, side) in [rows, columns].into_iter().enumerate() {
                centre[axis] += value.abs() * (cell[axis] as f64 + 0.5) / side as f64;
            }
            if let Some(window) = window {
                inside += value.abs() * overlap(cell, self.size, window);
            }
        }
        let share = |part: f64| if mass > 0.0 { (part / mass) as f32 } else { 0.0 };
        let away = [0, 1].map(|axis| share(centre[axis]) - self.from[axis]);
        Measures {
            sum: sum as f32,
            negative: negative as f32,
            inside: window.map(|_| share(inside)),
            positions: if squares > 0.0 { (mass * mass / squares) as f32 } else { 0.0 },
            cells: self.map.len(),
            distance: if mass > 0.0 { away[0].hypot(away[1]) } else { 0.0 },
        }
    }

    /// How alike the two are in where they look: the rank correlation of |a| with |a'| (Spearman's, equal values sharing their
    /// mean rank), over the cells of the finer map, each with that of the other map in which its middle lies. Nothing where
    /// one of the two is the same everywhere.
    pub fn correlation(&self, other: &Self) -> Option<f32> {
        let [rows, columns] = [0, 1].map(|axis| self.size[axis].max(other.size[axis]));
        let ranks = [self, other].map(|own| {
            let at = |y: usize, x: usize| {
                let cell = |at: usize, side: usize, own: usize| (2 * at + 1) * own / (2 * side);
                own.map[cell(y, rows, own.size[0]) * own.size[1] + cell(x, columns, own.size[1])].abs()
            };
            let values: Vec<f32> = (0..rows).flat_map(|y| (0..columns).map(move |x| at(y, x))).collect();
            ranks(&values)
        });
        pearson(&ranks[0], &ranks[1])
    }
}

/// The share of a cell's area that lies in a window.
fn overlap(cell: [usize; 2], size: [usize; 2], [top, left, bottom, right]: Window) -> f64 {
    let along = |axis: usize, from: f32, to: f32| {
        let (at, side) = (cell[axis] as f64, size[axis] as f64);
        (f64::from(to) * side).min(at + 1.0) - (f64::from(from) * side).max(at)
    };
    along(0, top, bottom).clamp(0.0, 1.0) * along(1, left, right).clamp(0.0, 1.0)
}

/// The rank of every value, from 0; equal ones share the mean of theirs.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let mean = first as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|at| ranks[*at] = mean);
        first += equal.len();
    }
    ranks
}

/// Pearson's correlation; nothing where one of the two does not vary.
fn pearson(a: &[f64], b: &[f64]) -> Option<f32> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a_mean, b_mean) = (mean(a), mean(b));
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - a_mean, b - b_mean);
        both += a * b;
        own += a * a;
        other += b * b;
    }
    (own > 0.0 && other > 0.0).then(|| (both / (own * other).sqrt()) as f32)
}

/// One query's weights in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Σ a: 1 for softmax weights.
    pub sum: f32,
    /// Σ |a| over the negative ones: 0 for softmax weights.
    pub negative: f32,
    /// The share of Σ |a| inside the window, where there is one to look at; a cell that lies in it by half counts by half.
    pub inside: Option<f32>,
    /// How many positions it draws on, (Σ |a|)² / Σ a²: 1 where all weight is on one, n where it is spread evenly.
    pub positions: f32,
    /// How many positions there are.
    pub cells: usize,
    /// How far the centre of |a| lies from the query's middle, in sides of the picture.
    pub distance: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn weights(map: &[f32], size: [usize; 2], from: [f32; 2]) -> Weights {
        Weights { map: map.to_vec(), size, from, window: None }
    }

    #[test]
    fn signed_weights_are_counted_by_their_size() {
        let own = weights(&[0.0, -1.0, 0.0, 3.0], [2, 2], [0.25, 0.25]);
        let Measures { sum, negative, inside, positions, cells, distance } = own.measures(Some([0.0, 0.0, 1.0, 0.5]));
        assert_eq!((sum, negative, inside, cells), (2.0, 1.0, Some(0.0), 4));
        assert!((positions - 1.6).abs() < 1e-6, "{positions}");
        // The centre lies at three quarters of the way down from the first row to the second, all of it in the right column.
        assert!((distance - 0.375f32.hypot(0.5)).abs() < 1e-6, "{distance}");
        let half = own.measures(Some([0.0, 0.0, 1.0, 0.75])).inside;
        assert_eq!(half, Some(0.5), "a cell counts by its part inside");
        let nothing = weights(&[0.0; 4], [2, 2], [0.25, 0.25]).measures(None);
        assert_eq!((nothing.positions, nothing.distance, nothing.inside), (0.0, 0.0, None));
    }

    #[test]
    fn softmax_weights_sum_to_one_and_take_nothing_away() {
        let layer = LayerTrace::Attention(fixture::attention(4, 5));
        let own = Weights::of(&layer, Query { y: 1, x: 4, head: 1, u: 0 });
        let measures = own.measures(None);
        assert!((measures.sum - 1.0).abs() < 1e-5);
        assert_eq!((measures.negative, own.window, own.from), (0.0, None, [0.375, 0.9]));
    }

    #[test]
    fn a_local_window_is_a_part_of_the_picture() {
        let layer = LayerTrace::Lambda(fixture::layer(10, 10));
        let own = Weights::of(&layer, Query { y: 0, x: 5, head: 0, u: 0 });
        assert_eq!(own.window, Some([0.0, 0.3, 0.3, 0.8]));
        // All weight that position embeddings give lies in there.
        let inside = own.measures(own.window).inside.unwrap();
        assert!(inside > 0.0 && inside < 1.0, "{inside}");
        let whole = own.measures(Some([0.0, 0.0, 1.0, 1.0])).inside.unwrap();
        assert!((whole - 1.0).abs() < 1e-6, "{whole}");
    }

    #[test]
    fn what_a_layer_lacks_is_the_last_it_has() {
        for (kind, layer) in fixture::every_kind() {
            let last = Query { y: 2, x: 3, head: 1, u: layer.dims.intra - 1 };
            let layer = LayerTrace::Lambda(layer);
            let beyond = Query { head: 9, u: 9, ..last };
            assert_eq!(Weights::of(&layer, beyond), Weights::of(&layer, last), "{kind}");
        }
    }

    #[test]
    fn ranks_are_compared_over_the_finer_map() {
        let coarse = weights(&[1.0, 2.0, 3.0, 4.0], [2, 2], [0.25, 0.25]);
        let fine: Vec<f32> = (0..16).map(|m| [1.0, -2.0, 3.0, -4.0][m / 8 * 2 + m % 4 / 2]).collect();
        let fine = weights(&fine, [4, 4], [0.125, 0.125]);
        assert_eq!((coarse.correlation(&fine), fine.correlation(&coarse)), (Some(1.0), Some(1.0)));
        let reversed = weights(&[4.0, 3.0, 2.0, 1.0], [2, 2], [0.25, 0.25]);
        assert_eq!(coarse.correlation(&reversed), Some(-1.0));
        assert_eq!(coarse.correlation(&weights(&[0.5; 4], [2, 2], [0.25, 0.25])), None);
        // Equal values share their rank: 1, 1 and 2 against 1, 2 and 3.
        let [a, b] = [[1.0, 1.0, 2.0], [1.0, 2.0, 3.0]].map(|map| weights(&map, [1, 3], [0.5, 0.5]));
        assert!((a.correlation(&b).unwrap() - 0.866_025_4).abs() < 1e-6);
    }
}
