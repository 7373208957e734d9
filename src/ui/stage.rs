//! The stage, cause to effect from left to right: the query in the picture, then content + position = total.

use leptos::prelude::*;

use super::legend::{Legend, Readout};
use super::loads;
use super::map::{CropCanvas, MapPanel};
use super::networks::focus_row;
use super::query_grid::{Nudges, QueryGrid};
use super::state::State;
use super::status::Status;
use crate::explain::reading::MapKind;
use crate::page::family::first_with_lambdas;

/// The stage with its legend.
#[component]
pub fn Stage() -> impl IntoView {
    let state = State::here();
    view! {
        <section
            id="stage"
            class="stage"
            aria-labelledby="stage-title"
            aria-busy=move || if state.busy.get() { "true" } else { "false" }
        >
            <h2 id="stage-title">"Where one query takes from"</h2>
            <Status />
            <Show when=move || state.nothing_inside.read().is_none() fallback=NothingInside>
                <div class="panels">
                    <QueryGrid />
                    <span class="glyph glyph-to" aria-hidden="true">"→"</span>
                    <MapPanel kind=MapKind::Content />
                    <span class="glyph glyph-plus" aria-hidden="true">"+"</span>
                    <MapPanel kind=MapKind::Position />
                    <span class="glyph glyph-equals" aria-hidden="true">"="</span>
                    <MapPanel kind=MapKind::Total />
                    <Nudges />
                    <Readout />
                </div>
                <Legend />
            </Show>
        </section>
    }
}

/// What stands in the place of the panels where the network has no layer to look into, which the line above says: the
/// picture as it sees it, and the way to a network that has.
#[component]
fn NothingInside() -> impl IntoView {
    let state = State::here();
    let side = move || state.networks.running.read().as_ref().map_or(0, |running| running.card.side);
    let other = first_with_lambdas().map(|member| {
        let run = move |_| {
            loads::load(state, member.source(), None);
            focus_row();
        };
        view! {
            <button type="button" class="button" data-testid="nothing-inside-other" on:click=run>
                {format!("Run {}", member.title)}
            </button>
        }
    });
    view! {
        <div class="nothing-inside" data-testid="nothing-inside">
            <figure class="panel">
                <figcaption><span class="panel-title">"picture"</span></figcaption>
                <div class="map picture-alone"><CropCanvas /></div>
                <p class="panel-foot">{move || format!("as the network sees it, {0}×{0} pixels", side())}</p>
            </figure>
            {other}
        </div>
    }
}
