//! An attention layer's softmax weights: one non-negative map a head, on one scale.

use leptos::html;
use leptos::prelude::*;

use super::browser;
use super::choice::{Choice, Item};
use super::map::{CropCanvas, PointedRing, QueryRing, cell_at, view_box};
use super::state::State;
use crate::explain::colour::sequential_stops;
use crate::explain::numbers::decimals;
use crate::explain::pixels::{map_rgba, overlay_rgba};
use crate::nn::trace::LayerTrace;

/// Every head's map, and the weight under the pointer.
#[component]
pub fn Weights() -> impl IntoView {
    let state = State::here();
    let heads = Memo::new(move |_| state.with_layer(LayerTrace::heads).unwrap_or(0));
    view! {
        <div class="weights" role="group" aria-label="Softmax weights, a map a head">
            {move || (0..heads.get()).map(|head| view! { <WeightsPanel head /> }).collect_view()}
        </div>
        <Readout />
    }
}

/// The end of the scale that all heads share; 0 before the first answer.
fn limit(state: State) -> f32 {
    state.attention.read().as_ref().map_or(0.0, |reading| reading.limit())
}

#[component]
fn WeightsPanel(head: usize) -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(reading)) = (canvas.get(), state.attention.get()) else { return };
        let Some(own) = reading.heads.get(head) else { return };
        let (limit, theme) = (reading.limit(), state.theme.get());
        let draw = if state.overlay.get() { overlay_rgba } else { map_rgba };
        browser::draw(&canvas, reading.size[1], reading.size[0], &draw(&own.weights, limit, theme));
    });
    let frame = NodeRef::<html::Div>::new();
    let pointed = move |event: web_sys::PointerEvent| {
        state.pointed.set(frame.get().and_then(|frame| cell_at(&frame, &event, state.size())));
    };
    let largest = move || {
        let reading = state.attention.get();
        let largest = reading.and_then(|reading| reading.heads.get(head)?.weights.iter().copied().reduce(f32::max));
        largest.map_or_else(|| "–".to_owned(), |largest| format!("{largest:.*}", decimals(largest)))
    };
    let description = move || {
        let [height, width] = state.size();
        format!("Softmax weights of head {head}, {height} rows by {width} columns, from 0; they sum to 1")
    };
    let chosen = move || state.place.read().as_ref().is_some_and(|place| place.query.head == head);
    view! {
        <figure class="panel" class:panel-chosen=chosen>
            <figcaption>
                <span class="panel-title">{format!("head {head}")}</span>
                <span class="symbol">"w"<sub>"nm"</sub></span>
            </figcaption>
            <div
                class="map"
                class:map-over=state.overlay
                role="img"
                aria-label=description
                data-testid=format!("map-weights-{head}")
                data-limit=move || limit(state).to_string()
                node_ref=frame
                on:pointermove=pointed
                on:pointerdown=pointed
                on:pointerleave=move |_| state.pointed.set(None)
            >
                {move || state.overlay.get().then(|| view! { <CropCanvas /> })}
                <canvas class="cells" width="1" height="1" node_ref=canvas></canvas>
                <svg class="marks" viewBox=move || view_box(state.size()) preserveAspectRatio="none" aria-hidden="true">
                    <QueryRing />
                    <PointedRing />
                </svg>
            </div>
            <p class="panel-foot">"max w " {largest}</p>
        </figure>
    }
}

/// The chosen head's weight at the cell under the pointer, or at the query itself.
#[component]
fn Readout() -> impl IntoView {
    let state = State::here();
    let cell = move || state.pointed.get().or_else(|| state.shown.get().map(|place| [place.query.y, place.query.x]));
    let place = move || match cell() {
        Some([y, x]) if state.pointed.get().is_some() => format!("m = {y},{x}"),
        Some([y, x]) => format!("m = {y},{x} (the query itself)"),
        None => "\u{a0}".to_owned(),
    };
    let head = move || state.place.read().as_ref().map_or(0, |place| place.query.head);
    let weight = move || {
        let value = state.attention.get().zip(cell()).and_then(|(reading, cell)| reading.at(head(), cell));
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
                <Choice
                    name="overlay-select"
                    legend="Show"
                    items=Signal::stored(vec![
                        Item::new("map", "The map alone"),
                        Item::new("over the picture", "The map over the dimmed picture; strength is opacity"),
                    ])
                    selected=Signal::derive(move || usize::from(state.overlay.get()))
                    on_choose=move |index| state.overlay.set(index == 1)
                />
            </div>
        </div>
    }
}
