//! What a chart of sweeps holds, without anything of how it is drawn but the contestants' colours and dashes. A second sweep
//! lies over the first on the same axes.

use strum::VariantArray;

use crate::figures::colour::Theme;
use lambdascope_core::cost::contestant::Contestant;
use lambdascope_core::cost::report::{Outcome, Point, Report};
use lambdascope_core::text;

/// What a chart's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Milliseconds.
    Time,
    /// Bytes that were made.
    Memory,
}

impl Quantity {
    /// What stands above the chart.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
        }
    }

    /// A number of it for people.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Time => text::duration(value),
            Self::Memory => text::bytes(value.round() as u64),
        }
    }
}

/// A contestant's line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which sweep it is of, from 0.
    pub run: usize,
    /// Whose.
    pub contestant: Contestant,
    /// The sides it ran at, with their numbers, the smallest map first.
    pub points: Vec<(usize, f64)>,
    /// The first side at which it was refused.
    pub refused: Option<usize>,
}

/// A chart: lines over sides, each side as far from the next as their logarithms are.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What the numbers are.
    pub quantity: Quantity,
    /// All sides that anybody was asked for.
    pub sides: Vec<usize>,
    /// The powers of ten at the chart's foot and head.
    pub decades: [i32; 2],
    /// One for each sweep and each contestant that was asked in it.
    pub lines: Vec<Line>,
}

impl Chart {
    /// The chart of one sweep, or of several on the same axes; nothing where nobody ran.
    pub fn of(runs: &[&Report], quantity: Quantity) -> Option<Self> {
        let mut sides: Vec<usize> = runs.iter().flat_map(|run| &run.points).map(|point| point.side).collect();
        sides.sort_unstable();
        sides.dedup();
        let of_run = |(run, report): (usize, &&Report)| {
            let asked = |contestant: &Contestant| report.points.iter().any(|point| point.contestant == *contestant);
            let contestants = Contestant::VARIANTS.iter().copied().filter(asked);
            contestants.map(|contestant| line(run, report, contestant, quantity)).collect::<Vec<_>>()
        };
        let lines: Vec<Line> = runs.iter().enumerate().flat_map(of_run).collect();
        let numbers = || lines.iter().flat_map(|line| &line.points).map(|point| point.1).filter(|value| *value > 0.0);
        let least = numbers().fold(f64::INFINITY, f64::min);
        let most = numbers().fold(0.0, f64::max);
        if most == 0.0 {
            return None;
        }
        let [foot, head] = [least.log10().floor() as i32, most.log10().ceil() as i32];
        Some(Self { quantity, sides, decades: [foot, head.max(foot + 1)], lines })
    }

    /// Where a side lies from left to right, and a number from foot to head, both from 0 to 1.
    pub fn at(&self, side: usize, value: f64) -> [f64; 2] {
        let [foot, head] = self.decades.map(f64::from);
        [self.across(side), ((value.log10() - foot) / (head - foot)).clamp(0.0, 1.0)]
    }

    /// Where a side lies from left to right, from 0 to 1; a lone one in the middle.
    pub fn across(&self, side: usize) -> f64 {
        let [first, last] = [self.sides.first(), self.sides.last()].map(|side| *side.unwrap_or(&1) as f64);
        if first == last { 0.5 } else { (side as f64 / first).ln() / (last / first).ln() }
    }

    /// The numbers at its lines from foot to head, with their words.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let [foot, head] = self.decades;
        (foot..=head).map(|decade| (10f64.powi(decade), self.quantity.write(10f64.powi(decade)))).collect()
    }
}

fn line(run: usize, report: &Report, contestant: Contestant, quantity: Quantity) -> Line {
    let number = |point: &Point| match (&point.outcome, quantity) {
        (Outcome::Measured { .. }, Quantity::Time) => point.time(),
        (Outcome::Measured { bytes, .. }, Quantity::Memory) => Some(*bytes as f64),
        (Outcome::Refused(_), _) => None,
    };
    let points = report.of(contestant).into_iter().filter_map(|point| Some((point.side, number(point)?))).collect();
    Line { run, contestant, points, refused: report.refused(contestant).map(|(side, _)| side) }
}

/// A contestant's colour, and the dashes of its line, which tell it apart without the colour.
pub fn style(contestant: Contestant, theme: Theme) -> (&'static str, &'static str) {
    let [light, dark, dashes] = match contestant {
        Contestant::LambdaLocal => ["#0b5cad", "#7fb2f0", ""],
        Contestant::LambdaGlobal => ["#5b3fb3", "#b39df5", "8 3"],
        Contestant::LambdaContent => ["#0a7d7d", "#5fd0cf", "2 3"],
        Contestant::AttentionStored => ["#b3261e", "#ff8a7a", ""],
        Contestant::AttentionStreamed => ["#9a5b00", "#f2b25c", "8 3"],
        Contestant::Convolution => ["#5f6368", "#b8bcc2", "2 3"],
    };
    (if theme == Theme::Light { light } else { dark }, dashes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use lambdascope_core::backend::Backend;
    use lambdascope_core::cost::contestant::Setting;
    use lambdascope_core::cost::formula::predicted;
    use lambdascope_core::cost::report::{Clock, Refusal};

    pub(crate) fn report() -> Report {
        let mut points = Vec::new();
        for (contestant, power) in [(Contestant::LambdaLocal, 1), (Contestant::AttentionStored, 2)] {
            for side in [8, 16, 32, 64usize] {
                let predicted = predicted(contestant, &Setting::usual(side));
                let outcome = if contestant == Contestant::AttentionStored && side == 64 {
                    Outcome::Refused(Refusal::Failed("too large".into()))
                } else {
                    let time = 1e-3 * ((side * side) as f64).powi(power);
                    Outcome::Measured { milliseconds: vec![time], clock: Clock::Wall, bytes: predicted.bytes.values() }
                };
                points.push(Point { contestant, side, predicted, outcome });
            }
        }
        Report {
            backend: Backend::Cpu,
            device: "a <test>".into(),
            browser: None,
            setting: Setting::usual(64),
            batch: 1,
            points,
        }
    }

    #[test]
    fn both_axes_are_logarithmic() {
        let chart = Chart::of(&[&report()], Quantity::Time).unwrap();
        assert_eq!(chart.sides, [8, 16, 32, 64]);
        // 0.064 ms to 1.05 s.
        assert_eq!(chart.decades, [-2, 4]);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        near(chart.across(16), 1.0 / 3.0);
        near(chart.at(64, 10.0)[1], 0.5);
        assert_eq!(chart.ticks().first().unwrap().1, "10 µs");
        let [local, stored] = &chart.lines[..] else { panic!("two ran") };
        assert_eq!((local.points.len(), local.refused), (4, None));
        assert_eq!((stored.points.len(), stored.refused), (3, Some(64)));
    }

    #[test]
    fn nobody_ran_and_one_size_are_no_faults() {
        let mut none = report();
        none.points.retain(|point| matches!(point.outcome, Outcome::Refused(_)));
        assert_eq!(Chart::of(&[&none], Quantity::Memory), None);
        let mut one = report();
        one.points.retain(|point| point.side == 8);
        let chart = Chart::of(&[&one], Quantity::Memory).unwrap();
        assert_eq!(chart.across(8), 0.5);
        assert!(chart.decades[1] > chart.decades[0]);
    }

    #[test]
    fn a_second_sweep_lies_on_the_same_axes() {
        let (one, mut other) = (report(), report());
        other.points.retain(|point| point.contestant == Contestant::LambdaLocal);
        for point in &mut other.points {
            if let Outcome::Measured { milliseconds, .. } = &mut point.outcome {
                milliseconds[0] *= 1e-3;
            }
        }
        let chart = Chart::of(&[&one, &other], Quantity::Time).unwrap();
        assert_eq!(chart.decades, [-5, 4]);
        let runs: Vec<usize> = chart.lines.iter().map(|line| line.run).collect();
        assert_eq!(runs, [0, 0, 1]);
        let [first, second] = [&chart.lines[0], &chart.lines[2]];
        assert!((first.points[3].1 / second.points[3].1 - 1e3).abs() < 1e-6);
    }
}
