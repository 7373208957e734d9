//! Rust tests that run in Chromium, with WebGPU on SwiftShader; its flags are in `crates/engine/webdriver.json`.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::project::{Project, WASM};
use crate::setup;
use crate::setup::browser::Browser;
use crate::setup::wasm_target::WasmTarget;

use super::cargo_test::{self, Clock};
use super::report::Report;

/// Seconds for all tests of one program: a software adapter is slow.
const TIMEOUT: &str = "900";

/// Runs the group, unless `target` is missing, which its own line has said.
pub fn run(project: &Project, target: Option<&WasmTarget>, report: &mut Report) {
    let Some(target) = target else { return };
    report.suite("browser tests", |steps| {
        setup::tools::wasm_bindgen(project, steps)?;
        let browser = Browser::set_up(steps)?;
        let cargo = |more: &[&str]| -> Result<Command> {
            let mut test = target.cargo(project)?;
            test.args(["test", "--package", "lambdascope-engine", "--target", WASM, "--test", "browser"]).args(more);
            Ok(test)
        };
        steps.run("compiled", || process::run(&mut cargo(&["--no-run"])?))?;
        let mut test = cargo(&["--no-fail-fast"])?;
        test.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_TIMEOUT", TIMEOUT);
        cargo_test::run(&mut test, Clock::Ours)
    });
}
