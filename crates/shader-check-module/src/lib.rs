//! The check of edited shaders as a WebAssembly module of its own, which the engine's worker gets when somebody looks at a shader
//! (`lambdascope_engine::shader_module`): it is a fifth of what the engine would be with it. What a check is stands in
//! `lambdascope_shader_check`.
//!
//! Arguments and answers are postcard. Addresses given to it are those that it has handed out; it trusts its host.

#![cfg(target_family = "wasm")]

use lambdascope_shader_check::{self as shader_check, Original};

pub use lambdascope_module_memory::{allocate, release};

/// Checks an edit, the last of `(original, overrides, edit)`: the answer is what runs, or what is wrong with it.
///
/// # Safety
/// So many bytes lie there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn check(at: *const u8, bytes: usize) -> *mut u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts(at, bytes) };
    let Ok((source, overrides, edit)) = postcard::from_bytes::<(&str, Vec<(&str, u32)>, &str)>(bytes) else {
        return std::ptr::null_mut();
    };
    let checked = shader_check::check(&Original { source, overrides: &overrides }, edit);
    lambdascope_module_memory::handed_out(postcard::to_allocvec(&checked).ok())
}

/// The names of the arrays of a source, by their binding.
///
/// # Safety
/// So many bytes lie there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn variables(at: *const u8, bytes: usize) -> *mut u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts(at, bytes) };
    let Ok(source) = std::str::from_utf8(bytes) else { return std::ptr::null_mut() };
    lambdascope_module_memory::handed_out(postcard::to_allocvec(&shader_check::variables(source)).ok())
}
