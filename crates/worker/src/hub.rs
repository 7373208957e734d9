//! The public networks: which there are, which of them this browser's cache holds, and getting one from its hub.
//!
//! A file is kept only once the network that it should be has been built from it; see [`keep`].

use web_sys::AbortSignal;

use super::cache::{FileCache, Hashed};
use super::fetch::{FetchError, announced, fetch_public, read_stream};
use lambdascope_core::nn::known::{KNOWN, KnownNetwork};
use lambdascope_core::text::bytes as amount;
use lambdascope_protocol::{LoadStep, NetworkOffer};

/// The browser cache that holds them, each under its own URL.
const CACHE_NAME: &str = "lambdascope-hub";

/// Why a network did not come.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// It did not arrive.
    #[error("{title} could not be fetched from Hugging Face: {cause}.")]
    Fetch {
        /// The network.
        title: &'static str,
        /// What went wrong.
        cause: FetchError,
    },
    /// Less arrived than was announced.
    #[error(
        "{title} could not be fetched from Hugging Face: the connection ended after {} of {}.",
        amount(*received),
        amount(*announced)
    )]
    Short {
        /// The network.
        title: &'static str,
        /// Bytes that arrived.
        received: u64,
        /// Bytes that were announced.
        announced: u64,
    },
}

/// The networks and whether they are on this device.
pub async fn offers() -> Vec<NetworkOffer> {
    let cache = FileCache::open(CACHE_NAME).await;
    let mut offers = Vec::with_capacity(KNOWN.len());
    for known in KNOWN {
        let kept = cache.length(&known.url()).await;
        offers.push(NetworkOffer {
            name: known.name.into(),
            title: known.title.into(),
            hub: known.hub.into(),
            bytes: kept.unwrap_or(known.bytes),
            top1: known.top1,
            parameters: known.parameters,
            macs: known.macs,
            licence: known.licence.into(),
            on_device: kept.is_some(),
        });
    }
    offers
}

/// The weights from this browser's cache, if it holds them.
pub async fn kept(known: &KnownNetwork, mut progress: impl FnMut(LoadStep, u64, u64)) -> Option<Hashed> {
    let cache = FileCache::open(CACHE_NAME).await;
    cache.read(&known.url(), |done, total| progress(LoadStep::Reading, done, total)).await
}

/// The weights from the hub.
///
/// # Errors
/// If they do not arrive, or not as long as announced.
pub async fn fetch(
    known: &KnownNetwork,
    stop: Option<&AbortSignal>,
    mut progress: impl FnMut(LoadStep, u64, u64),
) -> Result<Vec<u8>, HubError> {
    let title = known.title;
    progress(LoadStep::Downloading, 0, known.bytes);
    let fetched = async {
        let response = fetch_public(&known.url(), stop).await?;
        let announced = announced(&response);
        let total = announced.unwrap_or(known.bytes);
        // The table's length is about right; a server that sends without an end is stopped here.
        let limit = known.bytes + known.bytes / 8;
        let Some(body) = response.body() else { return Ok((Vec::new(), announced)) };
        let bytes =
            read_stream(&body, total, limit, |done| progress(LoadStep::Downloading, done, total.max(done))).await?;
        Ok((bytes, announced))
    };
    let (bytes, announced) = fetched.await.map_err(|cause| HubError::Fetch { title, cause })?;
    let received = bytes.len() as u64;
    match announced {
        Some(announced) if received < announced => Err(HubError::Short { title, received, announced }),
        _ => Ok(bytes),
    }
}

/// Keeps the weights for the next visit; whether the browser could.
pub async fn keep(known: &KnownNetwork, file: &Hashed) -> bool {
    FileCache::open(CACHE_NAME).await.keep(&known.url(), file).await
}

/// Drops a network from this browser's cache.
pub async fn remove(known: &KnownNetwork) {
    FileCache::open(CACHE_NAME).await.remove(&known.url()).await;
}
