//! What came of a sweep: a time for every contestant and size, or why there is none. The command line writes it, and the page.

use serde::{Deserialize, Serialize};

use super::contestant::{Contestant, Setting, SettingError};
use super::fit::{Fit, fit, median};
use super::formula::{Predicted, predicted};
use crate::backend::Backend;
use crate::text;

/// How many of the largest sizes a power is fitted to: small ones are ruled by what a kernel costs to start.
const FITTED: usize = 4;

/// A sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What computed.
    pub backend: Backend,
    /// Its name.
    pub device: String,
    /// The browser that it was measured in, by its own name for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The sizes; `side` is the last.
    pub setting: Setting,
    /// Maps that a time is of, one after the other.
    pub batch: usize,
    /// In the order in which they were tried.
    pub points: Vec<Point>,
}

/// One contestant at one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Which.
    pub contestant: Contestant,
    /// Rows of the map.
    pub side: usize,
    /// What it was predicted to take, for one map.
    pub predicted: Predicted,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a contestant at one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran.
    Measured {
        /// Milliseconds of every run of the whole batch.
        milliseconds: Vec<f64>,
        /// Which clock told them.
        clock: Clock,
        /// Bytes of everything that was made for it: on a GPU all buffers, on the CPU the arrays between kernels.
        bytes: u64,
    },
    /// It did not.
    Refused(Refusal),
}

/// Which clock told a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The device's own, round its kernels.
    Device,
    /// The clock on the wall, from the call until the numbers are there.
    Wall,
}

/// Why a contestant did not run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// An array is larger than the device binds, or what all take is larger than there is.
    #[error("it needs {}; {whose} at most {}", text::bytes(*needed), text::bytes(*allowed))]
    Memory {
        /// What sets the limit, with a verb: `this device binds`.
        whose: String,
        /// Bytes.
        needed: u64,
        /// Bytes.
        allowed: u64,
    },
    /// Something else that the device has too little of.
    #[error("{what} needs {needed} {unit}; this device has {allowed}")]
    Limit {
        /// What needs it.
        what: String,
        /// Of what.
        unit: String,
        /// How much.
        needed: u64,
        /// How much there is.
        allowed: u64,
    },
    /// By what the size before it took, it would take longer than anybody waits.
    #[error("it would take about {}; nothing here waits longer than {}", text::duration(*expected), text::duration(*longest))]
    Time {
        /// Milliseconds.
        expected: f64,
        /// Milliseconds.
        longest: f64,
    },
    /// The device gave up.
    #[error("{0}")]
    Failed(String),
}

impl Point {
    /// n.
    pub fn positions(&self) -> f64 {
        (self.side * self.side) as f64
    }

    /// The fastest and the slowest run in milliseconds, if it ran.
    pub fn extremes(&self) -> Option<[f64; 2]> {
        match &self.outcome {
            Outcome::Measured { milliseconds, .. } => Some([
                milliseconds.iter().copied().fold(f64::INFINITY, f64::min),
                milliseconds.iter().copied().fold(0.0, f64::max),
            ]),
            Outcome::Refused(_) => None,
        }
    }

    /// The median time in milliseconds, if it ran.
    pub fn time(&self) -> Option<f64> {
        match &self.outcome {
            Outcome::Measured { milliseconds, .. } => median(milliseconds),
            Outcome::Refused(_) => None,
        }
    }
}

/// The most that a file may hold of anything that is counted in it.
const MOST_POINTS: usize = 1024;
const MOST_RUNS: usize = 64;
const MOST_MAPS: usize = 128;
const LONGEST_NAME: usize = 400;
const LONGEST_REASON: usize = 4000;

/// Why a text is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is something else.
    #[error("it is no sweep of the laboratory ({0})")]
    Format(#[from] serde_json::Error),
    /// No layer has such sizes.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// There is too much of something, or nothing.
    #[error("it has {found} {what}, and there should be between 1 and {most}")]
    Count {
        /// Of what.
        what: &'static str,
        /// The most.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// The formulas say something else, so it is of another version, or was changed.
    #[error("what it says of {} at {side}×{side} is not what this version measures", contestant.title())]
    Point {
        /// Which contestant.
        contestant: Contestant,
        /// Rows of the map.
        side: usize,
    },
}

impl Report {
    /// Reads a report's JSON, as the command line or the page wrote it, and believes nothing in it that cannot be.
    ///
    /// # Errors
    /// [`ReportError`], which reads on from `… cannot be used: `.
    pub fn read(json: &str) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_str(json)?;
        report.check()?;
        Ok(report)
    }

    /// Whether it can have been measured.
    ///
    /// # Errors
    /// What cannot be.
    pub fn check(&self) -> Result<(), ReportError> {
        self.setting.check()?;
        let name = self.device.len().max(self.browser.as_ref().map_or(0, String::len));
        for (what, most, found) in [
            ("points", MOST_POINTS, self.points.len()),
            ("maps at a time", MOST_MAPS, self.batch),
            ("letters in a name", LONGEST_NAME, name),
        ] {
            if !(1..=most).contains(&found) {
                return Err(ReportError::Count { what, most, found });
            }
        }
        for point in &self.points {
            let Point { contestant, side, .. } = *point;
            let setting = Setting { side, ..self.setting };
            setting.check()?;
            let expected = predicted(contestant, &setting);
            let can_be = match &point.outcome {
                Outcome::Measured { milliseconds, bytes, .. } => {
                    (1..=MOST_RUNS).contains(&milliseconds.len())
                        && milliseconds.iter().all(|time| time.is_finite() && *time >= 0.0)
                        && *bytes == expected.bytes.on(self.backend)
                }
                Outcome::Refused(refusal) => refusal.to_string().len() <= LONGEST_REASON,
            };
            if !can_be || point.predicted != expected {
                return Err(ReportError::Point { contestant, side });
            }
        }
        Ok(())
    }

    /// A contestant's points, the smallest map first.
    pub fn of(&self, contestant: Contestant) -> Vec<&Point> {
        let mut points: Vec<_> = self.points.iter().filter(|point| point.contestant == contestant).collect();
        points.sort_by_key(|point| point.side);
        points
    }

    /// Median milliseconds over n.
    pub fn times(&self, contestant: Contestant) -> Vec<(f64, f64)> {
        self.of(contestant).into_iter().filter_map(|point| Some((point.positions(), point.time()?))).collect()
    }

    /// Bytes that were made, over n.
    pub fn bytes(&self, contestant: Contestant) -> Vec<(f64, f64)> {
        let made = |point: &Point| match point.outcome {
            Outcome::Measured { bytes, .. } => Some((point.positions(), bytes as f64)),
            Outcome::Refused(_) => None,
        };
        self.of(contestant).into_iter().filter_map(made).collect()
    }

    /// The powers of n that its time and its bytes grow with, at its largest sizes.
    pub fn growth(&self, contestant: Contestant) -> Option<[Fit; 2]> {
        Some([fit(&self.times(contestant), FITTED)?, fit(&self.bytes(contestant), FITTED)?])
    }

    /// The first size at which it did not run, and why.
    pub fn refused(&self, contestant: Contestant) -> Option<(usize, &Refusal)> {
        self.of(contestant).into_iter().find_map(|point| match &point.outcome {
            Outcome::Refused(refusal) => Some((point.side, refusal)),
            Outcome::Measured { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::formula::predicted;

    #[test]
    fn a_report_is_read_by_contestant_and_survives_a_file() {
        let point = |side: usize, outcome| Point {
            contestant: Contestant::AttentionStored,
            side,
            predicted: predicted(Contestant::AttentionStored, &Setting::usual(side)),
            outcome,
        };
        let bytes = |side| predicted(Contestant::AttentionStored, &Setting::usual(side)).bytes.on_gpu();
        let measured = |side: usize, milliseconds: Vec<f64>| {
            point(side, Outcome::Measured { milliseconds, clock: Clock::Wall, bytes: bytes(side) })
        };
        let refusal = Refusal::Memory { whose: "this device binds".into(), needed: 1 << 30, allowed: 1 << 27 };
        let report = Report {
            backend: Backend::Gpu,
            device: "a GPU".into(),
            browser: None,
            setting: Setting::usual(128),
            batch: 1,
            points: vec![
                point(128, Outcome::Refused(refusal)),
                measured(32, vec![16.0, 15.0, 20.0]),
                measured(16, vec![1.0]),
                measured(64, vec![256.0]),
            ],
        };
        assert_eq!(report.times(Contestant::AttentionStored), [(256.0, 1.0), (1024.0, 16.0), (4096.0, 256.0)]);
        assert!((report.growth(Contestant::AttentionStored).unwrap()[0].slope - 2.0).abs() < 1e-9);
        let (side, refusal) = report.refused(Contestant::AttentionStored).unwrap();
        assert_eq!((side, refusal.to_string().as_str()), (128, "it needs 1.1 GB; this device binds at most 134.2 MB"));
        assert_eq!(report.refused(Contestant::Convolution), None);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(Report::read(&text).unwrap(), report);

        let refused = |from: &str, to: &str| {
            assert!(text.contains(from), "{from} in {text}");
            Report::read(&text.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(refused("\"points\"", "\"dots\"").starts_with("it is no sweep of the laboratory"));
        assert!(refused("\"batch\":1", "\"batch\":0").contains("0 maps at a time"));
        assert!(refused("\"heads\":4", "\"heads\":3").contains("3 heads"));
        assert!(refused("\"side\":32", "\"side\":31").contains("map stored at 31×31"));
        assert!(refused("[16.0,15.0,20.0]", "[]").contains("at 32×32"));
        assert!(refused("[16.0,15.0,20.0]", "[-1.0]").contains("at 32×32"));
        assert!(refused(&format!("\"bytes\":{}", bytes(16)), "\"bytes\":1").contains("at 16×16"));
    }
}
