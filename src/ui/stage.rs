//! The stage, cause to effect from left to right: the query in the picture, then content + position = total.

use leptos::prelude::*;

use super::legend::{Legend, Readout};
use super::map::MapPanel;
use super::query_grid::{Nudges, QueryGrid};
use crate::explain::reading::MapKind;

/// The stage with its legend.
#[component]
pub fn Stage() -> impl IntoView {
    view! {
        <div class="stage">
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
        </div>
    }
}
