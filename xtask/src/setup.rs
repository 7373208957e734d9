//! What the machine needs before the page can be built or tested. Each step looks first and installs only what is
//! missing, into `.tools/` where it can.

pub mod browser;
pub mod tools;
pub mod wasm_target;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;
use crate::steps::Steps;

/// Trunk, wasm-bindgen and wasm-opt: everything `trunk build --offline` calls.
///
/// # Errors
/// When one of them cannot be installed.
pub fn page_tools(project: &Project, steps: &mut Steps) -> Result<()> {
    tools::trunk(project, steps)?;
    tools::wasm_bindgen(project, steps)?;
    npm_packages(&project.wasm_opt(), steps)
}

/// The packages of `folder`'s `package-lock.json`.
///
/// # Errors
/// When npm is missing or fails.
pub fn npm_packages(folder: &Path, steps: &mut Steps) -> Result<()> {
    // npm writes this file last; a lock file that is newer means that something is missing.
    let installed =
        fs::metadata(folder.join("node_modules").join(".package-lock.json")).and_then(|file| file.modified());
    let wanted = fs::metadata(folder.join("package-lock.json"))
        .and_then(|file| file.modified())
        .with_context(|| format!("{} has no package-lock.json", folder.display()))?;
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
    steps
        .run(format!("npm packages for {name}"), || {
            process::run(process::npm(folder).args(["ci", "--no-audit", "--no-fund"]))
        })
        .context("npm packages are missing; they need Node 20 or newer, and the npm registry once")
}
