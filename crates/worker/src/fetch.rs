//! Fetching bytes, with progress and a way to stop.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, ReadableStream, ReadableStreamDefaultReader, ReadableStreamReadResult, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, Response,
};

use super::scope::scope;
use lambdascope_core::text::bytes as amount;

/// Why bytes did not arrive: a clause that fits after "… could not be loaded: ".
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error("the server could not be reached; check the connection")]
    Unreachable,
    /// An answer other than the file.
    #[error("the server answered {status} for {url}")]
    Status {
        /// HTTP status.
        status: u16,
        /// What was asked for.
        url: String,
    },
    /// The connection broke.
    #[error("the connection broke after {}", amount(*received))]
    Broken {
        /// Bytes that had arrived.
        received: u64,
    },
    /// More than there can be of it.
    #[error("more than {} arrived, which is more than the file holds", amount(*limit))]
    TooMuch {
        /// Bytes at which reading stopped.
        limit: u64,
    },
}

/// Asks this site for a URL relative to the worker.
///
/// # Errors
/// If there is no answer, or one that is not the file.
pub async fn fetch(url: &str) -> Result<Response, FetchError> {
    fetch_until(url, None).await
}

/// Asks this site for a URL relative to the worker, until `stop`.
///
/// # Errors
/// If there is no answer, or one that is not the file.
pub async fn fetch_until(url: &str, stop: Option<&AbortSignal>) -> Result<Response, FetchError> {
    ask(url, &RequestInit::new(), stop).await
}

/// Asks this site for a URL relative to the worker, after everything else that it is asked for.
///
/// # Errors
/// If there is no answer, or one that is not the file.
pub async fn fetch_idly(url: &str) -> Result<Response, FetchError> {
    let wishes = RequestInit::new();
    // A browser that knows no priorities passes over it.
    let _ = Reflect::set(&wishes, &"priority".into(), &"low".into());
    ask(url, &wishes, None).await
}

/// Asks another host for a public file, telling it nothing of the visitor that a request can leave out, until `stop`.
///
/// # Errors
/// If there is no answer, or one that is not the file.
pub async fn fetch_public(url: &str, stop: Option<&AbortSignal>) -> Result<Response, FetchError> {
    let wishes = RequestInit::new();
    wishes.set_credentials(RequestCredentials::Omit);
    wishes.set_referrer_policy(ReferrerPolicy::NoReferrer);
    // The page's own cache keeps the file once it is checked; a second copy would be in nobody's sight.
    wishes.set_cache(RequestCache::NoStore);
    ask(url, &wishes, stop).await
}

async fn ask(url: &str, wishes: &RequestInit, stop: Option<&AbortSignal>) -> Result<Response, FetchError> {
    wishes.set_signal(stop);
    let answer = JsFuture::from(scope().fetch_with_str_and_init(url, wishes)).await;
    let response: Response = answer.map_err(|_| FetchError::Unreachable)?.unchecked_into();
    if response.ok() { Ok(response) } else { Err(FetchError::Status { status: response.status(), url: url.into() }) }
}

/// The length that a response announces.
pub fn announced(response: &Response) -> Option<u64> {
    response.headers().get("content-length").ok().flatten()?.parse().ok()
}

/// Reads a response's body to the end; `progress` is told the bytes so far.
///
/// # Errors
/// If the connection breaks.
pub async fn read_body(response: &Response, progress: impl FnMut(u64)) -> Result<Vec<u8>, FetchError> {
    match response.body() {
        Some(body) => read_stream(&body, 0, u64::MAX, progress).await,
        None => Ok(Vec::new()),
    }
}

/// Reads a stream to the end, of about `expected` bytes (room is made for them) and at most `limit`; `progress` is told the
/// bytes so far.
///
/// # Errors
/// If it breaks or holds more.
pub async fn read_stream(
    stream: &ReadableStream,
    expected: u64,
    limit: u64,
    mut progress: impl FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    // Where there is no such room at once, it grows as it goes.
    let _ = bytes.try_reserve_exact(expected.min(limit) as usize);
    let broken = |bytes: &Vec<u8>| FetchError::Broken { received: bytes.len() as u64 };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let read = JsFuture::from(reader.read()).await.map_err(|_| broken(&bytes))?;
        let read: ReadableStreamReadResult = read.unchecked_into();
        if read.get_done() == Some(true) {
            return Ok(bytes);
        }
        // Streams of files and of responses are made of nothing else.
        let part: Uint8Array = read.get_value().dyn_into().map_err(|_| broken(&bytes))?;
        let start = bytes.len();
        let end = start + part.length() as usize;
        if end as u64 > limit {
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(FetchError::TooMuch { limit });
        }
        bytes.resize(end, 0);
        part.copy_to(&mut bytes[start..]);
        progress(end as u64);
    }
}
