//! The weights of the networks that lie beside the page: fetched with progress, checked by hash, kept in the browser's
//! cache.
//!
//! That is the store of all of the page's files, each under its path and hash: the service worker (`www/sw.js`) keeps the
//! rest of the page there, and drops what a new version no longer has.

use web_sys::{AbortSignal, Response, Url};

use super::cache::{FileCache, Hashed};
use super::fetch::{FetchError, fetch_idly, fetch_until, read_stream};
use super::scope::scope;
use lambdascope_core::catalogue::family::{Member, members};
use lambdascope_protocol::LoadStep;

/// The store of the page's own files. Pages in several folders of one host share its storage, so each names its own.
async fn store() -> FileCache {
    let folder = Url::new_with_base("./", &scope().location().href()).map(|folder| folder.pathname());
    FileCache::open(&format!("lambdascope-site {}", folder.unwrap_or_default())).await
}

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
    let cache = store().await;
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
    let (url, length) = (member.url(), member.bytes);
    let cache = store().await;
    if let Some(file) = cache.read(&url, |done, total| progress(LoadStep::Reading, done, total)).await
        && file.sha256 == member.sha256
    {
        return Ok((file, false));
    }
    progress(LoadStep::Downloading, 0, length);
    let file = check(member, fetch_until(&url, stop).await, &mut progress).await?;
    cache.keep(&url, &file).await;
    Ok((file, true))
}

/// Fetches the networks that the cache does not hold, one after the other and after everything else that is under way;
/// `kept` is called after each. What does not come now comes when it is chosen, with the reason if it fails then.
pub async fn keep_all(mut kept: impl AsyncFnMut()) {
    let cache = store().await;
    for member in members() {
        let url = member.url();
        if cache.length(&url).await.is_some() {
            continue;
        }
        let Ok(file) = check(member, fetch_idly(&url).await, &mut |_, _, _| {}).await else { return };
        if !cache.keep(&url, &file).await {
            return;
        }
        kept().await;
    }
}

/// Reads what was answered, and holds it against the list.
async fn check(
    member: &'static Member,
    answer: Result<Response, FetchError>,
    progress: &mut impl FnMut(LoadStep, u64, u64),
) -> Result<Hashed, ShippedError> {
    let (title, length) = (member.title.as_str(), member.bytes);
    let fetched = async {
        let Some(body) = answer?.body() else { return Ok(Vec::new()) };
        read_stream(&body, length, length, |done| progress(LoadStep::Downloading, done, length)).await
    };
    let bytes = fetched.await.map_err(|cause| ShippedError::Fetch { title, cause })?;
    progress(LoadStep::Checking, length, length);
    let file = Hashed::new(bytes);
    if file.sha256 == member.sha256 {
        return Ok(file);
    }
    let short = |hash: &str| hash.chars().take(12).collect();
    Err(ShippedError::Hash {
        title,
        expected: short(&member.sha256),
        found: short(&file.sha256),
        expected_bytes: length,
        found_bytes: file.bytes.len() as u64,
    })
}
