//! The shipped network's weights: fetched with progress, checked by hash, kept in the browser's cache.

use serde::Deserialize;

use super::cache::{Hashed, Shelf};
use super::fetch::{FetchError, fetch, read_body};
use crate::protocol::{LoadStep, ShippedOffer};

/// The shipped networks, written by the training project's export.
const MANIFEST: &str = include_str!("../../www/weights/manifest.json");

/// The browser cache that holds this version of the weights and nothing else.
const SHELF: &str = "lambdascope-weights";

/// One shipped network.
#[derive(Clone, Debug, Deserialize)]
struct Entry {
    /// Its name for people.
    title: String,
    /// File name under `weights/`.
    file: String,
    /// Its length.
    bytes: u64,
    /// Its SHA-256, lower-case hexadecimal.
    sha256: String,
    /// Learned values.
    parameters: u64,
    /// Measured by the training project.
    top1: f64,
}

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum ShippedError {
    /// The page's own build is broken.
    #[error("the list of networks cannot be read: {0}")]
    Manifest(#[from] serde_json::Error),
    /// The list is empty.
    #[error("the list of networks is empty")]
    NoNetwork,
    /// They did not arrive.
    #[error("The network's weights could not be loaded: {0}. Load the page again, or tell whoever runs this site.")]
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

fn entry() -> Result<Entry, ShippedError> {
    let entries: Vec<Entry> = serde_json::from_str(MANIFEST)?;
    entries.into_iter().next().ok_or(ShippedError::NoNetwork)
}

/// The network the project ships, as it is offered; a broken list is said by [`load`].
pub fn offer() -> Option<ShippedOffer> {
    let Entry { title, bytes, parameters, top1, .. } = entry().ok()?;
    Some(ShippedOffer { title, bytes, parameters, top1 })
}

/// The weights of the network the project ships, from the cache if they are there and whole, else from the server.
///
/// # Errors
/// If they do not arrive, or not as the manifest says.
pub async fn load(mut progress: impl FnMut(LoadStep, u64, u64)) -> Result<Hashed, ShippedError> {
    let entry = entry()?;
    // The hash in the URL makes a new version a new cache entry.
    let url = format!("weights/{}?sha256={}", entry.file, entry.sha256);
    let shelf = Shelf::open(SHELF).await;
    if let Some(file) = shelf.read(&url, |done, total| progress(LoadStep::Reading, done, total)).await
        && file.sha256 == entry.sha256
    {
        return Ok(file);
    }
    progress(LoadStep::Downloading, 0, entry.bytes);
    let response = fetch(&url).await?;
    let bytes = read_body(&response, |done| progress(LoadStep::Downloading, done, entry.bytes)).await?;
    progress(LoadStep::Checking, entry.bytes, entry.bytes);
    let file = Hashed::new(bytes);
    if file.sha256 != entry.sha256 {
        let short = |hash: &str| hash.chars().take(12).collect();
        return Err(ShippedError::Hash {
            expected: short(&entry.sha256),
            found: short(&file.sha256),
            expected_bytes: entry.bytes,
            found_bytes: file.bytes.len() as u64,
        });
    }
    // Other versions are of no use any more.
    shelf.clear().await;
    shelf.keep(&url, &file).await;
    Ok(file)
}
