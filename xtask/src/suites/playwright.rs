//! Reading Playwright's JSON report.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::report::{Count, Outcome, Timed};

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
    stats: Stats,
}

#[derive(Deserialize)]
struct Stats {
    expected: usize,
    unexpected: usize,
    flaky: usize,
}

/// A file, or what a `describe` holds.
#[derive(Deserialize)]
struct Suite {
    title: String,
    #[serde(default)]
    specs: Vec<Spec>,
    #[serde(default)]
    suites: Vec<Self>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    #[serde(default)]
    tests: Vec<Test>,
}

/// A spec in one project.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    project_name: String,
    #[serde(default)]
    results: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    /// In milliseconds.
    duration: f64,
}

/// Adds up the report in `text`. A test that passed only when repeated counts as failed.
///
/// # Errors
/// When it is no report of Playwright, or one of no test.
pub fn read(text: &str) -> Result<Outcome> {
    let Results { suites, errors, stats } = serde_json::from_str(text).context("not a report of Playwright")?;
    let count = Count { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.len() };
    if count == Count::default() {
        bail!("Playwright ran no test");
    }
    let mut times = Vec::new();
    for suite in &suites {
        // A file's title is its name.
        let file = Path::new(&suite.title).file_name().and_then(|name| name.to_str()).unwrap_or(&suite.title);
        collect(suite, file.trim_end_matches(".spec.ts"), &mut times);
    }
    Ok(Outcome { count, times })
}

/// Adds the times of a suite's tests; `place` names the suite within all of them.
fn collect(suite: &Suite, place: &str, times: &mut Vec<Timed>) {
    for Spec { title, tests } in &suite.specs {
        times.extend(tests.iter().filter(|test| !test.results.is_empty()).map(|Test { project_name, results }| {
            let milliseconds: f64 = results.iter().map(|attempt| attempt.duration).sum();
            let took = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default();
            Timed { test: format!("{project_name}, {place}: {title}"), took }
        }));
    }
    for inner in &suite.suites {
        collect(inner, &format!("{place}, {}", inner.title), times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaky_test_is_a_failed_one() {
        let report = r#"{"errors":[],"stats":{"expected":5,"unexpected":1,"flaky":2,"skipped":3}}"#;
        assert_eq!(read(report).unwrap().count, Count { passed: 5, failed: 3 });
    }

    #[test]
    fn a_report_without_tests_is_an_error() {
        assert!(read(r#"{"errors":[],"stats":{"expected":0,"unexpected":0,"flaky":0}}"#).is_err());
        assert!(read("{}").is_err());
    }

    #[test]
    fn a_test_is_timed_in_each_project_with_all_its_attempts() {
        let report = r#"{
            "suites": [{
                "title": "atlas.spec.ts",
                "specs": [],
                "suites": [{
                    "title": "on a small screen",
                    "specs": [{
                        "title": "tiles are sorted",
                        "tests": [
                            {"projectName": "webgpu", "results": [{"duration": 1500}, {"duration": 250}]},
                            {"projectName": "cpu", "results": [{"duration": 500}]},
                            {"projectName": "left out", "results": []}
                        ]
                    }]
                }]
            }],
            "errors": [],
            "stats": {"expected": 1, "unexpected": 0, "flaky": 1, "skipped": 0}
        }"#;
        let timed = |test: &str, took| Timed { test: test.to_owned(), took: Duration::from_millis(took) };
        assert_eq!(
            read(report).unwrap().times,
            [
                timed("webgpu, atlas, on a small screen: tiles are sorted", 1750),
                timed("cpu, atlas, on a small screen: tiles are sorted", 500),
            ]
        );
    }
}
