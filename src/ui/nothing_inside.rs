//! What stands in the views' place where the network has no layer to look into.

use leptos::prelude::*;

use super::loads;
use super::map::CropCanvas;
use super::networks::focus_row;
use super::state::State;
use crate::page::family::first_with_lambdas;

/// The picture as the network sees it, and the way to a network that has such layers; the line above says why.
#[component]
pub fn NothingInside() -> impl IntoView {
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
