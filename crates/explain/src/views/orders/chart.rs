//! The two orders' costs over map sides as a drawing on logarithmic axes, in percent of its width and height.

use std::fmt::Write;

use crate::views::orders::cost::{Curves, SIDES};
use lambdascope_core::text;

/// A mark on an axis: how far along, in percent, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// From the left or from the top.
    pub at: f64,
    /// Its number.
    pub text: String,
}

/// The drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// SVG paths in percent: summarise, compare.
    pub paths: [String; 2],
    /// Map sides.
    pub across: Vec<Tick>,
    /// Powers of ten.
    pub up: Vec<Tick>,
    /// The layer's own side.
    pub own: Option<Tick>,
    /// Where summarising stops being dearer; none at the very start or never.
    pub crossing: Option<Tick>,
}

/// What the numbers of a chart are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Multiplications.
    Multiplications,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// A number with its unit.
    pub fn write(self, number: u64) -> String {
        match self {
            Self::Multiplications => text::count(number),
            Self::Bytes => text::bytes(number),
        }
    }
}

impl Chart {
    /// The drawing of curves for a layer on a map of this side.
    pub fn of(curves: &Curves, side: usize, unit: Unit) -> Self {
        let [least, greatest] = curves.range();
        let low = (least as f64).log10().floor();
        let high = (greatest as f64).log10().ceil().max(low + 1.0);
        let x = |side: usize| {
            let [first, last] = [*SIDES.start(), *SIDES.end()].map(|side| (side as f64).log2());
            100.0 * ((side as f64).log2() - first) / (last - first)
        };
        let y = |value: u64| 100.0 * (high - (value.max(1) as f64).log10()) / (high - low);
        let path = |values: &[u64]| {
            let mut path = String::new();
            for (side, value) in SIDES.zip(values) {
                // Writing to a String cannot fail.
                let _ = write!(path, "{}{:.2} {:.2}", if path.is_empty() { "M" } else { "L" }, x(side), y(*value));
            }
            path
        };
        let sides =
            std::iter::successors(Some(*SIDES.start()), |side| Some(2 * side)).take_while(|s| SIDES.contains(s));
        let tick = |side: usize| Tick { at: x(side), text: side.to_string() };
        let decades = (low as i32..=high as i32).map(|power| {
            let value = 10f64.powi(power);
            Tick { at: 100.0 * (high - f64::from(power)) / (high - low), text: unit.write(value as u64) }
        });
        Self {
            paths: [path(&curves.summarise), path(&curves.compare)],
            across: sides.map(tick).collect(),
            up: decades.collect(),
            own: SIDES.contains(&side).then(|| tick(side)),
            crossing: curves.crossing().filter(|side| side > SIDES.start()).map(tick),
        }
    }
}

/// What the curves say, in a sentence.
pub fn sentence(curves: &Curves, side: usize, unit: Unit) -> String {
    let what = match unit {
        Unit::Multiplications => "multiplications",
        Unit::Bytes => "bytes",
    };
    let [first, last] = [*SIDES.start(), *SIDES.end()];
    let crossing = match curves.crossing() {
        Some(side) if side == first => {
            format!("Summarising needs no more {what} than comparing on any map from {first}×{first} on.")
        }
        Some(side) => format!("From {side}×{side} on, summarising needs no more {what} than comparing."),
        None => format!("Up to {last}×{last}, summarising needs more {what} than comparing."),
    };
    let [at, end] = [side, last].map(|side| {
        curves.at(side).map_or_else(String::new, |[summarise, compare]| {
            format!(" On {side}×{side}: {} against {}.", unit.write(summarise), unit.write(compare))
        })
    });
    if side == last { format!("{crossing}{at}") } else { format!("{crossing}{at}{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves() -> Curves {
        // 100·s² against s⁴: they meet at 10.
        let side = |power: u32, factor: u64| SIDES.map(|side| factor * (side as u64).pow(power)).collect();
        Curves { summarise: side(2, 100), compare: side(4, 1) }
    }

    #[test]
    fn powers_are_straight_lines_that_meet_where_they_are_equal() {
        let chart = Chart::of(&curves(), 16, Unit::Multiplications);
        let points = |path: &str| -> Vec<[f64; 2]> {
            let numbers = path[1..].split('L').map(|point| point.split_once(' ').unwrap());
            numbers.map(|(x, y)| [x.parse().unwrap(), y.parse().unwrap()]).collect()
        };
        let [summarise, compare] = [points(&chart.paths[0]), points(&chart.paths[1])];
        assert_eq!((summarise[0][0], summarise[60][0]), (0.0, 100.0));
        assert!((summarise[6][1] - compare[6][1]).abs() < 0.02, "both are 10,000 at side 10");
        let slope = |line: &[[f64; 2]]| (line[60][1] - line[0][1]) / 100.0;
        assert!((slope(&compare) / slope(&summarise) - 2.0).abs() < 1e-3);
        assert_eq!(chart.crossing.as_ref().map(|tick| tick.text.as_str()), Some("10"));
        assert_eq!(chart.own.map(|tick| tick.at), Some(50.0));
        assert_eq!(chart.across.iter().map(|tick| tick.at).collect::<Vec<_>>(), [0.0, 25.0, 50.0, 75.0, 100.0]);
        // The least at the bottom.
        let ends = [chart.up.first(), chart.up.last()].map(|tick| tick.map(|tick| (tick.at, tick.text.as_str())));
        assert_eq!(ends, [Some((100.0, "100")), Some((0.0, "100.0 million"))]);
    }

    #[test]
    fn the_sentence_names_the_crossing_and_the_layers_own_map() {
        assert_eq!(
            sentence(&curves(), 16, Unit::Bytes),
            "From 10×10 on, summarising needs no more bytes than comparing. On 16×16: 26 kB against 66 kB. On 64×64: 410 kB \
             against 16.8 MB."
        );
        let never = Curves { summarise: vec![2; 61], compare: vec![1; 61] };
        assert!(sentence(&never, 100, Unit::Bytes).starts_with("Up to 64×64, summarising needs more"));
    }
}
