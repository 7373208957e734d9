//! How the weights of one sign, or of both, lie in a map: how many cells hold half of them, how near they are to the query,
//! on which side of it, and in which part of the picture. Words for it are in [`crate::views::summary`].

use lambdascope_core::nn::trace::LambdaTrace;

/// The share of the window's side that counts as near.
const NEAR: f32 = 1.0 / 5.0;

/// How one-sided weights are that lie on one side of the query: their mean offset against their mean distance, both along
/// one axis. Weights that are all on one side have 1, even ones 0; this much means that seven tenths of the distance are there.
const ONE_SIDED: f32 = 0.4;

/// How far the mean of weights lies from the map's middle, as a share of its side, if they are in one part of it: all of one
/// half, evenly filled, has a quarter.
const OFF_CENTRE: f32 = 1.0 / 6.0;

/// Which of a map's weights are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// What is added.
    Plus,
    /// What is subtracted.
    Minus,
    /// Both, by their absolute value.
    Both,
}

/// A direction, along each axis −1, 0 or 1; both 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Up is −1, down 1.
    pub down: i8,
    /// Left is −1, right 1.
    pub right: i8,
}

/// How weights lie in a map. Shares are of [`Spread::mass`]; all of them are 0 where that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Σ|a| over the cells of the sign.
    pub mass: f32,
    /// The fewest cells that hold half of it.
    pub half: usize,
    /// How many cells the map has.
    pub cells: usize,
    /// The share at the query's own cell.
    pub own: f32,
    /// The share at most so many rows and columns from the query as count as near, its own cell included.
    pub near: f32,
    /// Where most lies as seen from the query.
    pub side: Side,
    /// Where in the map most lies.
    pub region: Side,
}

impl Spread {
    /// Measures the weights of a sign in a map of `[rows, columns]`, row-major, as seen from the query at `[y, x]`; `near`
    /// says how many rows and columns away is still near.
    pub fn of(
        map: &[f32],
        [rows, columns]: [usize; 2],
        sign: Sign,
        from: [usize; 2],
        [near_rows, near_columns]: [usize; 2],
    ) -> Self {
        let weight = |value: f32| match sign {
            Sign::Plus => value.max(0.0),
            Sign::Minus => (-value).max(0.0),
            Sign::Both => value.abs(),
        };
        let mut weights: Vec<f32> = map.iter().map(|value| weight(*value)).collect();
        let (mut mass, mut own, mut near) = (0.0f32, 0.0f32, 0.0f32);
        // Σ of weight times offset, and times distance, along each axis; and of weight times place.
        let (mut offset, mut distance, mut place) = ([0.0f32; 2], [0.0f32; 2], [0.0f32; 2]);
        for (m, weight) in weights.iter().enumerate() {
            let cell = [m / columns, m % columns];
            let away = [0, 1].map(|axis| cell[axis] as f32 - from[axis] as f32);
            mass += weight;
            own += if cell == from { *weight } else { 0.0 };
            near +=
                if away[0].abs() <= near_rows as f32 && away[1].abs() <= near_columns as f32 { *weight } else { 0.0 };
            for axis in 0..2 {
                offset[axis] += weight * away[axis];
                distance[axis] += weight * away[axis].abs();
                place[axis] += weight * (cell[axis] as f32 + 0.5);
            }
        }
        let share = |part: f32| if mass > 0.0 { part / mass } else { 0.0 };
        let toward = |pronounced: bool, by: f32| if pronounced { by.signum() as i8 } else { 0 };
        // Less than half a cell away on average is not away.
        let [down, right] = [0, 1].map(|axis| {
            let by = share(offset[axis]);
            toward(by.abs() >= 0.5 && by.abs() >= ONE_SIDED * share(distance[axis]), by)
        });
        let [lower, righter] = [rows, columns].map(|side| side as f32);
        let [lower, righter] = [share(place[0]) / lower - 0.5, share(place[1]) / righter - 0.5]
            .map(|by| toward(mass > 0.0 && by.abs() >= OFF_CENTRE, by));
        weights.sort_by(|a, b| b.total_cmp(a));
        Self {
            mass,
            half: cells_of_half(&weights, mass),
            cells: map.len(),
            own: share(own),
            near: share(near),
            side: Side { down, right },
            region: Side { down: lower, right: righter },
        }
    }

    /// The share of the map's cells that hold half of the weight.
    pub fn area(&self) -> f32 {
        if self.cells > 0 { self.half as f32 / self.cells as f32 } else { 0.0 }
    }
}

/// How many of the weights, the largest first, it takes to hold half of `mass`; 0 where there is none.
fn cells_of_half(sorted: &[f32], mass: f32) -> usize {
    if mass <= 0.0 {
        return 0;
    }
    let mut sum = 0.0;
    let short = sorted.iter().take_while(|weight| {
        sum += **weight;
        sum < mass / 2.0
    });
    (short.count() + 1).min(sorted.len())
}

/// How many rows and columns away is still near: a fifth of the window's side, as far as the window fits on the map, or of
/// the map's where there is no window; rounded, at least 1.
pub fn near(layer: &LambdaTrace) -> [usize; 2] {
    let dims = &layer.dims;
    let map = [dims.context_height, dims.context_width];
    [0, 1].map(|axis| {
        let side = if dims.window[axis] > 0 { dims.window[axis].min(map[axis]) } else { map[axis] };
        ((side as f32 * NEAR).round() as usize).max(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of 6×8 with weights at some cells.
    fn map(cells: &[([usize; 2], f32)]) -> Vec<f32> {
        let mut map = vec![0.0; 48];
        cells.iter().for_each(|([y, x], value)| map[y * 8 + x] = *value);
        map
    }

    fn of(map: &[f32], sign: Sign, from: [usize; 2]) -> Spread {
        Spread::of(map, [6, 8], sign, from, [1, 1])
    }

    #[test]
    fn signs_are_measured_apart_and_together() {
        let map = map(&[([2, 3], 3.0), ([2, 2], -1.0), ([5, 7], 1.0)]);
        let plus = of(&map, Sign::Plus, [2, 3]);
        assert_eq!((plus.mass, plus.half, plus.own, plus.near), (4.0, 1, 0.75, 0.75));
        let minus = of(&map, Sign::Minus, [2, 3]);
        assert_eq!((minus.mass, minus.own, minus.near, minus.side), (1.0, 0.0, 1.0, Side { down: 0, right: -1 }));
        let both = of(&map, Sign::Both, [2, 3]);
        assert_eq!((both.mass, both.own, both.near), (5.0, 0.6, 0.8));
    }

    #[test]
    fn sides_are_as_seen_from_the_query_and_regions_as_seen_in_the_picture() {
        let map = map(&[([0, 4], 1.0), ([0, 5], 1.0), ([1, 5], 1.0)]);
        assert_eq!(of(&map, Sign::Plus, [3, 1]).side, Side { down: -1, right: 1 });
        assert_eq!(of(&map, Sign::Plus, [3, 7]).side, Side { down: -1, right: -1 });
        assert_eq!(of(&map, Sign::Plus, [3, 7]).region, Side { down: -1, right: 0 });
        // As much on one side as on the other is no side.
        let even = vec![1.0; 48];
        let spread = of(&even, Sign::Plus, [2, 3]);
        assert_eq!(
            (spread.side, spread.region, spread.half, spread.area()),
            (Side::default(), Side::default(), 24, 0.5)
        );
    }

    #[test]
    fn an_empty_map_has_nothing_anywhere() {
        let spread = of(&[0.0; 48], Sign::Both, [2, 3]);
        assert_eq!((spread.mass, spread.half, spread.own, spread.near), (0.0, 0, 0.0, 0.0));
        assert_eq!((spread.side, spread.region), (Side::default(), Side::default()));
    }
}
