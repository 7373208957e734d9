//! The browser's cache: files under their URLs, each with its SHA-256.
//!
//! Where a browser keeps none (on insecure pages, in private windows of some), nothing is found and nothing is kept.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Headers, Response, ResponseInit};

use super::fetch::read_body;
use super::scope::scope;
use lambdascope_core::nn::network::sha256;

/// Headers of an entry, ours; `www/sw.js` writes them too.
const HASH: &str = "x-sha256";
const LENGTH: &str = "x-length";

/// A file with its hash.
pub struct Hashed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

impl Hashed {
    /// Hashes a file.
    pub fn new(bytes: Vec<u8>) -> Self {
        let sha256 = sha256(&bytes);
        Self { bytes, sha256 }
    }
}

/// One named cache.
pub struct FileCache(Option<Cache>);

impl FileCache {
    /// Opens the cache of this name.
    pub async fn open(name: &str) -> Self {
        let cache = async {
            // Where the page is not secure there is no such property, and the binding would call into nothing.
            Reflect::has(&scope(), &"caches".into()).ok().filter(|has| *has)?;
            let storage = scope().caches().ok()?;
            JsFuture::from(storage.open(name)).await.ok()?.dyn_into().ok()
        };
        Self(cache.await)
    }

    /// Bytes of the entry, if there is one.
    pub async fn length(&self, url: &str) -> Option<u64> {
        header(&self.find(url).await?, LENGTH)?.parse().ok()
    }

    /// The entry and its SHA-256, if it is there and whole; a damaged one is dropped. `progress` is told the bytes so far
    /// and in all.
    pub async fn read(&self, url: &str, mut progress: impl FnMut(u64, u64)) -> Option<Hashed> {
        let response = self.find(url).await?;
        let length = header(&response, LENGTH).and_then(|length| length.parse().ok()).unwrap_or(0);
        progress(0, length);
        let bytes = read_body(&response, |done| progress(done, length)).await;
        if let Ok(bytes) = bytes {
            let file = Hashed::new(bytes);
            if header(&response, HASH).as_ref() == Some(&file.sha256) {
                return Some(file);
            }
        }
        self.remove(url).await;
        None
    }

    /// Keeps a file. Whether it could: a full disk is no reason to fail.
    pub async fn keep(&self, url: &str, file: &Hashed) -> bool {
        let kept = async {
            let cache = self.0.as_ref()?;
            let headers = Headers::new().ok()?;
            headers.set(HASH, &file.sha256).ok()?;
            headers.set(LENGTH, &file.bytes.len().to_string()).ok()?;
            let init = ResponseInit::new();
            init.set_headers_headers(&headers);
            let body = Uint8Array::from(file.bytes.as_slice());
            let response = Response::new_with_opt_js_u8_array_and_init(Some(&body), &init).ok()?;
            JsFuture::from(cache.put_with_str(url, &response)).await.ok()
        };
        kept.await.is_some()
    }

    /// Drops an entry.
    pub async fn remove(&self, url: &str) {
        if let Some(cache) = &self.0 {
            let _ = JsFuture::from(cache.delete_with_str(url)).await;
        }
    }

    async fn find(&self, url: &str) -> Option<Response> {
        JsFuture::from(self.0.as_ref()?.match_with_str(url)).await.ok()?.dyn_into().ok()
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}
