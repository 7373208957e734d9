//! What passed and failed, what took how long, and the table that says it.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process;
use crate::steps::Steps;

/// How many tests of a suite are named with their times: enough to see the next one that is too slow.
const SLOWEST: usize = 10;

/// How many checks of one suite passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
}

/// How long one test took.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// The test, with what it belongs to.
    pub test: String,
    /// From its start to its end.
    pub took: Duration,
}

/// What a suite said.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// How many of its tests passed and failed.
    pub count: Count,
    /// The times of its tests, as far as it tells them.
    pub times: Vec<Timed>,
}

struct Line {
    name: String,
    /// Nothing where it is a step that checks nothing.
    count: Option<Count>,
    took: Duration,
    parts: Steps,
    times: Vec<Timed>,
    error: Option<String>,
}

/// The steps and suites that have run.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Runs a step that later suites need. It counts only when it fails.
    pub fn step<T>(&mut self, name: &str, step: impl FnOnce(&mut Steps) -> Result<T>) -> Option<T> {
        let started = Instant::now();
        let mut parts = Steps::default();
        let result = step(&mut parts);
        let line = self.add(name, started, parts);
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                line.fail(&error);
                None
            }
        }
    }

    /// Runs a suite. An error, like a program that cannot be started, counts as one failure.
    pub fn suite(&mut self, name: &str, suite: impl FnOnce(&mut Steps) -> Result<Outcome>) {
        println!("\n== {name}");
        let started = Instant::now();
        let mut parts = Steps::default();
        let result = suite(&mut parts);
        let line = self.add(name, started, parts);
        match result {
            Ok(Outcome { count, mut times }) => {
                times.sort_by_key(|timed| std::cmp::Reverse(timed.took));
                times.truncate(SLOWEST);
                line.count = Some(count);
                line.times = times;
            }
            Err(error) => line.fail(&error),
        }
    }

    /// Runs a command that is one check.
    pub fn check(&mut self, name: &str, command: impl FnOnce() -> Result<Command>) {
        self.suite(name, |_| {
            process::run(&mut command()?)?;
            Ok(Outcome { count: Count { passed: 1, failed: 0 }, times: Vec::new() })
        });
    }

    /// Whether something ran and nothing failed.
    pub fn all_passed(&self) -> bool {
        let total = self.total();
        total.failed == 0 && total.passed > 0
    }

    fn add(&mut self, name: &str, started: Instant, parts: Steps) -> &mut Line {
        let took = started.elapsed();
        self.lines.push_mut(Line { name: name.to_owned(), count: None, took, parts, times: Vec::new(), error: None })
    }

    fn total(&self) -> Count {
        let add =
            |sum: Count, count: Count| Count { passed: sum.passed + count.passed, failed: sum.failed + count.failed };
        self.lines.iter().filter_map(|line| line.count).fold(Count::default(), add)
    }
}

impl Line {
    fn fail(&mut self, error: &anyhow::Error) {
        let text = format!("{error:#}");
        eprintln!("{}: {text}", self.name);
        self.count = Some(Count { passed: 0, failed: 1 });
        self.error = Some(text);
    }
}

/// The slowest tests of every suite, then a line for each step and suite, then the total.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Line { name, times, .. } in self.lines.iter().filter(|line| !line.times.is_empty()) {
            writeln!(formatter, "the slowest of {name}")?;
            for Timed { test, took } in times {
                writeln!(formatter, "{:>8.1} s  {test}", took.as_secs_f32())?;
            }
            writeln!(formatter)?;
        }
        let names = self.lines.iter().flat_map(|line| {
            let parts = line.parts.iter().map(|(part, _)| part.chars().count() + PART.len());
            std::iter::once(line.name.len()).chain(parts)
        });
        let width = names.max().unwrap_or_default();
        self.lines.iter().try_for_each(|line| line.write(width, formatter))?;
        let Count { passed, failed } = self.total();
        write!(formatter, "\n{passed} passed, {failed} failed")
    }
}

/// What stands before a part of a step.
const PART: &str = "  ";

impl Line {
    fn write(&self, width: usize, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self
            .count
            .map_or_else(String::new, |Count { passed, failed }| format!("{passed:>5} passed  {failed:>3} failed"));
        write!(formatter, "{:width$}  {counted:24}  {:>7.1} s", self.name, self.took.as_secs_f32())?;
        match self.error.as_deref().and_then(|error| error.lines().next()) {
            Some(error) => writeln!(formatter, "  {error}")?,
            None => writeln!(formatter)?,
        }
        self.parts.iter().try_for_each(|(part, took)| {
            writeln!(formatter, "{:width$}  {:24}  {:>7.1} s", format!("{PART}{part}"), "", took.as_secs_f32())
        })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn outcome(passed: usize, failed: usize) -> Outcome {
        Outcome { count: Count { passed, failed }, times: Vec::new() }
    }

    #[test]
    fn the_last_line_is_the_total() {
        let mut report = Report::default();
        report.suite("one", |_| Ok(outcome(4, 1)));
        report.suite("two", |_| Err(anyhow!("no compiler")));
        report.step("three", |_| Ok(()));
        assert_eq!(report.to_string().lines().last(), Some("4 passed, 2 failed"));
        assert!(!report.all_passed());
    }

    #[test]
    fn nothing_run_is_nothing_passed() {
        let mut report = Report::default();
        report.step("page build", |_| Ok(()));
        assert!(!report.all_passed());
    }

    #[test]
    fn a_step_and_its_parts_have_their_times() {
        let mut report = Report::default();
        report.step("page build", |parts| {
            parts.note("page by Trunk", Duration::from_secs(240));
            Ok(())
        });
        report.step("weights", |_| -> Result<()> { Err(anyhow!("no room")) });
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "page build                                     0.0 s",
                "  page by Trunk                              240.0 s",
                "weights              0 passed    1 failed      0.0 s  no room",
                "",
                "0 passed, 1 failed",
            ]
        );
    }

    #[test]
    fn the_ten_slowest_are_named_the_slowest_first() {
        let mut report = Report::default();
        report.suite("native tests", |_| {
            let timed = |second| Timed { test: format!("golden: test {second}"), took: Duration::from_secs(second) };
            Ok(Outcome { count: Count { passed: 12, failed: 0 }, times: (1..=12).map(timed).collect() })
        });
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "the slowest of native tests");
        assert_eq!(lines[1], "    12.0 s  golden: test 12");
        assert_eq!(lines[10], "     3.0 s  golden: test 3");
        assert_eq!(lines[11], "");
    }
}
