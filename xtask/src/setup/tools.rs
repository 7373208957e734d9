//! The programs that cargo compiles into `.tools/`: Trunk, and wasm-bindgen's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::project::{Project, TRUNK};
use crate::steps::Steps;

/// They run for seconds and are compiled on every new machine, so optimising them costs many times what it saves.
const PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_DEV_DEBUG", "none"),
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_DEV_INCREMENTAL", "false"),
];

struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    /// Whether the package's own lock file is followed.
    locked: bool,
}

/// Trunk, which calls all the others.
///
/// # Errors
/// When it cannot be compiled.
pub fn trunk(project: &Project, steps: &mut Steps) -> Result<()> {
    install(project, &Tool { package: "trunk", program: "trunk", version: TRUNK, locked: true }, steps)
}

/// wasm-bindgen's command line tools, among them the runner of tests in a browser.
///
/// # Errors
/// When they cannot be compiled.
pub fn wasm_bindgen(project: &Project, steps: &mut Steps) -> Result<()> {
    let version = &project.wasm_bindgen_version()?;
    // Without its lock file: that one may name a crate version the registry does not have.
    install(project, &Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, locked: false }, steps)
}

fn install(project: &Project, tool: &Tool<'_>, steps: &mut Steps) -> Result<()> {
    let Tool { package, program, version, locked } = *tool;
    let own = project.tools_bin().join(program).with_extension(std::env::consts::EXE_EXTENSION);
    if is_installed(&own, version) {
        return Ok(());
    }
    // Another version in .tools would hide the right one elsewhere on PATH.
    if !own.exists() && which::which(program).is_ok_and(|path| is_installed(&path, version)) {
        return Ok(());
    }
    let title = format!("{package} {version}");
    println!("Compiling {title} into .tools (once; this takes some minutes).");
    let mut cargo = process::cargo(project);
    cargo.args(["install", package, "--version", version, "--force", "--debug"]);
    // All that they ask over the network here is a driver on this machine: neither TLS nor a look for updates.
    cargo.arg("--no-default-features").arg("--root").arg(project.tools()).envs(PROFILE);
    if locked {
        cargo.arg("--locked");
    }
    steps.run(&title, || process::run(&mut cargo)).with_context(|| format!("{title} cannot be compiled"))
}

fn is_installed(program: &Path, version: &str) -> bool {
    let answer = process::capture(Command::new(program).arg("--version")).unwrap_or_default();
    answers_with(&answer, version)
}

/// Whether a line like `trunk 0.21.14` names this version.
fn answers_with(answer: &str, version: &str) -> bool {
    answer.split_whitespace().nth(1) == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_version_is_not_the_one_asked_for() {
        assert!(answers_with("wasm-bindgen 0.2.130\n", "0.2.130"));
        assert!(!answers_with("wasm-bindgen 0.2.130\n", "0.2.13"));
        assert!(!answers_with("", "0.2.130"));
    }
}
