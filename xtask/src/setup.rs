//! What the machine needs before the page can be built or tested. Each step looks first and installs only what is
//! missing, into `.tools/` where it can.

pub mod browser;
pub mod wasm_target;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::project::{Project, TRUNK};

/// Trunk, wasm-bindgen and wasm-opt: everything `trunk build --offline` calls.
///
/// # Errors
/// When one of them cannot be installed.
pub fn page_tools(project: &Project) -> Result<()> {
    cargo_tool(project, "trunk", "trunk", TRUNK, true)?;
    wasm_bindgen(project)?;
    npm_packages(&project.wasm_opt())
}

/// wasm-bindgen's command line tools, among them the runner of tests in a browser.
///
/// # Errors
/// When they cannot be installed.
pub fn wasm_bindgen(project: &Project) -> Result<()> {
    // Without its lock file: that one may name a crate version the registry does not have.
    cargo_tool(project, "wasm-bindgen-cli", "wasm-bindgen", &project.wasm_bindgen_version()?, false)
}

/// The packages of `folder`'s `package-lock.json`.
///
/// # Errors
/// When npm is missing or fails.
pub fn npm_packages(folder: &Path) -> Result<()> {
    // npm writes this file last; a lock file that is newer means that something is missing.
    let installed =
        fs::metadata(folder.join("node_modules").join(".package-lock.json")).and_then(|file| file.modified());
    let wanted = fs::metadata(folder.join("package-lock.json"))
        .and_then(|file| file.modified())
        .with_context(|| format!("{} has no package-lock.json", folder.display()))?;
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    process::run(process::npm(folder).args(["ci", "--no-audit", "--no-fund"]))
        .context("npm packages are missing; they need Node 20 or newer, and the npm registry once")
}

fn cargo_tool(project: &Project, package: &str, program: &str, version: &str, locked: bool) -> Result<()> {
    let installed = |path: &Path| {
        let answer = process::capture(Command::new(path).arg("--version")).unwrap_or_default();
        answer.split_whitespace().nth(1) == Some(version)
    };
    let own = project.tools_bin().join(program).with_extension(std::env::consts::EXE_EXTENSION);
    if installed(&own) {
        return Ok(());
    }
    // Another version in .tools would hide the right one elsewhere on PATH.
    if !own.exists() && process::find(&[program]).is_some_and(|path| installed(&path)) {
        return Ok(());
    }
    println!("Installing {package} {version} into .tools (once; this takes some minutes).");
    let mut install = process::cargo(project);
    install.args(["install", package, "--version", version, "--force", "--root"]).arg(project.tools());
    if locked {
        install.arg("--locked");
    }
    process::run(&mut install).with_context(|| format!("{package} {version} cannot be installed"))
}
