//! A public network in the list: what it is, how it stands, and what can be done about it.

use leptos::prelude::*;

use crate::page::networks::{Availability, availability, facts};
use crate::ui::engine::loads;
use crate::ui::shell::networks::hash::Hash;
use crate::ui::state::{Phase, State};
use crate::ui::widgets::focus::focus_row;
use lambdascope_core::catalogue::Source;
use lambdascope_core::text::bytes;
use lambdascope_protocol::NetworkOffer;

/// How a network stands, as the word that tests and styles go by.
pub fn word(availability: Availability) -> &'static str {
    match availability {
        Availability::Running => "running",
        Availability::Loading => "coming",
        Availability::Here => "here",
        Availability::Away => "away",
    }
}

/// A public network.
#[component]
pub fn PublicEntry(offer: NetworkOffer) -> impl IntoView {
    let state = State::here();
    let facts = facts(&offer);
    let NetworkOffer { name, title, hub, licence, on_device: here, .. } = offer;
    let size = bytes(offer.bytes);
    let place = if here { format!("On this device, {size}") } else { format!("{size} on Hugging Face") };
    let origin = format!("{place}: {hub}, {licence}.");
    let fetch = format!("Get it from Hugging Face ({size})");
    let source = Source::Known { name: name.clone() };
    let stands = {
        let source = source.clone();
        let networks = state.networks;
        Memo::new(move |_| {
            availability(&source, here, networks.running.read().as_ref(), networks.loading.read().as_ref())
        })
    };
    let hash = move || {
        let running = state.networks.running.get()?;
        (stands.get() == Availability::Running).then(|| view! { <Hash hash=running.card.sha256 /> })
    };
    let label = format!("network-{name}");
    let action = {
        let label = label.clone();
        move || {
            let text = match stands.get() {
                Availability::Running => return view! { <p class="network-state">"Running"</p> }.into_any(),
                Availability::Loading => return view! { <p class="network-state">"On its way"</p> }.into_any(),
                Availability::Here => "Run it".to_owned(),
                Availability::Away => fetch.clone(),
            };
            let source = source.clone();
            // Where the engine cannot start with its own network, another one may still run.
            let waits = move || matches!(*state.phase.read(), Phase::Starting | Phase::Loading { .. });
            view! {
                <button
                    type="button"
                    class="button"
                    data-testid="network-load"
                    aria-describedby=label.clone()
                    prop:disabled=waits
                    on:click=move |_| {
                        loads::load(state, source.clone(), None);
                        focus_row();
                    }
                >
                    {text}
                </button>
            }
            .into_any()
        }
    };
    let remove = here.then(|| {
        let name = name.clone();
        view! {
            <button
                type="button"
                class="button"
                data-testid="network-remove"
                aria-label=format!("Remove {title} from this device")
                on:click=move |_| loads::remove(state, name.clone())
            >
                "Remove"
            </button>
        }
    });
    view! {
        <li
            class="network"
            data-testid="network"
            data-network=name
            data-standing=move || word(stands.get())
            data-here=here.to_string()
        >
            <div class="network-words">
                <h3 id=label>{title}</h3>
                <p>{facts}</p>
                <p>{origin}</p>
                {hash}
            </div>
            <div class="network-actions">{action} {remove}</div>
        </li>
    }
}
