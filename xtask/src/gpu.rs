//! What the GPU of the machine it is called on makes of the project, in one JSON file: parity, replay and golden values, and the
//! bench of every network. Anybody with a GPU can send one; `docs/devices.md` says how, and what the fields are.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use crate::process;
use crate::project::Project;
use crate::suites::cargo_test::{self, Clock};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// The tests that run on the adapter, by parts of their names.
const TESTS: [&str; 4] = ["parity", "replay", "golden", "networks"];

/// timm's networks, whose weights a formula gives, so that no file need be fetched.
const SEEDED: [&str; 3] = ["lambda_resnet26t", "lambda_resnet26rpt_256", "lambda_resnet50ts"];

/// Runs of each network that are timed.
const RUNS: &str = "30";

/// The file.
#[derive(Serialize)]
struct Report {
    schema: u32,
    /// Seconds since 1970.
    taken_at: u64,
    /// The commit, where there is git, and whether something differs from it.
    commit: Option<String>,
    machine: Machine,
    tests: Tests,
    /// What `lambdascope bench --json` says of each, that of the page first.
    networks: Vec<Value>,
}

#[derive(Serialize)]
struct Machine {
    os: &'static str,
    architecture: &'static str,
    /// Threads that run at a time.
    threads: usize,
}

#[derive(Serialize)]
struct Tests {
    passed: usize,
    failed: usize,
}

/// Tests and times this machine's GPU and writes what comes of it; says whether all tests passed.
///
/// # Errors
/// If something cannot be built, no GPU can be used, or the file cannot be written.
pub fn run(project: &Project, output: &Path) -> Result<bool> {
    let mut test = process::cargo(project);
    test.args(["test", "--package", "lambdascope", "--test", "it", "--no-fail-fast", "--"]).args(TESTS);
    let tests = cargo_test::run(&mut test, Clock::Ours)?.count;

    let own = project.root().join("www").join("weights").join("lambda_resnet_mini.safetensors");
    let mut networks = vec![bench(project, &["--weights".into(), own.display().to_string()])?];
    let folder = project.target().join("gpu");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in SEEDED {
        let weights = folder.join(format!("{name}.safetensors"));
        if !weights.exists() {
            let mut example = process::cargo(project);
            process::run(example.args(["run", "--release", "--example", "seeded_weights", "--", name]).arg(&weights))?;
        }
        let arguments = ["--model".into(), name.into(), "--weights".into(), weights.display().to_string()];
        networks.push(bench(project, &arguments)?);
    }

    let report = Report {
        schema: SCHEMA,
        taken_at: SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?.as_secs(),
        commit: commit(project),
        machine: Machine {
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        },
        tests: Tests { passed: tests.passed, failed: tests.failed },
        networks,
    };
    let text = serde_json::to_string_pretty(&report)? + "\n";
    fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))?;
    println!("{}: {} tests passed, {} failed", output.display(), tests.passed, tests.failed);
    for network in &report.networks {
        let text = |field: &str| network.get(field).map(Value::to_string).unwrap_or_default();
        println!("{} on {}: {} ms", text("model"), text("device"), text("median_ms"));
    }
    Ok(tests.failed == 0)
}

/// One network on the GPU.
fn bench(project: &Project, arguments: &[String]) -> Result<Value> {
    let mut bench = process::cargo(project);
    bench.args(["run", "--release", "--quiet", "--bin", "lambdascope", "--", "bench", "--json"]);
    bench.args(["--backend", "gpu", "--runs", RUNS]).args(arguments);
    let text = process::capture(&mut bench)?;
    serde_json::from_str(&text).context("lambdascope bench --json wrote no JSON")
}

fn commit(project: &Project) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(project.root()).args(["describe", "--always", "--dirty", "--abbrev=12"]);
    process::capture(&mut git).ok().map(|commit| commit.trim().to_owned())
}
