//! The hash of a network's file.

use leptos::prelude::*;

/// The SHA-256 of the file that runs, for those who compare.
#[component]
pub fn Hash(hash: String) -> impl IntoView {
    view! { <p class="network-hash" data-testid="network-hash">"SHA-256 " <code>{hash}</code></p> }
}
