//! The crop with the layer's positions over it: where the query is chosen, by pointer, touch, keyboard or buttons.

use leptos::html;
use leptos::prelude::*;

use crate::page::place::Move;
use crate::ui::state::State;
use crate::ui::widgets::overlay::{CropCanvas, Marks, QueryRing, cell_at};
use lambdascope_core::text;

/// The grid.
#[component]
pub fn QueryGrid() -> impl IntoView {
    let state = State::here();
    let grid = NodeRef::<html::Div>::new();
    let size = Memo::new(move |_| state.size());
    let cell = move |event: &web_sys::PointerEvent| grid.get().and_then(|grid| cell_at(&grid, event, size.get()));
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        if let Some(by) = Move::of_key(&key, event.shift_key(), event.ctrl_key()) {
            event.prevent_default();
            state.step(by);
        } else if key == "Enter" || key == " " {
            event.prevent_default();
            if let Some(cell) = state.hovered.get_untracked() {
                state.pin(cell);
            }
        } else if key == "Escape" {
            state.hover(None);
        }
    };
    let lines = move || {
        let [height, width] = size.get();
        let rows = (1..height).map(|y| format!("M0 {y}H{width}"));
        let columns = (1..width).map(|x| format!("M{x} 0V{height}"));
        rows.chain(columns).collect::<String>()
    };
    let at = move || state.selection.shown.get().map(|place| text::short_cell(place.query.cell()));
    // Read out anyway, by the summary, once the query rests.
    let name = state.at_rest(move || {
        let [height, width] = size.get();
        let query = state.selection.place.read().as_ref().map(|place| place.query);
        let query = query.map_or_else(String::new, |query| format!(", query at {}", text::cell(query.cell())));
        format!("Query grid, {height} rows by {width} columns{query}")
    });
    view! {
        <figure class="panel panel-query">
            <figcaption>
                <span class="panel-title">"picture"</span>
                <span class="symbol">"n"</span>
            </figcaption>
            <div
                class="map query-grid"
                tabindex="0"
                role="application"
                aria-roledescription="query grid"
                aria-label=name
                aria-describedby="query-keys"
                data-testid="query-grid"
                data-query=at
                node_ref=grid
                on:keydown=pressed
                on:pointermove=move |event| {
                    if event.pointer_type() != "touch" {
                        state.hover(cell(&event));
                    }
                }
                on:pointerleave=move |_| state.hover(None)
                on:pointerup=move |event| {
                    if let Some(cell) = cell(&event) {
                        state.pin(cell);
                    }
                }
            >
                <CropCanvas />
                <Marks size=size>
                    <path class="grid-lines" d=lines />
                    <QueryRing />
                </Marks>
            </div>
            <p class="panel-note">"Point anywhere to move the query."</p>
            <p class="panel-foot">"query at " {move || at().unwrap_or_else(|| "–".to_owned())}</p>
            <p id="query-keys" class="hidden">
                "Arrow keys move the query, with Shift by four cells; Home and End go to the ends of the row, with Control to the corners; Page Up and Page Down change the layer, brackets the head."
            </p>
        </figure>
    }
}

/// The query's movements as buttons, for those without a keyboard or a steady hand.
#[component]
pub fn Nudges() -> impl IntoView {
    view! {
        <div class="nudges" role="group" aria-label="Move the query">
            <Nudge text="←" name="One column left" by=Move::By(0, -1) />
            <Nudge text="↑" name="One row up" by=Move::By(-1, 0) />
            <Nudge text="↓" name="One row down" by=Move::By(1, 0) />
            <Nudge text="→" name="One column right" by=Move::By(0, 1) />
        </div>
    }
}

#[component]
fn Nudge(text: &'static str, name: &'static str, by: Move) -> impl IntoView {
    let state = State::here();
    view! {
        <button type="button" class="nudge" aria-label=name title=name on:click=move |_| state.step(by)>
            {text}
        </button>
    }
}
