//! The scale that the three maps share, what it covers, and the values under the pointer.

use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::state::State;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::display_choice::DisplayChoice;
use crate::ui::widgets::scale_bar::ScaleBar;
use lambdascope_core::text::{decimals, short_cell, signed};
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::read::scale::Coverage;

/// The colour bar with its numbers, and the choices of what the scale covers and background.
#[component]
pub fn Legend() -> impl IntoView {
    let state = State::here();
    let covers = move || match state.coverage.get() {
        Coverage::Map => "Each map has its own ±L, written under it: colours cannot be compared between maps.",
        Coverage::Query => "One scale for all three, up to the largest |a| of this query.",
        Coverage::Head => "One scale for all three, up to the largest |a| of all queries of this head.",
        Coverage::Layer => "One scale for all three, up to the largest |a| of all queries and heads of this layer.",
        Coverage::Fixed => {
            "One scale that stays as it is, whatever is shown. Cells beyond it are marked with a corner."
        }
    };
    view! {
        <div class="legend" data-testid="legend">
            <div class="scale">
                <ScaleBar limit=state.selection.shared_limit />
                <p class="quiet">{covers} " Cells above half the scale are marked + or −."</p>
            </div>
            <div class="legend-choices">
                <Choice
                    name="scope-select"
                    legend="Scale"
                    items=Signal::stored(vec![
                        Item::new("each map", "Each map by itself: weak ones become visible, but none can be compared"),
                        Item::new("this query", "The largest value of the three maps on screen"),
                        Item::new("this head", "The largest value of all queries of this head"),
                        Item::new("this layer", "The largest value of all queries and heads of this layer"),
                        Item::new("fixed", "Stays as it is now, to compare layers, pictures and networks"),
                    ])
                    selected=Signal::derive(move || Coverage::VARIANTS.iter().position(|s| *s == state.coverage.get()).unwrap_or(0))
                    on_choose=move |index| state.choose_coverage(Coverage::VARIANTS[index])
                />
                <DisplayChoice />
            </div>
        </div>
    }
}

/// The three maps' values at the cell under the pointer, or at the query itself.
#[component]
pub fn Readout() -> impl IntoView {
    let state = State::here();
    let cell =
        move || state.pointed.get().or_else(|| state.selection.shown.get().map(|place| [place.query.y, place.query.x]));
    // Enough for the weakest of the maps, so that the sum can be checked by eye.
    let digits = move || {
        let largest = [MapKind::Content, MapKind::Position].map(|kind| state.largest(kind));
        largest.into_iter().filter(|limit| *limit > 0.0).map(decimals).max().unwrap_or(2).min(6)
    };
    let value = move |kind| {
        let (Some(reading), Some(cell)) = (state.selection.reading.get(), cell()) else { return "–".to_owned() };
        reading.at(kind, cell).map_or_else(|| "–".to_owned(), |value| signed(value, digits()))
    };
    let place = move || match cell() {
        Some(cell) if state.pointed.get().is_some() => format!("m = {}", short_cell(cell)),
        Some(cell) => format!("m = {} (the query itself)", short_cell(cell)),
        None => "\u{a0}".to_owned(),
    };
    view! {
        <p class="readout" data-testid="readout">
            <span class="readout-cell">{place}</span>
            <span><span class="readout-name">"content "</span><output>{move || value(MapKind::Content)}</output></span>
            <span aria-hidden="true">"+"</span>
            <span><span class="readout-name">"position "</span><output>{move || value(MapKind::Position)}</output></span>
            <span aria-hidden="true">"="</span>
            <span><span class="readout-name">"total "</span><output>{move || value(MapKind::Total)}</output></span>
        </p>
    }
}
