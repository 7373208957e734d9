//! `cargo test`, and reading what Rust's test programs print.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{self, Line};

use super::report::{Count, Outcome, Timed};

/// How the time of a test can be known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The test programs tell it: they were given [`REPORT_TIME`].
    Theirs,
    /// From the line before to the test's own: the program runs one test at a time and tells no times.
    Ours,
}

/// Runs `command`, which is `cargo test`, and adds up the results of all its test programs.
///
/// # Errors
/// When the command cannot be started, or fails without a failed test: then it did not compile or died on the way.
pub fn run(command: &mut Command, clock: Clock) -> Result<Outcome> {
    let (succeeded, output) = process::tee(command)?;
    let count = count(&output);
    if !succeeded && count.failed == 0 {
        bail!("cargo test failed with {} tests passed and none failed: see above", count.passed);
    }
    if count == Count::default() {
        bail!("cargo test ran no test");
    }
    Ok(Outcome { count, times: times(&output, clock) })
}

/// Options of cargo, to stand before `test`, that let test programs know their unstable options. Given to the programs
/// alone: with the same variable around cargo, crates that look at it would be compiled anew.
pub const UNSTABLE: &[&str] =
    if cfg!(unix) { &["--config", r#"target."cfg(unix)".runner = ["env", "RUSTC_BOOTSTRAP=1"]"#] } else { &[] };

/// Options of the test programs that make them say each test's time, where [`UNSTABLE`] reaches them.
pub const REPORT_TIME: &[&str] = if cfg!(unix) { &["--", "-Zunstable-options", "--report-time"] } else { &[] };

/// The sum over lines like `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn count(output: &[Line]) -> Count {
    let results = output.iter().filter_map(|line| line.text.strip_prefix("test result:"));
    results.fold(Count::default(), |sum, result| {
        let number = |what: &str| {
            let before = result.split(what).next().unwrap_or_default();
            before.split_whitespace().last().and_then(|number| number.parse::<usize>().ok()).unwrap_or_default()
        };
        Count { passed: sum.passed + number(" passed"), failed: sum.failed + number(" failed") }
    })
}

/// The times of the tests in lines like `test maps::add_up ... ok`, each with the program that cargo said before it:
/// `Running tests/golden.rs (target/debug/deps/golden-0123456789abcdef)`.
fn times(output: &[Line], clock: Clock) -> Vec<Timed> {
    let mut program = "";
    let mut last = Duration::ZERO;
    let mut times = Vec::new();
    for Line { after, text } in output {
        if let Some(running) = text.strip_prefix("Running ") {
            program = name(running);
        } else if let Some((test, result)) = text.strip_prefix("test ").and_then(|line| line.split_once(" ... ")) {
            let took = match clock {
                Clock::Theirs => told(result),
                Clock::Ours => Some(after.saturating_sub(last)),
            };
            let test = format!("{program}: {}", test.trim_end_matches(" - should panic"));
            times.extend(took.map(|took| Timed { test, took }));
        } else if !text.starts_with("running ") {
            // Neither a test's end nor the first one's start.
            continue;
        }
        last = *after;
    }
    times
}

/// The program's name without the hash that cargo gives it.
fn name(running: &str) -> &str {
    let path = running.rsplit_once('(').map_or(running, |(_, path)| path.trim_end_matches(')'));
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path);
    stem.rsplit_once('-').map_or(stem, |(name, _)| name)
}

/// The time in a result like `ok <0.123s>`.
fn told(result: &str) -> Option<Duration> {
    let (_, seconds) = result.rsplit_once('<')?;
    Duration::try_from_secs_f64(seconds.strip_suffix("s>")?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that come a second after another.
    fn lines(text: &str) -> Vec<Line> {
        let line =
            |(second, text): (u64, &str)| Line { after: Duration::from_secs(second), text: text.trim().to_owned() };
        (0..).zip(text.lines()).map(line).collect()
    }

    fn timed(test: &str, milliseconds: u64) -> Timed {
        Timed { test: test.to_owned(), took: Duration::from_millis(milliseconds) }
    }

    #[test]
    fn results_of_several_programs_add_up() {
        let output = lines(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out",
        );
        assert_eq!(count(&output), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn each_test_has_the_time_that_its_program_tells() {
        let output = lines(
            "Running unittests src/lib.rs (target/debug/deps/lambdascope-0123456789abcdef)
            running 3 tests
            test maps::add_up ... ok <0.123s>
            test maps::are_refused - should panic ... ok <2.000s>
            test slow ... ignored
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 2.13s
            Running tests/other_middles.rs (target/debug/deps/other_middles-0123456789abcdef)
            test whole ... FAILED <61.500s>",
        );
        let expected = [
            timed("lambdascope: maps::add_up", 123),
            timed("lambdascope: maps::are_refused", 2_000),
            timed("other_middles: whole", 61_500),
        ];
        assert_eq!(times(&output, Clock::Theirs), expected);
    }

    #[test]
    fn one_test_after_another_is_timed_from_outside() {
        let output = lines(
            "Running tests/browser.rs (target/wasm32-unknown-unknown/debug/deps/browser-01.wasm)
            Executing bindgen...

            running 2 tests
            test layers ... ok
            one line of the test's own
            test networks ... FAIL
            test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 filtered out; finished in 3.00s",
        );
        assert_eq!(times(&output, Clock::Ours), [timed("browser: layers", 1_000), timed("browser: networks", 2_000)]);
        assert_eq!(times(&output, Clock::Theirs), []);
    }
}
