//! The shipped network's weights: fetched with progress, checked by hash, kept in the browser's cache.

use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

use super::fetch::{FetchError, fetch, read_body, scope};
use crate::nn::network::sha256;
use crate::protocol::LoadStep;

/// The shipped networks, written by the training project's export.
const MANIFEST: &str = include_str!("../../www/weights/manifest.json");

/// The browser cache that holds weights.
const CACHE: &str = "lambdascope-weights";

/// One shipped network.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// File name under `weights/`.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The page's own build is broken.
    #[error("the list of networks cannot be read: {0}")]
    Manifest(#[from] serde_json::Error),
    /// The list is empty.
    #[error("the list of networks is empty")]
    NoNetwork,
    /// They did not arrive.
    #[error("The network's weights could not be loaded: {0}.")]
    Fetch(#[from] FetchError),
    /// Something else arrived.
    #[error(
        "The network's weights arrived damaged: {found_bytes} bytes with SHA-256 {found}…, expected {expected_bytes} bytes \
         with {expected}…. Reload the page to fetch them again; if it happens twice, the server holds another version."
    )]
    Hash {
        /// The first digits of the manifest's.
        expected: String,
        /// The first digits of what arrived.
        found: String,
        /// The manifest's.
        expected_bytes: u64,
        /// What arrived.
        found_bytes: u64,
    },
}

/// The weights of the network the project ships, from the cache if they are there and whole, else from the server.
///
/// # Errors
/// If they do not arrive, or not as the manifest says.
pub async fn load(mut progress: impl FnMut(LoadStep, u64, u64)) -> Result<Vec<u8>, LoadError> {
    let entries: Vec<Entry> = serde_json::from_str(MANIFEST)?;
    let entry = entries.into_iter().next().ok_or(LoadError::NoNetwork)?;
    // The hash in the URL makes a new version a new cache entry.
    let url = format!("weights/{}?sha256={}", entry.file, entry.sha256);
    let cache = open_cache().await;
    if let Some(cache) = &cache
        && let Some(response) = cached(cache, &url).await
    {
        progress(LoadStep::ReadingCache, 0, entry.bytes);
        let read = read_body(&response, |done| progress(LoadStep::ReadingCache, done, entry.bytes)).await;
        if let Ok(bytes) = read
            && sha256(&bytes) == entry.sha256
        {
            return Ok(bytes);
        }
        // A damaged entry is as good as none.
        let _ = JsFuture::from(cache.delete_with_str(&url)).await;
    }
    progress(LoadStep::Downloading, 0, entry.bytes);
    let response = fetch(&url).await?;
    let bytes = read_body(&response, |done| progress(LoadStep::Downloading, done, entry.bytes)).await?;
    progress(LoadStep::Checking, entry.bytes, entry.bytes);
    let found = sha256(&bytes);
    if found != entry.sha256 {
        let short = |hash: &str| hash.chars().take(12).collect();
        return Err(LoadError::Hash {
            expected: short(&entry.sha256),
            found: short(&found),
            expected_bytes: entry.bytes,
            found_bytes: bytes.len() as u64,
        });
    }
    if let Some(cache) = cache {
        keep(&cache, &url, &bytes).await;
    }
    Ok(bytes)
}

/// The cache, where the browser has one (not in a private window of every browser).
async fn open_cache() -> Option<Cache> {
    let storage = scope().caches().ok()?;
    Some(JsFuture::from(storage.open(CACHE)).await.ok()?.unchecked_into())
}

async fn cached(cache: &Cache, url: &str) -> Option<Response> {
    JsFuture::from(cache.match_with_str(url)).await.ok()?.dyn_into().ok()
}

/// Stores the weights and drops other versions. A full disk is no reason to fail: the next visit downloads again.
async fn keep(cache: &Cache, url: &str, bytes: &[u8]) {
    if let Ok(keys) = JsFuture::from(cache.keys()).await {
        for request in js_sys::Array::from(&keys).iter() {
            let _ = JsFuture::from(cache.delete_with_request(request.unchecked_ref())).await;
        }
    }
    let body = js_sys::Uint8Array::from(bytes);
    if let Ok(response) = Response::new_with_opt_js_u8_array(Some(&body)) {
        let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
    }
}
