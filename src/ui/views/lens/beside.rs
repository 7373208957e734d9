//! Two networks at one place: the weights of each over the same picture, what differs in numbers, and both guesses. The query
//! moves in both at once; nothing of the second network is shown beside anything but what it saw itself.

mod choose;
mod guesses;
mod pair;
mod table;

pub use choose::ChooseBeside;

use leptos::prelude::*;

use crate::page::beside::caveat;
use crate::ui::engine::beside::answer;
use crate::ui::state::State;
use crate::ui::widgets::display_choice::DisplayChoice;
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use guesses::Guesses;
use pair::Pair;
use table::Differences;

/// Whether there is a second network, there or on its way. Tracks it.
pub fn is_beside(state: State) -> bool {
    state.beside.chosen.read().is_some()
}

/// The stage with a map of each network.
#[component]
pub fn BesideStage() -> impl IntoView {
    let state = State::here();
    let pair = Pair::of(state);
    let is_empty = Memo::new(move |_| answer(state).is_some_and(|answer| answer.trace.layers.is_empty()));
    let nothing = move || {
        is_empty.get().then(|| view! { <p class="panel-note" data-testid="beside-nothing">"This network has no lambda or attention layers to look into; its guess is below."</p> })
    };
    let about = move || {
        let (own, other) = (state.networks.running.get()?, state.beside.running.get()?);
        caveat([&own.source, &other.source])
    };
    view! {
        <div class="stage" data-testid="beside">
            <div class="panels panels-beside">
                <QueryGrid />
                <span class="glyph glyph-to" aria-hidden="true">"→"</span>
                <div class="panel beside-own">
                    <FigureView figure=pair.own symbol=pair.symbol(0) test_id="beside-own" pointed=state.pointed on_picture=true note=pair.note(0) />
                </div>
                <div class="panel beside-other">
                    <FigureView figure=pair.other symbol=pair.symbol(1) test_id="beside-other" pointed=pair.pointed on_picture=true note=pair.note(1) />
                    {nothing}
                </div>
                <Nudges />
                <div class="beside-numbers">
                    <Show when=move || !is_empty.get()>
                        <Differences pair />
                    </Show>
                    <div class="beside-guesses">
                        <Guesses />
                        <p class="quiet">{about}</p>
                    </div>
                </div>
            </div>
            <div class="legend" data-testid="legend">
                <p class="quiet">
                    "Each map has its own scale, written under it: a lambda layer’s weights are signed and may add up to anything, softmax weights are shares of 1. Heads of different networks have nothing in common but their number."
                </p>
                <div class="legend-choices">
                    <DisplayChoice />
                </div>
            </div>
        </div>
    }
}

/// The two maps alone, for a lesson's frame.
#[component]
pub fn BesideMaps() -> impl IntoView {
    let state = State::here();
    let pair = Pair::of(state);
    view! {
        <div class="beside-maps">
            <FigureView figure=pair.own symbol=pair.symbol(0) test_id="beside-own" pointed=state.pointed on_picture=true note=pair.note(0) />
            <FigureView figure=pair.other symbol=pair.symbol(1) test_id="beside-other" pointed=pair.pointed on_picture=true note=pair.note(1) />
        </div>
    }
}
