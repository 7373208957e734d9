//! The networks: which one runs, what else there is, and what is under way about it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::drop::FileButton;
use super::family::Family;
use super::loads;
use super::network_entry::PublicEntry;
use super::state::{Phase, State};
use crate::page::networks::{Running, find, title};
use lambdascope_core::catalogue::Source;
use lambdascope_core::text::{bytes, count};

/// The id of the row's button.
const BUTTON: &str = "networks-button";

/// The row above the strip, and the list that it unfolds.
#[component]
pub fn Networks() -> impl IntoView {
    let state = State::here();
    let open = state.networks.open;
    // What this site's networks do is no reason to draw the others anew.
    let public = Memo::new(move |_| state.networks.offers.read().as_ref().map(|offers| offers.public.clone()));
    let name = move || state.networks.running.read().as_ref().map(|running| running.card.title.clone());
    view! {
        <section class="networks" aria-label="Networks">
            <div class="networks-row">
                <button
                    type="button"
                    class="button networks-button"
                    id=BUTTON
                    data-testid="networks-button"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls="network-list"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <span class="networks-word">"Network"</span>
                    <strong data-testid="network-title">{move || name().unwrap_or_else(|| "…".to_owned())}</strong>
                    <span class="networks-sign" aria-hidden="true">{move || if open.get() { "▴" } else { "▾" }}</span>
                </button>
                <News />
            </div>
            <div id="network-list" class="network-list" data-testid="network-list" hidden=move || !open.get()>
                <Family />
                <h2 class="list-title">"Others"</h2>
                <ul>
                    {move || {
                        let public = public.get()?;
                        Some(public.into_iter().map(|offer| view! { <PublicEntry offer /> }).collect_view())
                    }}
                    <OwnEntry />
                </ul>
                <p class="quiet">
                    "Public networks come from huggingface.co, which then sees that this browser asks for them, and stay in this browser until they are removed. Nothing of yours is sent."
                </p>
            </div>
        </section>
    }
}

/// What is under way or went wrong, beside the button.
#[component]
fn News() -> impl IntoView {
    let state = State::here();
    let networks = state.networks;
    let named = move |source: &Source| title(source, networks.offers.read().as_ref());
    // The bar stays the same element while it grows.
    let loading = Memo::new(move |_| networks.loading.read().as_ref().map(|loading| loading.source.clone()));
    let text = move || networks.loading.read().as_ref().map(|loading| loading.text(&named(&loading.source)));
    let share =
        move || networks.loading.read().as_ref().and_then(|loading| loading.share()).map(|share| share.to_string());
    let progress = move || {
        loading.get().map(|_| {
            view! {
                <div class="news-progress" data-testid="network-progress">
                    <p id="network-progress-text">{text}</p>
                    <progress max="1" value=share aria-labelledby="network-progress-text"></progress>
                </div>
                <button
                    type="button"
                    class="button"
                    data-testid="network-cancel"
                    on:click=move |_| {
                        loads::cancel(state);
                        focus_row();
                    }
                >
                    "Cancel"
                </button>
            }
        })
    };
    let failure = move || {
        let failure = networks.failure.get()?;
        let retry = failure.can_retry().then(|| {
            let source = failure.source.clone();
            view! {
                <button
                    type="button"
                    class="button"
                    data-testid="network-retry"
                    on:click=move |_| {
                        loads::load(state, source.clone(), None);
                        focus_row();
                    }
                >
                    "Try again"
                </button>
            }
        });
        Some(view! {
            <p class="news-problem" data-testid="network-problem">{failure.message.clone()}</p>
            {retry}
            <CloseButton text="Close" on_close=move || networks.failure.set(None) />
        })
    };
    let wanted = move || {
        let name = networks.wanted.get()?;
        if loading.read().is_some() || networks.failure.read().is_some() || *state.phase.read() != Phase::Ready {
            return None;
        }
        let close = view! { <CloseButton text="Not now" on_close=move || networks.wanted.set(None) /> };
        let offers = networks.offers.get()?;
        let Some(offer) = find(&offers, &name) else {
            let sentence = format!("This link names a network that the page does not know: {name}.");
            return Some(
                view! { <p class="news-problem" data-testid="network-wanted">{sentence}</p> {close} }.into_any(),
            );
        };
        let sentence = format!("This link is to {}, which is not on this device yet.", offer.title);
        Some(
            view! {
                <p class="news-problem" data-testid="network-wanted">{sentence}</p>
                <button
                    type="button"
                    class="button button-strong"
                    on:click=move |_| {
                        loads::load(state, Source::Known { name: name.clone() }, None);
                        focus_row();
                    }
                >
                    {format!("Get it from Hugging Face ({})", bytes(offer.bytes))}
                </button>
                {close}
            }
            .into_any(),
        )
    };
    view! {
        <div class="news">{progress}</div>
        <div class="news" role="alert">{failure}</div>
        <div class="news" role="status">{wanted}</div>
    }
}

#[component]
fn CloseButton(text: &'static str, on_close: impl Fn() + 'static) -> impl IntoView {
    let close = move |_| {
        on_close();
        focus_row();
    };
    view! { <button type="button" class="button" on:click=close>{text}</button> }
}

/// Puts the focus on the row's button, since the one that was pressed goes; it also brings the news into sight.
pub fn focus_row() {
    let button = document().get_element_by_id(BUTTON).and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(button) = button {
        // A browser that refuses leaves the focus where it was.
        let _ = button.focus();
    }
}

/// The visitor's own file, as the last entry of the list.
#[component]
fn OwnEntry() -> impl IntoView {
    let state = State::here();
    let own = move || {
        let running = state.networks.running.get()?;
        matches!(running.source, Source::File { .. }).then_some(running)
    };
    let facts = move || own().map(|running| own_facts(&running));
    view! {
        <li class="network" data-testid="network-own" data-standing=move || own().map(|_| "running")>
            <div class="network-words">
                <h3>"A network of your own"</h3>
                <p>
                    {move || facts().unwrap_or_else(|| {
                        "A .safetensors file: timm’s or this project’s names. Choose one, or drop it anywhere on the page; it stays on this device.".to_owned()
                    })}
                </p>
                {move || own().map(|running| view! { <Hash hash=running.card.sha256 /> })}
            </div>
            <div class="network-actions">
                <FileButton text="Choose a file" accept=".safetensors" test_id="network-file" />
            </div>
        </li>
    }
}

fn own_facts(Running { source, card, .. }: &Running) -> String {
    let file = match source {
        Source::File { name } => name.as_str(),
        Source::Shipped { .. } | Source::Known { .. } => "",
    };
    format!(
        "{} from {file}: {} classes, {} learned values, {} multiply-adds a picture; {}.",
        card.title,
        card.classes,
        count(card.parameters),
        count(card.macs),
        bytes(card.weight_bytes),
    )
}

/// The SHA-256 of the file that runs, for those who compare.
#[component]
pub fn Hash(hash: String) -> impl IntoView {
    view! { <p class="network-hash" data-testid="network-hash">"SHA-256 " <code>{hash}</code></p> }
}
