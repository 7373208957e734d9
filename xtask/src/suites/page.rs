//! Playwright on the built page, served from here: its tests in Chromium, then the walk in other browsers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::page;
use crate::process;
use crate::project::Project;
use crate::server::Server;
use crate::setup;
use crate::setup::browser::{Browser, OtherBrowsers, software_vulkan};
use crate::setup::wasm_target::Source;
use crate::steps::Steps;

use super::playwright;
use super::report::{Outcome, Report};

/// The networks of the page's tests, by the names that the example knows them by.
const SEEDED: [&str; 3] = ["lambda_resnet26t", "seeded_conv_mini", "seeded_u4_mini"];

/// The networks whose graphs the tests run in the CPU's module: the folder of their weights, and their names.
const GRAPHS: [(&str, &str); 3] =
    [("www", "lambda_resnet_mini"), ("www", "attention_resnet_mini"), ("e2e", "seeded_u4_mini")];

/// The suites in Chromium, each with the projects of Playwright's that run beside each other in it.
const BACKENDS: [(&str, &[&str]); 2] = [("webgpu", &["webgpu", "waiting"]), ("cpu", &["cpu"])];

/// Runs the group.
pub fn run(project: &Project, source: Source, report: &mut Report) {
    let built = report.step("page build", |steps| page::build(project, source, steps));
    if built.is_some() && report.step("seeded weights", |_| seeded_weights(project)).is_some() {
        // One after the other: a software adapter wants every core.
        for (backend, projects) in BACKENDS {
            let name = format!("page tests, {backend}");
            report.suite(&name, |steps| run_playwright(project, backend, projects, &[], steps));
        }
        report.suite("page in other browsers", |steps| walks(project, steps));
    }
}

/// Writes the networks that page tests drop on the page and fetch: 50 MB that a formula gives, so that no file need be
/// stored (what is there already was made by the same formula); and the graphs that they run by themselves.
fn seeded_weights(project: &Project) -> Result<()> {
    let folder = project.e2e().join("weights");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // With the features that the native tests are built with, or half of it would be compiled anew.
    let build = ["build", "--workspace", "--example", "seeded_weights", "--example", "graph_file"];
    process::run(process::cargo(project).args(build))?;
    let example = |name: &str| Command::new(project.target().join("debug/examples").join(name));
    for name in SEEDED {
        let path = folder.join(format!("{name}.safetensors"));
        if !path.exists() {
            process::run(example("seeded_weights").arg(name).arg(&path))?;
        }
    }
    // These depend on the code, so that they are made anew each time.
    for (of, name) in GRAPHS {
        let weights = project.root().join(of).join("weights").join(format!("{name}.safetensors"));
        let graph = folder.join(format!("{name}.graph"));
        process::run(example("graph_file").args([weights, graph]))?;
    }
    Ok(())
}

/// A walk through the page in every browser that can be had here, each named in the log with its version.
fn walks(project: &Project, steps: &mut Steps) -> Result<Outcome> {
    let OtherBrowsers { firefox, minibrowser } = OtherBrowsers::set_up(steps)?;
    let mut environment = vec![("FIREFOX", firefox), ("MINIBROWSER", minibrowser)];
    // For Firefox's own WebGPU; older loaders know the second name only.
    if let Some(manifest) = software_vulkan(steps)? {
        environment.extend([("VK_DRIVER_FILES", manifest.clone()), ("VK_ICD_FILENAMES", manifest)]);
    }
    run_playwright(project, "browsers", &["browsers"], &environment, steps)
}

/// Runs projects of Playwright's under a name; `environment` names what their tests need beside Chromium.
fn run_playwright(
    project: &Project,
    name: &str,
    projects: &[&str],
    environment: &[(&str, PathBuf)],
    steps: &mut Steps,
) -> Result<Outcome> {
    let browser = Browser::set_up(steps)?;
    setup::npm_packages(&project.e2e(), steps)?;
    let server = Server::start(&project.dist(), 0)?;
    let output = project.e2e().join("test-results").join(name);
    let results = project.e2e().join("test-results").join(format!("{name}.json"));
    let mut test = process::npm(&project.e2e());
    test.args(["exec", "--", "playwright", "test", "--reporter=list,json", "--output"])
        .arg(&output)
        .args(projects.iter().flat_map(|project| ["--project", project]))
        .env("BASE_URL", server.address())
        .env("CHROMIUM", &browser.chromium)
        .envs(environment.iter().map(|(name, value)| (*name, value)))
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
    let tested = playwright::read(&text).with_context(|| format!("cannot read {}", results.display()))?;
    if tested.count.failed == 0 {
        outcome?;
    }
    Ok(tested)
}
