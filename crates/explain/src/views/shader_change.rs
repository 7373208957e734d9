//! What an edited shader did to an array: how far it went, and the same channel before and after.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use lambdascope_core::text::{decimals, scientific};

/// How far an array moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The largest |after − before| among numbers that are finite.
    pub largest: f32,
    /// The largest |before|.
    pub scale: f32,
    /// Numbers that are not finite any more.
    pub lost: usize,
    /// The channel that moved furthest.
    pub channel: usize,
}

/// An array `[H, W, C]` before and after.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// `[H, W, C]`.
    pub shape: [usize; 3],
    /// With the original.
    pub before: &'a [f32],
    /// With the edit.
    pub after: &'a [f32],
}

/// A magnitude as it is written: with three digits, by powers of ten where it is small.
pub fn magnitude(value: f32) -> String {
    if value != 0.0 && value < 1e-3 { scientific(value) } else { format!("{value:.*}", decimals(value)) }
}

/// The largest finite magnitude.
fn largest<'a>(values: impl IntoIterator<Item = &'a f32>) -> f32 {
    values.into_iter().filter(|value| value.is_finite()).fold(0.0, |most, value| most.max(value.abs()))
}

impl Pair<'_> {
    /// How far it moved. A number that is not finite any more counts as the furthest.
    pub fn distance(&self) -> Distance {
        let channels = self.shape[2].max(1);
        let mut found = Distance { largest: 0.0, scale: largest(self.before), lost: 0, channel: 0 };
        let mut furthest = 0.0;
        for (i, (before, after)) in self.before.iter().zip(self.after).enumerate() {
            let moved = (after - before).abs();
            let is_lost = !after.is_finite() && before.is_finite();
            found.lost += usize::from(is_lost);
            if moved.is_finite() {
                found.largest = found.largest.max(moved);
            }
            let moved = if is_lost { f32::INFINITY } else { moved };
            if moved > furthest {
                (furthest, found.channel) = (moved, i % channels);
            }
        }
        found
    }

    /// Whether it is one matrix, as λᶜ is, and has no maps to choose among.
    pub fn is_matrix(&self) -> bool {
        self.shape[0] == 1 && self.shape[1] > 1
    }

    /// Before, after and their difference: of a matrix the whole, else one channel's map. Before and after share a scale,
    /// the difference has its own. `name` is the array's, `setting` says of which network and picture.
    pub fn figures(&self, channel: usize, name: &str, setting: &str) -> [Figure; 3] {
        let [_, width, channels] = self.shape.map(|side| side.max(1));
        let channel = channel.min(channels - 1);
        let cut = |values: &[f32]| -> Vec<f32> {
            if self.is_matrix() {
                values.to_vec()
            } else {
                values.iter().skip(channel).step_by(channels).copied().collect()
            }
        };
        let (before, after) = (cut(self.before), cut(self.after));
        let moved: Vec<f32> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
        let limit = largest(before.iter().chain(&after));
        let furthest = largest(&moved);
        let (columns, file_part, part) = if self.is_matrix() {
            (channels, String::new(), String::new())
        } else {
            (width, format!("_c{channel}"), format!(", channel {channel}"))
        };
        [
            ("before", "before the edit of its shader", before, limit),
            ("after", "after the edit of its shader", after, limit),
            ("difference", "what the edit of its shader changed", moved, furthest),
        ]
        .map(|(word, what, values, limit)| Figure {
            name: format!("{word}_{name}{file_part}"),
            title: word.to_owned(),
            caption: format!("{name}{part}, {what}: {setting}"),
            axes: ["row", "column"],
            grid: Grid::new(values, columns),
            scale: Scale::Signed(limit),
            ring: None,
            window: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::colour::Theme;
    use crate::figures::display::Display;

    const BEFORE: [f32; 8] = [1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 7.0, 8.0];

    #[test]
    fn the_furthest_channel_is_found() {
        let mut after = BEFORE;
        after[3] = 4.0;
        after[4] += 1.0;
        let pair = Pair { shape: [2, 2, 2], before: &BEFORE, after: &after };
        assert_eq!(pair.distance(), Distance { largest: 8.0, scale: 8.0, lost: 0, channel: 1 });
        let same = Pair { after: &BEFORE, ..pair };
        assert_eq!(same.distance().largest, 0.0);
        after[0] = f32::NAN;
        after[2] = f32::INFINITY;
        let lost = Pair { shape: [2, 2, 2], before: &BEFORE, after: &after };
        assert_eq!(lost.distance(), Distance { largest: 8.0, scale: 8.0, lost: 2, channel: 0 });
    }

    #[test]
    fn magnitudes_are_written_short() {
        assert_eq!([0.0, 1e-7, 0.5, 143.2].map(magnitude), ["0.00", "1.0 × 10⁻⁷", "0.500", "143"]);
    }

    #[test]
    fn a_channel_is_cut_out_of_both() {
        let after: Vec<f32> = BEFORE.iter().map(|value| value * 2.0).collect();
        let pair = Pair { shape: [2, 2, 2], before: &BEFORE, after: &after };
        let [before, now, moved] = pair.figures(1, "y", "a network");
        assert_eq!(before.grid, Grid::new(vec![2.0, -4.0, 6.0, 8.0], 2));
        assert_eq!(now.grid.values, [4.0, -8.0, 12.0, 16.0]);
        assert_eq!(moved.grid.values, before.grid.values);
        assert_eq!(
            (before.scale, now.scale, moved.scale),
            (Scale::Signed(16.0), Scale::Signed(16.0), Scale::Signed(8.0))
        );
        assert_eq!(moved.caption, "y, channel 1, what the edit of its shader changed: a network");
        let matrix = Pair { shape: [1, 4, 2], ..pair };
        assert_eq!(matrix.figures(1, "λ", "a network")[0].grid, Grid::new(BEFORE.to_vec(), 2));
    }

    #[test]
    fn numbers_that_are_none_are_drawn_all_the_same() {
        let after = [f32::NAN, f32::INFINITY, 1.0, f32::NEG_INFINITY, 0.0, 0.0, 0.0, 0.0];
        let figures = Pair { shape: [2, 4, 1], before: &BEFORE, after: &after }.figures(0, "y", "");
        for figure in figures {
            assert!(figure.scale.limit().is_finite());
            assert_eq!(figure.rgba(Theme::Dark, Display::Map).len(), 32);
            assert!(figure.svg(Theme::Light).contains("<svg"));
            assert!(!figure.description().is_empty());
            assert!(!figure.limits().is_empty());
        }
    }
}
