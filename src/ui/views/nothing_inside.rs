//! What stands in the views' place where the network has no layer to look into.

use leptos::prelude::*;

use crate::ui::engine::loads;
use crate::ui::state::State;
use crate::ui::widgets::focus::focus_row;
use crate::ui::widgets::overlay::CropCanvas;
use lambdascope_core::catalogue::family::first_with_lambdas;

/// The picture as the network sees it, and the way to a network that has such layers; the line above says why.
#[component]
pub fn NothingInside() -> impl IntoView {
    let state = State::here();
    let side = move || state.networks.running.read().as_ref().map_or(0, |running| running.card.side);
    view! {
        <div class="nothing-inside" data-testid="nothing-inside">
            <figure class="panel">
                <figcaption><span class="panel-title">"picture"</span></figcaption>
                <div class="map picture-alone"><CropCanvas /></div>
                <p class="panel-foot">{move || format!("as the network sees it, {0}×{0} pixels", side())}</p>
            </figure>
            <OtherNetwork />
        </div>
    }
}

/// What views of lambdas show for a layer that has none.
#[component]
pub fn NoLambda() -> impl IntoView {
    view! {
        <div class="nothing-inside" data-testid="no-lambda">
            <p>"This is an attention layer: it makes no lambda, so there is nothing to show here. The lens shows its weights."</p>
            <OtherNetwork />
        </div>
    }
}

/// The way to a network that has lambda layers.
#[component]
fn OtherNetwork() -> impl IntoView {
    let state = State::here();
    first_with_lambdas().map(|member| {
        let run = move |_| {
            loads::load(state, member.source(), None);
            focus_row();
        };
        view! {
            <button type="button" class="button" data-testid="nothing-inside-other" on:click=run>
                {format!("Run {}", member.title)}
            </button>
        }
    })
}
