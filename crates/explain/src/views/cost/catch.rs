//! What a lambda layer pays for being cheap: λᶜ has k · v numbers and no higher a rank than k, whatever the map's size. So what
//! would a summary of that rank lose of attention's map? By the theorem of Eckart, Young and Mirsky no map of rank r is nearer to
//! it than its r largest singular values with their vectors.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::query::Query;
use crate::read::softmax_attention::SoftmaxAttention;
use crate::views::orders::softmax_weights;
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};

/// Queries that a map is read for, at most: all of it where there are no more.
const QUERIES: usize = 100;

/// A singular value below this share of the largest is rounding.
const ROUNDING: f64 = 1e-6;

/// λᶜ by its singular values.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// k and v.
    pub size: [usize; 2],
    /// m: the positions that are summarised in it.
    pub positions: usize,
    /// From the largest to the smallest, k of them or v, whichever is fewer.
    pub singular: Vec<f64>,
}

impl Summary {
    /// Of a layer with one content lambda for all queries; nothing where there is none, or one for each.
    pub fn of(layer: &LambdaTrace) -> Option<Self> {
        if !layer.content || layer.mask != Mask::None {
            return None;
        }
        let [k, v] = [layer.dims.key_depth, layer.dims.value_depth];
        let numbers = layer.lambda_content.data().iter().map(|number| f64::from(*number));
        let mut singular: Vec<f64> =
            DMatrix::from_row_iterator(k, v, numbers).singular_values().iter().copied().collect();
        singular.sort_by(|a, b| b.total_cmp(a));
        Some(Self { size: [k, v], positions: layer.dims.positions(), singular })
    }

    /// Its rank, up to rounding.
    pub fn rank(&self) -> usize {
        self.above(ROUNDING)
    }

    /// How many singular values are more than a share of the largest.
    pub fn above(&self, share: f64) -> usize {
        let largest = self.singular.first().copied().unwrap_or(0.0);
        self.singular.iter().filter(|value| **value > share * largest).count()
    }
}

/// Attention's map of one head, for some queries, and how much of it maps of lower rank miss.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// Rows and columns of queries.
    pub size: [usize; 2],
    /// Each is so many positions from the next.
    pub stride: usize,
    /// k: the rank that a summary by k keys has at most.
    pub rank: usize,
    /// The share that the best map of rank k misses of each query's weights (root of the squares), from 0 to 1.
    pub rows: Vec<f64>,
    /// The same of all of them together, for rank 1, 2, 4, and so on, and for rank k.
    pub by_rank: Vec<(usize, f64)>,
}

impl Missed {
    /// Of an attention layer's own weights, or of those that softmax attention would have with a lambda layer's queries and keys;
    /// nothing where that uses no keys, or has a mask.
    pub fn of(layer: &LayerTrace, query: Query) -> Option<Self> {
        let (map, rank) = match layer {
            LayerTrace::Lambda(layer) if !layer.content || layer.mask != Mask::None => return None,
            LayerTrace::Lambda(layer) => ([layer.dims.height, layer.dims.width], layer.dims.key_depth),
            LayerTrace::Attention(layer) => ([layer.dims.height, layer.dims.width], layer.dims.key_depth),
        };
        let (size, stride) = spread(map);
        let weights = |at: usize| {
            let [y, x] = [at / size[1], at % size[1]].map(|place| place * stride);
            let query = Query { y, x, ..query };
            match layer {
                LayerTrace::Lambda(layer) => softmax_weights(layer, query),
                LayerTrace::Attention(layer) => SoftmaxAttention::of(layer, query).weights,
            }
        };
        let rows: Vec<Vec<f32>> = (0..size[0] * size[1]).map(weights).collect();
        Some(Self { size, stride, rank, ..Self::of_rows(&rows, rank) })
    }

    /// Of a map that is given row by row.
    fn of_rows(rows: &[Vec<f32>], rank: usize) -> Self {
        let columns = rows.first().map_or(0, Vec::len);
        let map = DMatrix::from_fn(rows.len(), columns, |row, column| f64::from(rows[row][column]));
        let norms: Vec<f64> = map.row_iter().map(|row| row.norm_squared()).collect();
        // A·Aᵀ has A's left singular vectors, and the squares of its singular values.
        let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(&map * map.transpose());
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|a, b| eigenvalues[*b].total_cmp(&eigenvalues[*a]));
        let kept = |row: usize| -> f64 {
            order.iter().take(rank).map(|&at| eigenvalues[at].max(0.0) * eigenvectors[(row, at)].powi(2)).sum()
        };
        let share = |missed: f64, of: f64| if of > 0.0 { (missed.max(0.0) / of).sqrt() } else { 0.0 };
        let all: f64 = norms.iter().sum();
        let largest = rows.len().min(columns);
        let doubling = std::iter::successors(Some(1), |rank| Some(rank * 2)).take_while(|rank| *rank < largest);
        let mut ranks: Vec<usize> = doubling.chain([rank]).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let by_rank = ranks.into_iter().map(|rank| {
            let kept: f64 = order.iter().take(rank).map(|&at| eigenvalues[at].max(0.0)).sum();
            (rank, share(all - kept, all))
        });
        Self {
            size: [1, rows.len()],
            stride: 1,
            rank,
            rows: norms.iter().enumerate().map(|(row, norm)| share(norm - kept(row), *norm)).collect(),
            by_rank: by_rank.collect(),
        }
    }

    /// What the best map of rank k misses of all of it, from 0 to 1.
    pub fn all(&self) -> Option<f64> {
        self.by_rank.iter().find(|(rank, _)| *rank == self.rank).map(|(_, missed)| *missed)
    }

    /// The least and the most that is missed of one query's weights.
    pub fn range(&self) -> [f64; 2] {
        let ends = |from: f64, pick: fn(f64, f64) -> f64| self.rows.iter().copied().fold(from, pick);
        [ends(1.0, f64::min), ends(0.0, f64::max)]
    }

    /// What is missed of each query's weights, where the query is.
    pub fn figure(&self, subject: &Subject) -> Figure {
        let values: Vec<f32> = self.rows.iter().map(|missed| *missed as f32).collect();
        let grid = Grid::new(values, self.size[1]);
        let what = format!("Share of attention’s weights that the best map of rank {} misses, by query", self.rank);
        let on = Dependence { query: false, ..Dependence::ALL };
        let scale = Scale::Positive(self.range()[1] as f32);
        subject.figure(on, "missed", ["missed by rank k", &what], ["row", "column"], grid, scale)
    }
}

/// Queries at the same distance from each other that are no more than [`QUERIES`]: rows and columns of them, and the distance.
fn spread([height, width]: [usize; 2]) -> ([usize; 2], usize) {
    let size = |stride: usize| [height.div_ceil(stride), width.div_ceil(stride)];
    let mut stride = 1;
    while size(stride)[0] * size(stride)[1] > QUERIES {
        stride += 1;
    }
    (size(stride), stride)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn lambda_has_no_higher_a_rank_than_k() {
        for (kind, layer) in fixture::every_kind() {
            let Some(summary) = Summary::of(&layer) else {
                assert!(!layer.content || layer.mask != Mask::None, "{kind}");
                continue;
            };
            let [k, v] = summary.size;
            assert!(summary.rank() <= k.min(v) && summary.singular.len() == k.min(v), "{kind}");
            assert!(summary.singular.is_sorted_by(|a, b| a >= b), "{kind}");
            // Their squares are the squares of all numbers.
            let squares: f64 = layer.lambda_content.data().iter().map(|x| f64::from(*x).powi(2)).sum();
            let own: f64 = summary.singular.iter().map(|x| x * x).sum();
            assert!((squares - own).abs() < 1e-9 * squares.max(1e-12), "{kind}");
        }
    }

    #[test]
    fn a_map_of_low_rank_misses_nothing_and_each_rank_misses_its_singular_values() {
        let a = [[1.0, 2.0, 0.5], [0.0, 1.0, -1.0], [3.0, 0.0, 1.0], [0.5, 0.5, 2.0]];
        let b = [[1.0, 0.0, 2.0, 1.0, 0.3], [0.0, 1.0, 1.0, -1.0, 0.2], [2.0, 0.1, 0.0, 1.0, 1.0]];
        let rows: Vec<Vec<f32>> = a
            .iter()
            .map(|row| (0..5).map(|m| row.iter().zip(&b).map(|(x, b)| x * b[m]).sum::<f32>()).collect())
            .collect();
        let missed = Missed::of_rows(&rows, 2);
        let exact = DMatrix::from_fn(4, 5, |r, c| f64::from(rows[r][c]));
        let mut singular: Vec<f64> = exact.singular_values().iter().copied().collect();
        singular.sort_by(|a, b| b.total_cmp(a));
        let all: f64 = singular.iter().map(|s| s * s).sum();
        for (rank, found) in &missed.by_rank {
            let left: f64 = singular[*rank..].iter().map(|s| s * s).sum();
            assert!((found - (left / all).sqrt()).abs() < 1e-6, "{rank}");
        }
        // Rows together are the whole, and three factors are rank 3.
        let together: f64 = missed
            .rows
            .iter()
            .zip(&rows)
            .map(|(m, row)| m * m * row.iter().map(|x| f64::from(x * x)).sum::<f64>())
            .sum();
        assert!(((together / all).sqrt() - missed.all().unwrap()).abs() < 1e-6);
        assert!(Missed::of_rows(&rows, 3).range()[1] < 1e-3);
    }

    #[test]
    fn both_kinds_of_layer_are_read_at_queries_spread_over_the_map() {
        assert_eq!([spread([9, 9]), spread([16, 16]), spread([128, 64])], [([9, 9], 1), ([8, 8], 2), ([13, 7], 10)]);
        let layer = LayerTrace::Lambda(fixture::layer(12, 14));
        let query = Query { y: 1, x: 1, head: 1, u: 0 };
        let missed = Missed::of(&layer, query).unwrap();
        assert_eq!((missed.size, missed.stride, missed.rows.len()), ([6, 7], 2, 42));
        assert!(missed.by_rank.is_sorted_by(|a, b| a.1 >= b.1));
        let attention = LayerTrace::Attention(fixture::attention(6, 7));
        let missed = Missed::of(&attention, query).unwrap();
        assert_eq!(missed.rows.len(), 42);
        assert!(missed.rows.iter().all(|share| (0.0..=1.0).contains(share)));
        let subject = Subject::of(&attention, query, "test");
        assert_eq!(missed.figure(&subject).grid.values.len(), 42);
    }
}
