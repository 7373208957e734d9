//! The check of edited shaders in a WebAssembly module of its own: `crates/shader-check-module`.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::guest::{Guest, said};
use lambdascope_core::kernels::Shader;
use lambdascope_core::shader_edit::Fault;

#[wasm_bindgen]
unsafe extern "C" {
    /// What the module exports; each function throws where the module traps.
    type Exports;
    #[wasm_bindgen(method, catch)]
    fn check(this: &Exports, at: u32, bytes: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn variables(this: &Exports, at: u32, bytes: u32) -> Result<u32, JsValue>;
}

thread_local! {
    static INSTALLED: OnceCell<Guest> = const { OnceCell::new() };
}

/// Whether there is one.
pub fn is_installed() -> bool {
    INSTALLED.with(|module| module.get().is_some())
}

/// Compiles the module; shaders are checked there from now on.
///
/// # Errors
/// What the browser says against it, as a clause.
pub fn install(bytes: &[u8]) -> Result<(), String> {
    let guest = Guest::new(bytes, None).map_err(|thrown| said(&thrown))?;
    // A second one is dropped.
    let _ = INSTALLED.with(|module| module.set(guest));
    Ok(())
}

/// As `lambdascope_shader_check::check`; none where there is no module.
pub(crate) fn check(original: &Shader, source: &str) -> Option<Result<String, Fault>> {
    let arguments = postcard::to_allocvec(&(&*original.source, &original.overrides, source)).ok()?;
    let call = |exports: &Exports, at, bytes| exports.check(at, bytes);
    answer(&arguments, call).map(|answer| answer.unwrap_or_else(|cause| Err(failed(&cause))))
}

/// As `lambdascope_shader_check::variables`; none where there is no module.
pub(crate) fn variables(source: &str) -> Option<BTreeMap<u32, String>> {
    let call = |exports: &Exports, at, bytes| exports.variables(at, bytes);
    answer(source.as_bytes(), call).map(Result::unwrap_or_default)
}

fn answer<T: DeserializeOwned>(
    arguments: &[u8],
    call: impl FnOnce(&Exports, u32, u32) -> Result<u32, JsValue>,
) -> Option<Result<T, String>> {
    INSTALLED.with(|guest| {
        let guest = guest.get()?;
        let at = guest.lend(arguments, |at, bytes| call(guest.exports(), at, bytes));
        let answer = at.and_then(|at| guest.take(at));
        Some(answer.and_then(|answer| postcard::from_bytes(&answer).map_err(|error| error.to_string())))
    })
}

fn failed(cause: &str) -> Fault {
    Fault::of(&format!("the check of shaders failed: {cause}"))
}
