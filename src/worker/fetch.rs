//! Fetching bytes from the page's own server, with progress.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, Response};

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Why bytes did not arrive: a clause that fits after "… could not be loaded: ".
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error("the server could not be reached; check the connection and reload the page")]
    Unreachable,
    /// An answer other than the file.
    #[error("the server answered {status} for {url}; reload the page, or tell whoever runs this site")]
    Status {
        /// HTTP status.
        status: u16,
        /// What was asked for.
        url: String,
    },
    /// The connection broke.
    #[error("the connection broke after {received} bytes; reload the page to try again")]
    Broken {
        /// Bytes that had arrived.
        received: u64,
    },
}

/// Asks for a URL relative to the worker.
///
/// # Errors
/// If there is no answer, or one that is not the file.
pub async fn fetch(url: &str) -> Result<Response, FetchError> {
    let answer = JsFuture::from(scope().fetch_with_str(url)).await;
    let response: Response = answer.map_err(|_| FetchError::Unreachable)?.unchecked_into();
    if response.ok() { Ok(response) } else { Err(FetchError::Status { status: response.status(), url: url.into() }) }
}

/// Reads a response's body to the end; `progress` is told the bytes so far.
///
/// # Errors
/// If the connection breaks.
pub async fn read_body(response: &Response, mut progress: impl FnMut(u64)) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let Some(body) = response.body() else { return Ok(bytes) };
    let broken = |bytes: &Vec<u8>| FetchError::Broken { received: bytes.len() as u64 };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|_| broken(&bytes))?;
        let field = |name: &str| Reflect::get(&chunk, &JsValue::from_str(name));
        if field("done").map_err(|_| broken(&bytes))?.is_truthy() {
            return Ok(bytes);
        }
        let part = Uint8Array::new(&field("value").map_err(|_| broken(&bytes))?);
        bytes.extend(part.to_vec());
        progress(bytes.len() as u64);
    }
}
