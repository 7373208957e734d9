//! Rust tests that run in Chromium, with WebGPU on SwiftShader; its flags are in `webdriver.json`.

use crate::project::{Project, WASM};
use crate::setup;
use crate::setup::browser::Browser;
use crate::setup::wasm_target::WasmTarget;

use super::report::{Report, cargo_test};

/// Seconds for all tests of one program: a software adapter is slow.
const TIMEOUT: &str = "900";

/// Runs the group, unless `target` is missing, which its own line has said.
pub fn run(project: &Project, target: Option<&WasmTarget>, report: &mut Report) {
    let Some(target) = target else { return };
    report.suite("browser tests", || {
        setup::wasm_bindgen(project)?;
        let browser = Browser::set_up()?;
        let mut test = target.cargo(project)?;
        test.args(["test", "--target", WASM, "--test", "browser", "--no-fail-fast"])
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", TIMEOUT);
        cargo_test(&mut test)
    });
}
