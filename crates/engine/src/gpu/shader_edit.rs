//! A shader that was edited, checked wherever the check is: here, or in a WebAssembly module of its own.

use std::collections::BTreeMap;

use lambdascope_core::kernels::Shader;
use lambdascope_core::shader_edit::Fault;
#[cfg(any(not(target_family = "wasm"), feature = "whole"))]
use lambdascope_shader_check::{self as shader_check, Original};

#[cfg(target_family = "wasm")]
use crate::shader_module;

/// Reads an edited source that shall stand in for a shader: it must be valid, have the entry point `main` and the same
/// arrays at the same bindings. What comes back is what runs: the edit with its constants filled in and every loop bounded.
///
/// # Errors
/// What is wrong, and where.
pub fn check(original: &Shader, source: &str) -> Result<Shader, Fault> {
    let source = checked(original, source)?;
    Ok(Shader { source: source.into(), overrides: Vec::new(), ..original.clone() })
}

fn checked(original: &Shader, source: &str) -> Result<String, Fault> {
    #[cfg(target_family = "wasm")]
    if let Some(checked) = shader_module::check(original, source) {
        return checked;
    }
    #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
    return shader_check::check(&Original { source: &original.source, overrides: &original.overrides }, source);
    #[cfg(not(any(not(target_family = "wasm"), feature = "whole")))]
    Err(Fault::of("the check of shaders is not there"))
}

/// The names of a shader's arrays by their binding; the uniform parameters are binding 0.
pub fn variables(shader: &Shader) -> BTreeMap<u32, String> {
    #[cfg(target_family = "wasm")]
    if let Some(variables) = shader_module::variables(&shader.source) {
        return variables;
    }
    #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
    return shader_check::variables(&shader.source);
    #[cfg(not(any(not(target_family = "wasm"), feature = "whole")))]
    BTreeMap::new()
}
