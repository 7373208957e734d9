//! The CPU's kernels as WebAssembly modules of their own (`crates/cpu-module`), beside the built page: a build for every
//! browser, and one for those that take relaxed SIMD and share memory. The engine's worker chooses.
//!
//! The second is linked for threads with a standard library that knows of none, on stable Rust: link-time optimisation compiles
//! that anew with atomics, and the module's helpers keep away from what would need more (`lambdascope_cpu::crew`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::project::{Project, WASM};
use crate::setup::wasm_target::WasmTarget;

/// The profile they are built with, in the root's Cargo.toml.
const PROFILE: &str = "cpu";

/// A build: its file beside the page, its features, and what the compiler is told.
struct Build {
    file: &'static str,
    features: &'static str,
    flags: &'static [&'static str],
}

const BUILDS: [Build; 2] = [
    Build { file: "cpu_plain.wasm", features: "", flags: &["-Ctarget-feature=+simd128"] },
    Build {
        file: "cpu_threads.wasm",
        features: "relaxed-simd,threads",
        flags: &[
            "-Ctarget-feature=+simd128,+relaxed-simd,+atomics,+bulk-memory,+mutable-globals",
            "-Clink-arg=--import-memory",
            "-Clink-arg=--shared-memory",
            // As crates/engine/src/cpu_module.rs makes it.
            "-Clink-arg=--initial-memory=2097152",
            "-Clink-arg=--max-memory=4294967296",
            "-Clink-arg=--export=__stack_pointer",
        ],
    },
];

/// Builds them into the folder of the built page.
///
/// # Errors
/// When a build fails or a file cannot be written.
pub fn build(project: &Project, target: &WasmTarget, dist: &Path) -> Result<()> {
    for Build { file, features, flags } in BUILDS {
        // A folder each, since what is compiled with other flags is compiled anew.
        let folder = target.folder(project).join(file.trim_end_matches(".wasm"));
        let mut cargo = target.cargo(project)?;
        cargo.args(["build", "--offline", "--package", "lambdascope-cpu-module", "--profile", PROFILE]);
        cargo.args(["--target", WASM, "--features", features, "--target-dir"]).arg(&folder);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        process::run(&mut cargo)?;
        let built = folder.join(WASM).join(PROFILE).join("cpu_module.wasm");
        fs::copy(&built, dist.join(file)).with_context(|| format!("cannot copy {}", built.display()))?;
    }
    Ok(())
}
