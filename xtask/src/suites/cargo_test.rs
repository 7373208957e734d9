//! `cargo test`, and reading what Rust's test programs print.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process;

use super::report::{Count, Outcome, Timed};

/// Runs `command`, which is `cargo test`, and adds up the results of all its test programs.
///
/// # Errors
/// When the command cannot be started, or fails without a failed test: then it did not compile or died on the way.
pub fn run(command: &mut Command) -> Result<Outcome> {
    let (succeeded, output) = process::tee(command)?;
    let count = count(&output);
    if !succeeded && count.failed == 0 {
        bail!("cargo test failed with {} tests passed and none failed: see above", count.passed);
    }
    if count == Count::default() {
        bail!("cargo test ran no test");
    }
    Ok(Outcome { count, times: times(&output) })
}

/// Options of cargo, to stand before `test`, that let test programs know their unstable options. Given to the programs
/// alone: with the same variable around cargo, crates that look at it would be compiled anew.
pub const UNSTABLE: &[&str] =
    if cfg!(unix) { &["--config", r#"target."cfg(unix)".runner = ["env", "RUSTC_BOOTSTRAP=1"]"#] } else { &[] };

/// Options of the test programs that make them say each test's time, where [`UNSTABLE`] reaches them.
pub const REPORT_TIME: &[&str] = if cfg!(unix) { &["--", "-Zunstable-options", "--report-time"] } else { &[] };

/// The sum over lines like `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn count(output: &str) -> Count {
    let results = output.lines().filter_map(|line| line.trim_start().strip_prefix("test result:"));
    results.fold(Count::default(), |sum, result| {
        let number = |what: &str| {
            let before = result.split(what).next().unwrap_or_default();
            before.split_whitespace().last().and_then(|number| number.parse::<usize>().ok()).unwrap_or_default()
        };
        Count { passed: sum.passed + number(" passed"), failed: sum.failed + number(" failed") }
    })
}

/// The times in lines like `test maps::add_up ... ok <0.123s>`, each test with the program that cargo said before it:
/// `Running tests/golden.rs (target/debug/deps/golden-0123456789abcdef)`.
fn times(output: &str) -> Vec<Timed> {
    let mut program = "";
    let mut times = Vec::new();
    for line in output.lines().map(str::trim) {
        if let Some(running) = line.strip_prefix("Running ") {
            program = name(running);
        } else if let Some((test, took)) = line.strip_prefix("test ").and_then(timed) {
            times.push(Timed { test: format!("{program}: {test}"), took });
        }
    }
    times
}

/// The program's name without the hash that cargo gives it.
fn name(running: &str) -> &str {
    let path = running.rsplit_once('(').map_or(running, |(_, path)| path.trim_end_matches(')'));
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path);
    stem.rsplit_once('-').map_or(stem, |(name, _)| name)
}

fn timed(line: &str) -> Option<(&str, Duration)> {
    let (test, result) = line.split_once(" ... ")?;
    let (_, seconds) = result.rsplit_once('<')?;
    let seconds = seconds.strip_suffix("s>")?.parse().ok()?;
    Some((test.trim_end_matches(" - should panic"), Duration::try_from_secs_f64(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_programs_add_up() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(count(output), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn each_test_is_timed_under_its_program() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/lambdascope-0123456789abcdef)\n\
            test maps::add_up ... ok <0.123s>\n\
            test maps::are_refused - should panic ... ok <2.000s>\n\
            test slow ... ignored\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 2.13s\n\
            \x20    Running tests/other_middles.rs (target/debug/deps/other_middles-0123456789abcdef)\n\
            test whole ... FAILED <61.500s>\n";
        let expected = [
            ("lambdascope: maps::add_up", 123),
            ("lambdascope: maps::are_refused", 2_000),
            ("other_middles: whole", 61_500),
        ];
        let expected = expected.map(|(test, took)| Timed { test: test.to_owned(), took: Duration::from_millis(took) });
        assert_eq!(times(output), expected);
    }

    #[test]
    fn tests_without_times_are_counted_all_the_same() {
        let output = "     Running tests/browser.rs (target/wasm32-unknown-unknown/debug/deps/browser-01.wasm)\n\
            test layers ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out; finished in 1.00s\n";
        assert_eq!(times(output), []);
        assert_eq!(count(output), Count { passed: 1, failed: 0 });
    }
}
