//! Debian's Rust as a way to wasm32-unknown-unknown where rustup's server cannot be reached.
//!
//! Debian ships a current compiler for its browsers (`rustc-web`, `cargo-web`) together with the standard library's
//! sources (`rust-web-src`), but not the library built for this target. So the packages are unpacked into
//! `.tools/debian-rust`, without installing them, and cargo builds the library with the page.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::{Project, WASM};
use crate::steps::Steps;

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Debian's compiler, unpacked.
pub struct DebianRust {
    root: PathBuf,
    version: String,
}

impl DebianRust {
    /// Finds the unpacked compiler, or fetches and unpacks it.
    ///
    /// # Errors
    /// When this is not Debian, a package cannot be fetched, or the compiler does not run.
    pub fn set_up(project: &Project, steps: &mut Steps) -> Result<Self> {
        let root = project.tools().join("debian-rust");
        let complete = root.join("complete");
        if !complete.exists() {
            steps.run("Debian's Rust", || fetch(&root))?;
            fs::write(&complete, "").with_context(|| format!("cannot write {}", complete.display()))?;
        }
        let mut rust = Self { root, version: String::new() };
        let mut ask = Command::new(rust.program("rustc"));
        ask.env("LD_LIBRARY_PATH", rust.library_path()?).arg("--version");
        process::capture(&mut ask).context("Debian's compiler does not run")?.trim().clone_into(&mut rust.version);
        Ok(rust)
    }

    /// Debian's cargo, in the repository's root.
    pub fn cargo(&self, project: &Project) -> Command {
        let mut command = Command::new(self.program("cargo"));
        command.current_dir(project.root());
        command
    }

    /// Makes `command`, which is cargo or calls it, use this compiler and build the standard library.
    ///
    /// # Errors
    /// When a path variable cannot be extended.
    pub fn apply(&self, project: &Project, command: &mut Command) -> Result<()> {
        command
            .env("PATH", project.path(Some(&self.usr().join("bin")))?)
            .env("LD_LIBRARY_PATH", self.library_path()?)
            .env("RUSTC", self.program("rustc"))
            .env("CARGO", self.program("cargo"))
            // Building the standard library is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", self.usr().join("lib/llvm-22/bin/wasm-ld"))
            .env("CARGO_TARGET_DIR", Self::target(project))
            .env_remove("RUSTUP_TOOLCHAIN");
        Ok(())
    }

    /// Where it builds: another compiler's artifacts would be rebuilt at each change between the two.
    pub fn target(project: &Project) -> PathBuf {
        project.target().join("debian-rust")
    }

    fn usr(&self) -> PathBuf {
        self.root.join("usr")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.usr().join("bin").join(name)
    }

    fn library_path(&self) -> Result<OsString> {
        let own = self.usr().join("lib").join(format!("{}-linux-gnu", env::consts::ARCH));
        let inherited = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let folders =
            std::iter::once(own).chain(env::split_paths(&inherited).filter(|path| !path.as_os_str().is_empty()));
        env::join_paths(folders).context("the unpacked libraries' folder cannot stand in LD_LIBRARY_PATH")
    }
}

impl fmt::Display for DebianRust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Debian's sources, {}", self.version)
    }
}

/// Fetches the packages and whatever of their dependencies this machine lacks, and unpacks them under `root`.
fn fetch(root: &Path) -> Result<()> {
    if which::which("apt-get").is_err() || which::which("dpkg-deb").is_err() {
        bail!("Debian's Rust needs apt-get and dpkg-deb; install the target yourself: `rustup target add {WASM}`");
    }
    let downloads = root.join("packages");
    fs::create_dir_all(&downloads).with_context(|| format!("cannot create {}", downloads.display()))?;
    let mut list = Command::new("apt-get");
    list.args(["install", "--print-uris", "--yes", "-qq", "--no-install-recommends"]).args(PACKAGES);
    let plan = process::capture(&mut list).with_context(|| format!("apt does not offer {}", PACKAGES.join(", ")))?;
    // A line is: 'address' name_version_architecture.deb size hash
    let names: Vec<&str> = plan.lines().filter_map(|line| line.split_whitespace().nth(1)?.split('_').next()).collect();
    process::run(Command::new("apt-get").current_dir(&downloads).arg("download").args(names))?;
    for entry in fs::read_dir(&downloads).with_context(|| format!("cannot list {}", downloads.display()))? {
        let package = entry.with_context(|| format!("cannot list {}", downloads.display()))?.path();
        process::run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(root))?;
    }
    fs::remove_dir_all(&downloads).with_context(|| format!("cannot remove {}", downloads.display()))
}
