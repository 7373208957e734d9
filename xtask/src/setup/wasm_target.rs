//! The standard library for wasm32-unknown-unknown, and the environment that makes cargo use it.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::debian::DebianRust;
use crate::process;
use crate::project::{Project, WASM};
use crate::steps::Steps;

/// Where the target's standard library comes from.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// What is installed, else rustup, else Debian.
    Auto,
    /// `rustup target add`.
    Rustup,
    /// Built from Debian's Rust sources with Debian's compiler: for machines that reach Debian but not rustup.
    Debian,
}

/// A compiler that can build for wasm32-unknown-unknown.
pub enum WasmTarget {
    /// The pinned toolchain has the target.
    Installed,
    /// Debian's compiler builds the standard library on the way.
    Debian(DebianRust),
}

impl WasmTarget {
    /// Finds or installs the target.
    ///
    /// # Errors
    /// When no source that `source` allows can give it.
    pub fn set_up(project: &Project, source: Source, steps: &mut Steps) -> Result<Self> {
        if source == Source::Debian {
            return DebianRust::set_up(project, steps).map(Self::Debian);
        }
        if is_installed(project) {
            return Ok(Self::Installed);
        }
        let mut rustup = Command::new("rustup");
        rustup.current_dir(project.root()).args(["target", "add", WASM]);
        let added = steps.run(format!("{WASM} by rustup"), || process::run(&mut rustup));
        match added {
            Ok(()) => Ok(Self::Installed),
            Err(error) if source == Source::Auto => {
                eprintln!("{error:#}; trying Debian's Rust sources");
                let debian = DebianRust::set_up(project, steps)
                    .with_context(|| format!("neither rustup nor Debian could give the target {WASM}"))?;
                Ok(Self::Debian(debian))
            }
            Err(error) => Err(error.context(format!("rustup could not give the target {WASM}"))),
        }
    }

    /// Makes `command`, which is cargo or calls it, build with this compiler and find this project's tools.
    ///
    /// # Errors
    /// When `PATH` cannot be extended.
    pub fn apply(&self, project: &Project, command: &mut Command) -> Result<()> {
        match self {
            Self::Installed => {
                command.env("PATH", project.path(None)?);
            }
            Self::Debian(rust) => rust.apply(project, command)?,
        }
        Ok(())
    }

    /// Where cargo puts what it builds with this compiler.
    pub fn folder(&self, project: &Project) -> PathBuf {
        match self {
            Self::Installed => project.target(),
            Self::Debian(_) => DebianRust::target(project),
        }
    }

    /// cargo with this compiler, in the repository's root.
    ///
    /// # Errors
    /// When `PATH` cannot be extended.
    pub fn cargo(&self, project: &Project) -> Result<Command> {
        let mut command = match self {
            Self::Installed => process::cargo(project),
            Self::Debian(rust) => rust.cargo(project),
        };
        self.apply(project, &mut command)?;
        Ok(command)
    }
}

impl fmt::Display for WasmTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed => write!(formatter, "{WASM} of the pinned toolchain"),
            Self::Debian(rust) => write!(formatter, "{WASM} from {rust}"),
        }
    }
}

fn is_installed(project: &Project) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let mut ask = Command::new(rustc);
    ask.current_dir(project.root()).args(["--print", "target-libdir", "--target", WASM]);
    process::capture(&mut ask).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}
