//! Where things lie in this repository, and the versions of the tools it is built with.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// The last Trunk that the pinned compiler builds.
pub const TRUNK: &str = "0.21.14";

/// The target triple of the page.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The repository's folders.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The repository that this program was built from.
    ///
    /// # Errors
    /// When the folder above `xtask/` cannot be found.
    pub fn find() -> Result<Self> {
        // cargo sets it when it runs this; the folder at build time serves a program started without cargo.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = xtask.parent().context("xtask has no folder above it")?;
        Ok(Self { root: root.to_owned() })
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Where cargo builds.
    pub fn target(&self) -> PathBuf {
        let asked = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root.join(asked)
    }

    /// What `setup` installs; ignored by git.
    pub fn tools(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// The programs that `setup` installs with cargo.
    pub fn tools_bin(&self) -> PathBuf {
        self.tools().join("bin")
    }

    /// The npm package that holds wasm-opt.
    pub fn wasm_opt(&self) -> PathBuf {
        self.root.join("xtask").join("wasm-opt")
    }

    /// The tests of the page.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("e2e")
    }

    /// `PATH` with this project's tools, and `first` before them.
    ///
    /// # Errors
    /// When a folder's name contains the path separator.
    pub fn path(&self, first: Option<&Path>) -> Result<OsString> {
        let own = [self.tools_bin(), self.wasm_opt().join("node_modules").join(".bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = first.map(Path::to_owned).into_iter().chain(own).chain(env::split_paths(&inherited));
        env::join_paths(folders).context("a tool's folder cannot stand in PATH")
    }

    /// The wasm-bindgen that `Cargo.lock` names. The command line tool must have this very version: the two share an
    /// unstable format.
    ///
    /// # Errors
    /// When cargo cannot resolve the workspace, or wasm-bindgen is not in it.
    pub fn wasm_bindgen_version(&self) -> Result<String> {
        let id = process::capture(process::cargo(self).args(["pkgid", "wasm-bindgen"]))?;
        let version = id.trim().rsplit(['@', '#']).next().unwrap_or_default();
        Ok(version.to_owned())
    }
}
