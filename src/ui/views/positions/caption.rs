//! What the position view's drawings are of.

use leptos::prelude::*;

use crate::page::place::Place;
use crate::ui::state::State;
use lambdascope_explain::figures::caption::Caption;

/// What drawings of a place are of.
pub fn caption(state: State, place: Option<Place>) -> Option<Caption> {
    let setting = state.setting.get();
    state.with_query(place, |layer, query| Caption {
        setting,
        layer: layer.name.clone(),
        intra: layer.dims.intra,
        query,
    })
}
