//! An attention layer's softmax weights: one non-negative map per head, on one scale.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::subject_at;
use crate::ui::widgets::display_choice::DisplayChoice;
use crate::ui::widgets::figure::FigureView;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_core::text::{decimals, short_cell};
use lambdascope_explain::figures::colour::sequential_stops;
use lambdascope_explain::views::lens;

/// Every head's map, and the weight under the pointer.
#[component]
pub fn Weights() -> impl IntoView {
    let state = State::here();
    let heads = Memo::new(move |_| state.with_layer(LayerTrace::heads).unwrap_or(0));
    view! {
        <div class="weights" role="group" aria-label="Softmax weights, one map per head">
            {move || (0..heads.get()).map(|head| view! { <WeightsPanel head /> }).collect_view()}
        </div>
        <Readout />
    }
}

/// The end of the scale that all heads share; 0 before the first answer.
fn limit(state: State) -> f32 {
    state.selection.attention.read().as_ref().map_or(0.0, |reading| reading.limit())
}

#[component]
fn WeightsPanel(head: usize) -> impl IntoView {
    let state = State::here();
    let figure = Memo::new(move |_| {
        let reading = state.selection.attention.get()?;
        lens::weights(&subject_at(state, reading.query)?, &reading, head).map(Arc::new)
    });
    let chosen = move || state.selection.place.read().as_ref().is_some_and(|place| place.query.head == head);
    view! {
        <div class="panel" class:panel-chosen=chosen>
            <FigureView
                figure
                symbol=view! { "w"<sub>"nm"</sub> }.into_any()
                test_id=format!("map-weights-{head}")
                pointed=state.pointed
                on_picture=true
            />
        </div>
    }
}

/// The chosen head's weight at the cell under the pointer, or at the query itself.
#[component]
fn Readout() -> impl IntoView {
    let state = State::here();
    let cell =
        move || state.pointed.get().or_else(|| state.selection.shown.get().map(|place| [place.query.y, place.query.x]));
    let place = move || match cell() {
        Some(cell) if state.pointed.get().is_some() => format!("m = {}", short_cell(cell)),
        Some(cell) => format!("m = {} (the query itself)", short_cell(cell)),
        None => "\u{a0}".to_owned(),
    };
    let head = move || state.selection.place.read().as_ref().map_or(0, |place| place.query.head);
    let weight = move || {
        let value = state.selection.attention.get().zip(cell()).and_then(|(reading, cell)| reading.at(head(), cell));
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.*}", decimals(limit(state)) + 1))
    };
    view! {
        <p class="readout" data-testid="readout">
            <span class="readout-cell">{place}</span>
            <span>
                <span class="readout-name">{move || format!("softmax weight of head {} ", head())}</span>
                <output>{weight}</output>
            </span>
        </p>
    }
}

/// The colour bar from 0, and the choice of the background.
#[component]
pub fn WeightsLegend() -> impl IntoView {
    let state = State::here();
    let gradient = move || {
        let stops = sequential_stops(state.theme.get()).map(|colour| format!("#{colour:06x}"));
        format!("linear-gradient(to right, {})", stops.join(", "))
    };
    let end = move || {
        let limit = limit(state);
        if limit > 0.0 { format!("{limit:.*}", decimals(limit)) } else { "–".to_owned() }
    };
    view! {
        <div class="legend" data-testid="legend">
            <div class="scale">
                <div class="scale-bar" aria-hidden="true" style:background=gradient></div>
                <div class="scale-numbers">
                    <span>"0"</span>
                    <span>"softmax weight"</span>
                    <span>{end}</span>
                </div>
                <p class="quiet">
                    "Softmax weights are never negative, and each head’s map sums to 1. One scale for all heads, up to the largest weight of this query."
                </p>
            </div>
            <div class="legend-choices">
                <DisplayChoice />
            </div>
        </div>
    }
}
