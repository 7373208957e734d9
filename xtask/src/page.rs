//! Building the page with Trunk, and not building it when nothing has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::process;
use crate::project::{Project, WASM};
use crate::setup;
use crate::setup::wasm_target::{Source, WasmTarget};

/// What the built page depends on, from the repository's root.
const INPUTS: [&str; 10] = [
    "src",
    "shaders",
    "www",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "rust-toolchain.toml",
    "xtask/wasm-opt/package-lock.json",
];

/// Sets up what is missing and builds the release page into `dist/`, unless it is newer than everything it is made of.
///
/// # Errors
/// When something cannot be set up or the build fails.
pub fn build(project: &Project, source: Source) -> Result<()> {
    let stamp = project.tools().join("page-built");
    if is_fresh(project, &stamp)? {
        println!("The page in dist is up to date.");
        return Ok(());
    }
    let target = WasmTarget::set_up(project, source)?;
    setup::page_tools(project)?;
    // Trunk builds offline: it must find the tools set up above and never fetch its own.
    process::run(target.cargo(project)?.args(["fetch", "--target", WASM]))?;

    let started = SystemTime::now();
    let mut trunk = Command::new("trunk");
    trunk.current_dir(project.root()).args(["build", "--release", "--offline"]);
    // Trunk reads this variable as a boolean and refuses the usual "1".
    trunk.env_remove("NO_COLOR");
    target.apply(project, &mut trunk)?;
    process::run(&mut trunk)?;

    // Dated to the start: what changed during the build is not in it.
    fs::File::create(&stamp)
        .and_then(|file| file.set_modified(started))
        .with_context(|| format!("cannot write {}", stamp.display()))
}

fn is_fresh(project: &Project, stamp: &Path) -> Result<bool> {
    let built = fs::metadata(stamp).and_then(|file| file.modified());
    let Ok(built) = built else { return Ok(false) };
    if !project.dist().join("index.html").exists() {
        return Ok(false);
    }
    let inputs = INPUTS.map(|input| project.root().join(input));
    Ok(newest(inputs.to_vec())? <= built)
}

/// The latest change among `paths` and all that lies under them. A folder counts too: it changes when a file goes.
fn newest(mut paths: Vec<PathBuf>) -> Result<SystemTime> {
    let mut latest = SystemTime::UNIX_EPOCH;
    while let Some(path) = paths.pop() {
        let about = fs::metadata(&path).with_context(|| format!("cannot look at {}", path.display()))?;
        let changed = about.modified().with_context(|| format!("cannot date {}", path.display()))?;
        latest = latest.max(changed);
        if about.is_dir() {
            for entry in fs::read_dir(&path).with_context(|| format!("cannot list {}", path.display()))? {
                paths.push(entry.with_context(|| format!("cannot list {}", path.display()))?.path());
            }
        }
    }
    Ok(latest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_change_deep_in_a_folder_counts() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a").join("b");
        fs::create_dir_all(&deep).unwrap();
        let file = fs::File::create(deep.join("c.rs")).unwrap();
        let later = SystemTime::now() + Duration::from_secs(100);
        file.set_modified(later).unwrap();
        assert_eq!(newest(vec![folder.path().to_owned()]).unwrap(), later);
    }

    #[test]
    fn a_missing_input_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = newest(vec![folder.path().join("absent")]).unwrap_err();
        assert!(error.to_string().contains("absent"), "{error}");
    }
}
