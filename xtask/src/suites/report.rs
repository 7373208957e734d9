//! Counting what passed and failed, and the table that says it.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process;

/// How many checks of one suite passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
}

struct Line {
    suite: String,
    count: Count,
    took: Duration,
    error: Option<String>,
}

/// The suites that have run.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Runs a step that later suites need. It adds a line only when it fails.
    pub fn step<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Option<T> {
        let started = Instant::now();
        match step() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(name, started, Err(error));
                None
            }
        }
    }

    /// Runs a suite and adds its line. An error, like a program that cannot be started, counts as one failure.
    pub fn suite(&mut self, name: &str, suite: impl FnOnce() -> Result<Count>) {
        println!("\n== {name}");
        let started = Instant::now();
        let count = suite();
        self.add(name, started, count);
    }

    /// Runs a command that is one check.
    pub fn check(&mut self, name: &str, command: impl FnOnce() -> Result<Command>) {
        self.suite(name, || {
            process::run(&mut command()?)?;
            Ok(Count { passed: 1, failed: 0 })
        });
    }

    /// Whether something ran and nothing failed.
    pub fn all_passed(&self) -> bool {
        let total = self.total();
        total.failed == 0 && total.passed > 0
    }

    fn add(&mut self, suite: &str, started: Instant, count: Result<Count>) {
        let (count, error) = match count {
            Ok(count) => (count, None),
            Err(error) => {
                eprintln!("{suite}: {error:#}");
                (Count { passed: 0, failed: 1 }, Some(format!("{error:#}")))
            }
        };
        self.lines.push(Line { suite: suite.to_owned(), count, took: started.elapsed(), error });
    }

    fn total(&self) -> Count {
        let add = |sum: Count, line: &Line| Count {
            passed: sum.passed + line.count.passed,
            failed: sum.failed + line.count.failed,
        };
        self.lines.iter().fold(Count::default(), add)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.lines.iter().map(|line| line.suite.len()).max().unwrap_or_default();
        for Line { suite, count: Count { passed, failed }, took, error } in &self.lines {
            let seconds = took.as_secs_f32();
            write!(formatter, "{suite:width$}  {passed:>5} passed  {failed:>3} failed  {seconds:>7.1} s")?;
            match error {
                Some(error) => writeln!(formatter, "  {}", error.lines().next().unwrap_or_default())?,
                None => writeln!(formatter)?,
            }
        }
        let Count { passed, failed } = self.total();
        write!(formatter, "\n{passed} passed, {failed} failed")
    }
}

/// Runs `command`, which is `cargo test`, and adds up the results of all its test programs.
///
/// # Errors
/// When the command cannot be started, or fails without a failed test: then it did not compile or died on the way.
pub fn cargo_test(command: &mut Command) -> Result<Count> {
    let (succeeded, output) = process::tee(command)?;
    let count = count_results(&output);
    if !succeeded && count.failed == 0 {
        bail!("cargo test failed with {} tests passed and none failed: see above", count.passed);
    }
    if count == Count::default() {
        bail!("cargo test ran no test");
    }
    Ok(count)
}

/// The sum over lines like `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn count_results(output: &str) -> Count {
    let results = output.lines().filter_map(|line| line.trim_start().strip_prefix("test result:"));
    results.fold(Count::default(), |sum, result| {
        let number = |what: &str| {
            let before = result.split(what).next().unwrap_or_default();
            before.split_whitespace().last().and_then(|number| number.parse::<usize>().ok()).unwrap_or_default()
        };
        Count { passed: sum.passed + number(" passed"), failed: sum.failed + number(" failed") }
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn results_of_several_programs_add_up() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(count_results(output), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn the_last_line_is_the_total() {
        let mut report = Report::default();
        report.suite("one", || Ok(Count { passed: 4, failed: 1 }));
        report.suite("two", || Err(anyhow!("no compiler")));
        assert_eq!(report.to_string().lines().last(), Some("4 passed, 2 failed"));
        assert!(!report.all_passed());
    }

    #[test]
    fn nothing_run_is_nothing_passed() {
        assert!(!Report::default().all_passed());
    }
}
