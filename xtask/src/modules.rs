//! WebAssembly modules without JavaScript beside the built page, which the engine's worker gets by itself: the CPU's kernels
//! (`crates/cpu-module`) in a build for every browser and in one for those that take relaxed SIMD and share memory, and the
//! check of edited shaders (`crates/shader-check-module`).
//!
//! The build for threads is linked with a standard library that knows of none, on stable Rust: link-time optimisation compiles
//! that anew with atomics, and the module's helpers keep away from what would need more (`lambdascope_cpu::crew`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::project::{Project, WASM};
use crate::setup::wasm_target::WasmTarget;

/// A build: its file beside the page, the package, its library, a profile of the root's Cargo.toml, features, and what the compiler
/// is told.
struct Build {
    file: &'static str,
    package: &'static str,
    library: &'static str,
    profile: &'static str,
    features: &'static str,
    flags: &'static [&'static str],
}

const BUILDS: [Build; 3] = [
    Build {
        file: "shader_check.wasm",
        package: "lambdascope-shader-check-module",
        library: "shader_check_module.wasm",
        profile: "small",
        features: "",
        flags: &[],
    },
    Build {
        file: "cpu_plain.wasm",
        package: "lambdascope-cpu-module",
        library: "cpu_module.wasm",
        profile: "fast",
        features: "",
        flags: &["-Ctarget-feature=+simd128"],
    },
    Build {
        file: "cpu_threads.wasm",
        package: "lambdascope-cpu-module",
        library: "cpu_module.wasm",
        profile: "fast",
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
    for Build { file, package, library, profile, features, flags } in BUILDS {
        // A folder each, since what is compiled with other flags is compiled anew.
        let folder = target.folder(project).join(file.trim_end_matches(".wasm"));
        let mut cargo = target.cargo(project)?;
        cargo.args(["build", "--offline", "--package", package, "--profile", profile]);
        cargo.args(["--target", WASM, "--features", features, "--target-dir"]).arg(&folder);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        process::run(&mut cargo)?;
        let built = folder.join(WASM).join(profile).join(library);
        fs::copy(&built, dist.join(file)).with_context(|| format!("cannot copy {}", built.display()))?;
    }
    Ok(())
}
