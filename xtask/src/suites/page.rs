//! Playwright on the built page, served from here.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::page;
use crate::process;
use crate::project::Project;
use crate::server::Server;
use crate::setup;
use crate::setup::browser::Browser;
use crate::setup::wasm_target::Source;

use super::report::{Count, Report};

/// The networks of the page's tests, by the names that the example knows them by.
const SEEDED: [&str; 3] = ["lambda_resnet26t", "seeded_conv_mini", "seeded_u4_mini"];

/// Runs the group.
pub fn run(project: &Project, source: Source, report: &mut Report) {
    let built = report.step("page build", || page::build(project, source));
    if built.is_some() && report.step("seeded weights", || seeded_weights(project)).is_some() {
        report.suite("page tests", || playwright(project));
    }
}

/// Writes the networks that page tests drop on the page and fetch: 50 MB that a formula gives, so that no file need be
/// stored. What is there already was made by the same formula.
fn seeded_weights(project: &Project) -> Result<()> {
    let folder = project.e2e().join("weights");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in SEEDED {
        let path = folder.join(format!("{name}.safetensors"));
        if !path.exists() {
            process::run(process::cargo(project).args(["run", "--example", "seeded_weights", "--", name]).arg(&path))?;
        }
    }
    Ok(())
}

fn playwright(project: &Project) -> Result<Count> {
    let browser = Browser::set_up()?;
    setup::npm_packages(&project.e2e())?;
    let server = Server::start(&project.dist(), 0)?;
    let results = project.e2e().join("test-results").join("results.json");
    let mut test = process::npm(&project.e2e());
    test.args(["exec", "--", "playwright", "test", "--reporter=list,json"])
        .env("BASE_URL", server.address())
        .env("CHROMIUM", &browser.chromium)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results);
    // The last run's results must not stand in for this one's.
    if results.exists() {
        fs::remove_file(&results).with_context(|| format!("cannot remove {}", results.display()))?;
    }
    let outcome = process::run(&mut test);
    let text = match fs::read_to_string(&results) {
        Ok(text) => text,
        Err(error) => {
            outcome?;
            return Err(error).with_context(|| format!("Playwright wrote no {}", results.display()));
        }
    };
    let count = count_results(&text).with_context(|| format!("cannot read {}", results.display()))?;
    if count.failed == 0 {
        outcome?;
    }
    Ok(count)
}

/// Adds up Playwright's JSON report. A test that passed only when repeated counts as failed.
fn count_results(text: &str) -> Result<Count> {
    let report: Value = serde_json::from_str(text).context("not JSON")?;
    let number = |name: &str| report["stats"][name].as_u64().with_context(|| format!("no number stats.{name}"));
    let count = Count {
        passed: usize::try_from(number("expected")?)?,
        failed: usize::try_from(number("unexpected")? + number("flaky")?)?
            + report["errors"].as_array().map_or(0, Vec::len),
    };
    if count == Count::default() {
        bail!("Playwright ran no test");
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaky_test_is_a_failed_one() {
        let report = r#"{"errors":[],"stats":{"expected":5,"unexpected":1,"flaky":2,"skipped":3}}"#;
        assert_eq!(count_results(report).unwrap(), Count { passed: 5, failed: 3 });
    }

    #[test]
    fn a_report_without_tests_is_an_error() {
        assert!(count_results(r#"{"errors":[],"stats":{"expected":0,"unexpected":0,"flaky":0}}"#).is_err());
        assert!(count_results("{}").is_err());
    }
}
