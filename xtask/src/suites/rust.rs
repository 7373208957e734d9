//! Formatting, clippy on both targets, and the native tests.

use crate::process;
use crate::project::{Project, WASM};
use crate::setup::browser::software_vulkan;
use crate::setup::wasm_target::WasmTarget;

use super::cargo_test::{self, Clock, REPORT_TIME, UNSTABLE};
use super::report::Report;

/// Every test program. Tests in documentation, of which there are none, would not know the options that come after.
const PROGRAMS: &[&str] = &["test", "--workspace", "--lib", "--bins", "--tests", "--examples"];

/// What is compiled for the browser, with the tests that run there.
const IN_A_BROWSER: &[&str] =
    &["--workspace", "--exclude", "lambdascope-cli", "--exclude", "xtask", "--lib", "--bins", "--test", "browser"];

/// What only one build of the CPU's module has.
const THREADS: &[&str] = &["--package", "lambdascope-cpu-module", "--features", "relaxed-simd,threads"];

/// The end of a call of clippy.
const DENY: &[&str] = &["--", "-D", "warnings"];

/// Runs the group; what needs the wasm target is left out where `target` is missing, which its own line has said.
pub fn run(project: &Project, target: Option<&WasmTarget>, report: &mut Report) {
    let cargo = |arguments: &[&str]| {
        let mut command = process::cargo(project);
        command.args(arguments);
        Ok(command)
    };
    report.check("format", || cargo(&["fmt", "--all", "--check"]));
    report.check("clippy", || cargo(&[&["clippy", "--workspace", "--all-targets"], DENY].concat()));
    // Debian's packages have no clippy.
    if let Some(WasmTarget::Installed) = target {
        report.check("clippy wasm32", || cargo(&[&["clippy", "--target", WASM], IN_A_BROWSER, DENY].concat()));
        report.check("clippy wasm32, threads", || cargo(&[&["clippy", "--target", WASM], THREADS, DENY].concat()));
    }
    report.suite("native tests", |steps| {
        steps.run("compiled", || process::run(&mut cargo(&[UNSTABLE, PROGRAMS, &["--no-run"]].concat())?))?;
        let mut test = cargo(&[UNSTABLE, PROGRAMS, &["--no-fail-fast"], REPORT_TIME].concat())?;
        if let Some(manifest) = software_vulkan(steps)? {
            println!("Vulkan: {}", manifest.display());
            // Older loaders know the second name only.
            test.env("VK_DRIVER_FILES", &manifest).env("VK_ICD_FILENAMES", &manifest);
        }
        cargo_test::run(&mut test, Clock::Theirs)
    });
}
