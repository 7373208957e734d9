//! The weights of the networks that lie beside the page: fetched with progress, checked by hash, kept in the browser's
//! cache.

use web_sys::AbortSignal;

use super::cache::{FileCache, Hashed};
use super::fetch::{FetchError, fetch_until, read_stream};
use lambdascope_core::catalogue::family::{Member, members};
use lambdascope_protocol::LoadStep;

/// The browser cache that holds these versions of the weights and nothing else.
const CACHE_NAME: &str = "lambdascope-weights";

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum ShippedError {
    /// They did not arrive.
    #[error("{title}’s weights could not be loaded: {cause}. Try again, or tell whoever runs this site.")]
    Fetch {
        /// The network.
        title: &'static str,
        /// What went wrong.
        cause: FetchError,
    },
    /// Something else arrived.
    #[error(
        "{title}’s weights arrived damaged: {found_bytes} bytes with SHA-256 {found}…, expected {expected_bytes} bytes \
         with {expected}…. Try again; if it happens twice, the server holds a different version."
    )]
    Hash {
        /// The network.
        title: &'static str,
        /// The first digits of the list's.
        expected: String,
        /// The first digits of what arrived.
        found: String,
        /// The list's.
        expected_bytes: u64,
        /// What arrived.
        found_bytes: u64,
    },
}

/// The names of the networks that the cache holds.
pub async fn kept() -> Vec<String> {
    let cache = FileCache::open(CACHE_NAME).await;
    let mut kept = Vec::new();
    for member in members() {
        if cache.length(&member.url()).await.is_some() {
            kept.push(member.name.clone());
        }
    }
    kept
}

/// The weights of a network, and whether they came from the server because the cache did not hold them whole.
///
/// # Errors
/// If they do not arrive, or not as the list says.
pub async fn load(
    member: &'static Member,
    stop: Option<&AbortSignal>,
    mut progress: impl FnMut(LoadStep, u64, u64),
) -> Result<(Hashed, bool), ShippedError> {
    let (title, url, length) = (member.title.as_str(), member.url(), member.bytes);
    let cache = FileCache::open(CACHE_NAME).await;
    if let Some(file) = cache.read(&url, |done, total| progress(LoadStep::Reading, done, total)).await
        && file.sha256 == member.sha256
    {
        return Ok((file, false));
    }
    progress(LoadStep::Downloading, 0, length);
    let fetched = async {
        let response = fetch_until(&url, stop).await?;
        let Some(body) = response.body() else { return Ok(Vec::new()) };
        read_stream(&body, length, length, |done| progress(LoadStep::Downloading, done, length)).await
    };
    let bytes = fetched.await.map_err(|cause| ShippedError::Fetch { title, cause })?;
    progress(LoadStep::Checking, length, length);
    let file = Hashed::new(bytes);
    if file.sha256 != member.sha256 {
        let short = |hash: &str| hash.chars().take(12).collect();
        return Err(ShippedError::Hash {
            title,
            expected: short(&member.sha256),
            found: short(&file.sha256),
            expected_bytes: length,
            found_bytes: file.bytes.len() as u64,
        });
    }
    // Other versions are of no use any more.
    cache.retain(|kept| members().iter().any(|member| kept.ends_with(&member.url()))).await;
    cache.keep(&url, &file).await;
    Ok((file, true))
}
