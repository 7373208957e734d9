//! The stage, cause to effect from left to right: the query in the picture, then content + position = total, or an attention
//! layer's softmax weights.

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::views::lens::legend::{Legend, Readout};
use crate::ui::views::lens::map::MapPanel;
use crate::ui::views::lens::weights::{Weights, WeightsLegend};
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use lambdascope_explain::read::reading::MapKind;

/// The stage with its legend.
#[component]
pub fn Stage() -> impl IntoView {
    let state = State::here();
    view! {
        <div class="stage">
            <div class="panels" class:panels-weights=state.selection.is_attention>
                <QueryGrid />
                <span class="glyph glyph-to" aria-hidden="true">"→"</span>
                {move || match state.selection.is_attention.get() {
                    true => view! { <Weights /> }.into_any(),
                    false => view! { <LambdaMaps /> }.into_any(),
                }}
                <Nudges />
            </div>
            {move || match state.selection.is_attention.get() {
                true => view! { <WeightsLegend /> }.into_any(),
                false => view! { <Legend /> }.into_any(),
            }}
        </div>
    }
}

/// A lambda layer's three maps with the values under the pointer.
#[component]
fn LambdaMaps() -> impl IntoView {
    view! {
        <MapPanel kind=MapKind::Content />
        <span class="glyph glyph-plus" aria-hidden="true">"+"</span>
        <MapPanel kind=MapKind::Position />
        <span class="glyph glyph-equals" aria-hidden="true">"="</span>
        <MapPanel kind=MapKind::Total />
        <Readout />
    }
}
