//! The networks: which one runs, what else there is, and what is loading.

mod family;
mod hash;
mod public;

use leptos::prelude::*;

use crate::page::networks::{Running, find, title};
use crate::ui::engine::loads;
use crate::ui::shell::drop::FileButton;
use crate::ui::state::{Phase, State};
use crate::ui::widgets::focus::{BUTTON, focus_row};
use family::Family;
use hash::Hash;
use lambdascope_core::catalogue::Source;
use lambdascope_core::text::{bytes, count};
use public::PublicEntry;

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
                    "Public networks come from huggingface.co, which sees this browser’s request, and stay in this browser until you remove them. None of your data is sent."
                </p>
            </div>
        </section>
    }
}

/// What is in progress or went wrong, beside the button.
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
    let notes = move || {
        let notes = networks.notes.get();
        (!notes.is_empty()).then(|| {
            view! {
                <p class="news-problem" data-testid="network-notes">{notes}</p>
                <CloseButton text="Close" on_close=move || networks.notes.set(String::new()) />
            }
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
        <div class="news" role="status">{notes} {wanted}</div>
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
                        "A .safetensors file with timm’s or this project’s tensor names. Choose one, or drop it anywhere on the page; it stays on this device.".to_owned()
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

fn own_facts(Running { source, card, notes, .. }: &Running) -> String {
    let file = match source {
        Source::File { name } => name.as_str(),
        Source::Shipped { .. } | Source::Known { .. } => "",
    };
    let facts = format!(
        "{} from {file}: {} classes, {} learned values, {} multiply-adds per picture; {}.",
        card.title,
        card.classes,
        count(card.parameters),
        count(card.macs),
        bytes(card.weight_bytes),
    );
    [&[facts], &notes[..]].concat().join(" ")
}
