//! The page's build beside the native suites: much of it is one thread that links, while those leave a core to it. Nothing
//! of it is on the terminal before it is waited for, so that no two suites write between each other's lines.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::project::Project;
use crate::setup::wasm_target::Source;
use crate::steps::Steps;

/// This program's own `build` on the way.
pub struct PageBuild {
    log: PathBuf,
    end: JoinHandle<std::io::Result<(ExitStatus, Duration)>>,
}

impl PageBuild {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(project: &Project, source: Source) -> Result<Self> {
        let log = project.tools().join("page-build.log");
        fs::create_dir_all(project.tools()).with_context(|| format!("cannot make {}", project.tools().display()))?;
        let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut build = Command::new(env::current_exe().context("this program cannot find itself")?);
        build.arg("build").stdin(Stdio::null());
        if let Some(source) = source.to_possible_value() {
            build.args(["--wasm-target", source.get_name()]);
        }
        build.stdout(file.try_clone().context("cannot write the build's log twice")?).stderr(file);
        let started = Instant::now();
        let mut child = build.spawn().context("cannot start the page's build")?;
        let end = thread::spawn(move || child.wait().map(|status| (status, started.elapsed())));
        Ok(Self { log, end })
    }

    /// Waits for its end and writes what it said.
    ///
    /// # Errors
    /// When it failed.
    pub fn wait(self, steps: &mut Steps) -> Result<()> {
        let Ok(ended) = self.end.join() else { bail!("the page's build was lost") };
        let (status, took) = ended.context("the page's build was lost")?;
        steps.note("in all, most of it beside the native suites", took);
        let said = fs::read(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        println!("{}", String::from_utf8_lossy(&said));
        if !status.success() {
            bail!("the page's build ended with {status}");
        }
        Ok(())
    }
}
