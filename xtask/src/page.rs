//! Building the page with Trunk, and not building it when nothing has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::compress;
use crate::head;
use crate::modules;
use crate::offline;
use crate::parts;
use crate::process;
use crate::project::{Project, WASM};
use crate::setup;
use crate::setup::wasm_target::{Source, WasmTarget};
use crate::steps::Steps;

/// What the built page depends on, from the repository's root.
const INPUTS: [&str; 17] = [
    "build.rs",
    "src",
    "crates",
    "shaders",
    "www",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "rust-toolchain.toml",
    "xtask/src/compress.rs",
    "xtask/src/head.rs",
    "xtask/src/modules.rs",
    "xtask/src/offline.rs",
    "xtask/src/parts.rs",
    "xtask/wasm-opt/package-lock.json",
];

/// Sets up what is missing and builds the release page into `dist/`, unless it is newer than everything it is made of.
///
/// # Errors
/// When something cannot be set up or the build fails.
pub fn build(project: &Project, source: Source, steps: &mut Steps) -> Result<()> {
    let stamp = project.tools().join("page-built");
    if is_fresh(project, &stamp)? {
        println!("The page in dist is up to date.");
        return Ok(());
    }
    let target = WasmTarget::set_up(project, source, steps)?;
    setup::page_tools(project, steps)?;
    // Trunk builds offline: it must find the tools set up above and never fetch its own.
    let mut fetch = target.cargo(project)?;
    steps.run("crates fetched", || process::run(fetch.args(["fetch", "--target", WASM])))?;

    let started = SystemTime::now();
    let mut trunk = Command::new("trunk");
    trunk.current_dir(project.root()).args(["build", "--release", "--offline"]);
    // Trunk reads this variable as a boolean and refuses the usual "1".
    trunk.env_remove("NO_COLOR");
    trunk.env(parts::MARK.0, parts::MARK.1);
    target.apply(project, &mut trunk)?;
    steps.run("page by Trunk", || process::run(&mut trunk))?;
    let module = target.folder(project).join(WASM).join("page").join("page.wasm");
    steps.run("page cut in parts", || parts::cut(project, &module))?;
    head::rewrite(project)?;
    steps.run("modules beside it", || modules::build(project, &target, &project.dist()))?;
    // It lists what has been built, so that nothing but compressed files comes after it.
    offline::write_worker(&project.root().join("www").join("sw.js"), &project.dist())?;
    steps.run("files compressed", || compress::write_compressed(&project.dist()))?;
    for (module, took) in modules_since(started, &target.folder(project).join(WASM)) {
        steps.note(format!("  of it until {module}"), took);
    }

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
    Ok(newest(&inputs)? <= built)
}

/// The latest change among `paths` and all that lies under them. A folder counts too: it changes when a file goes.
fn newest(paths: &[PathBuf]) -> Result<SystemTime> {
    let mut latest = SystemTime::UNIX_EPOCH;
    for entry in paths.iter().flat_map(WalkDir::new) {
        // walkdir's messages name the path.
        let entry = entry?;
        let changed =
            entry.metadata()?.modified().with_context(|| format!("cannot date {}", entry.path().display()))?;
        latest = latest.max(changed);
    }
    Ok(latest)
}

/// The wasm modules that cargo has written to `folder`, one level down for each profile, since `started`: each one's
/// name and how long after that it was there.
fn modules_since(started: SystemTime, folder: &Path) -> Vec<(String, Duration)> {
    let files = WalkDir::new(folder).min_depth(2).max_depth(2).into_iter().filter_map(Result::ok);
    let wasm = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "wasm"));
    let mut modules: Vec<_> = wasm
        .filter_map(|file| {
            let took = file.metadata().ok()?.modified().ok()?.duration_since(started).ok()?;
            Some((file.file_name().to_string_lossy().into_owned(), took))
        })
        .collect();
    modules.sort_by_key(|(_, took)| *took);
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_deep_in_a_folder_counts() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a").join("b");
        fs::create_dir_all(&deep).unwrap();
        let file = fs::File::create(deep.join("c.rs")).unwrap();
        let later = SystemTime::now() + Duration::from_secs(100);
        file.set_modified(later).unwrap();
        assert_eq!(newest(&[folder.path().to_owned()]).unwrap(), later);
    }

    #[test]
    fn a_missing_input_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = newest(&[folder.path().join("absent")]).unwrap_err();
        assert!(error.to_string().contains("absent"), "{error}");
    }

    #[test]
    fn only_modules_of_this_build_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let started = SystemTime::now();
        for (file, seconds) in [("page/page.wasm", 200), ("worker/engine_worker.wasm", 180), ("page/page.d", 200)] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap().set_modified(started + Duration::from_secs(seconds)).unwrap();
        }
        let old = fs::File::create(folder.path().join("page").join("old.wasm")).unwrap();
        old.set_modified(started - Duration::from_secs(1)).unwrap();
        let modules = modules_since(started, folder.path());
        let expected = [("engine_worker.wasm", 180), ("page.wasm", 200)];
        assert_eq!(modules, expected.map(|(name, seconds)| (name.to_owned(), Duration::from_secs(seconds))));
    }
}
