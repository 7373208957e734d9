//! A map or a matrix as something to be drawn, listed and written to a file.

use lambdascope_core::tensor::{Tensor, max_abs};
use lambdascope_core::text::{decimals, signed, whole};

/// A cell and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    /// `[y, x]`.
    pub cell: [usize; 2],
    /// a_nm.
    pub value: f32,
}

/// Values in rows and columns, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// `[rows · columns]`.
    pub values: Vec<f32>,
    /// What the first row and column are called: 0 where they count, the most negative offset where they are offsets.
    pub first: [isize; 2],
}

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// From −limit to +limit, zero neutral.
    Signed(f32),
    /// From 0 to limit.
    Positive(f32),
}

impl Scale {
    /// Its upper end.
    pub fn limit(self) -> f32 {
        match self {
            Self::Signed(limit) | Self::Positive(limit) => limit,
        }
    }

    /// Its lower end.
    pub fn least(self) -> f32 {
        match self {
            Self::Signed(limit) => -limit,
            Self::Positive(_) => 0.0,
        }
    }

    /// A value as it is written beside this scale.
    pub fn write(self, value: f32) -> String {
        let digits = decimals(self.limit());
        match self {
            Self::Signed(_) => signed(value, digits),
            Self::Positive(_) => format!("{value:.digits$}"),
        }
    }
}

impl Grid {
    /// Values of `columns` columns; as many rows as they fill.
    pub fn new(values: Vec<f32>, columns: usize) -> Self {
        Self { rows: values.len().checked_div(columns).unwrap_or(0), columns, values, first: [0, 0] }
    }

    /// The same values with their rows and columns counted from other numbers.
    pub fn counted_from(self, first: [isize; 2]) -> Self {
        Self { first, ..self }
    }

    /// What a cell's row and column are called.
    pub fn name(&self, cell: [usize; 2]) -> [String; 2] {
        [0, 1].map(|axis| whole(self.first[axis] + cell[axis] as isize))
    }

    /// A matrix `[rows, columns]`.
    pub fn of(matrix: &Tensor) -> Self {
        Self::new(matrix.data().to_vec(), matrix.shape().last().copied().unwrap_or(0))
    }

    /// The value of a cell `[y, x]`; `None` outside.
    pub fn at(&self, [y, x]: [usize; 2]) -> Option<f32> {
        if x < self.columns { self.values.get(y * self.columns + x).copied() } else { None }
    }

    /// The largest magnitude.
    pub fn largest(&self) -> f32 {
        max_abs(&self.values)
    }

    /// The `count` cells of the largest magnitude, largest first; equal ones in reading order.
    pub fn strongest(&self, count: usize) -> Vec<Extreme> {
        let by_magnitude =
            |a: &usize, b: &usize| self.values[*b].abs().total_cmp(&self.values[*a].abs()).then(a.cmp(b));
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        // Every map tells its two strongest cells at every move of the query; to sort all of them for that is waste.
        if count < order.len() {
            order.select_nth_unstable_by(count, by_magnitude);
            order.truncate(count);
        }
        order.sort_unstable_by(by_magnitude);
        let cell = |m: usize| Extreme { cell: [m / self.columns, m % self.columns], value: self.values[m] };
        order.into_iter().map(cell).collect()
    }

    /// How many cells lie beyond a scale's ends.
    pub fn clipped(&self, scale: Scale) -> usize {
        // A limit that was rounded on its way through an address still covers its own map.
        let beyond = scale.limit() * 1.000_1;
        self.values.iter().filter(|value| value.abs() > beyond).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_cells_come_by_magnitude() {
        let grid = Grid::new(vec![0.5, -2.0, 1.0, -1.0, 0.0, 0.25], 3);
        let found: Vec<([usize; 2], f32)> = grid.strongest(3).iter().map(|e| (e.cell, e.value)).collect();
        assert_eq!(found, [([0, 1], -2.0), ([0, 2], 1.0), ([1, 0], -1.0)]);
        assert_eq!((grid.rows, grid.at([1, 2]), grid.at([0, 3]), grid.at([2, 0])), (2, Some(0.25), None, None));
        assert_eq!((grid.largest(), grid.clipped(Scale::Signed(0.9)), grid.clipped(Scale::Signed(2.0))), (2.0, 3, 0));
    }

    #[test]
    fn offsets_count_from_below_zero() {
        let grid = Grid::new(vec![0.0; 15], 5).counted_from([-1, -2]);
        assert_eq!(grid.name([0, 0]), ["−1", "−2"]);
        assert_eq!(grid.name([1, 4]), ["0", "2"]);
    }

    #[test]
    fn numbers_fit_their_scale() {
        assert_eq!(Scale::Signed(2.0).write(-0.5), "−0.50");
        assert_eq!(Scale::Positive(0.02).write(0.0125), "0.0125");
    }
}
