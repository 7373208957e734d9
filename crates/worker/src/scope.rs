//! The worker's global scope and the messages that cross it.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use lambdascope_protocol::{Request, Response, decode, encode};

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// A message of the page: the request's bytes, and the browser's own object that travels beside it, if one does.
///
/// # Errors
/// If the bytes are no request.
pub fn read(event: &MessageEvent) -> Result<(Request, JsValue), postcard::Error> {
    let parts = Array::from(&event.data());
    let bytes = Uint8Array::new(&parts.get(0)).to_vec();
    Ok((decode(&bytes)?, parts.get(1)))
}

/// Posts a message, its buffer transferred.
pub fn post(response: &Response) {
    let bytes = match encode(response) {
        Ok(bytes) => bytes,
        Err(error) => return web_sys::console::error_1(&format!("a message could not be encoded: {error}").into()),
    };
    let buffer: ArrayBuffer = Uint8Array::from(bytes.as_slice()).buffer();
    if let Err(error) = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)) {
        web_sys::console::error_2(&"a message could not be posted".into(), &error);
    }
}
