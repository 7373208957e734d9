//! What the drawings on screen are of.

use leptos::prelude::*;

use crate::page::place::Place;
use crate::ui::state::State;
use lambdascope_core::nn::lambda_layer::Mask;
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::read::query::Query;

/// Reads something of the layer and query at a place; `None` where there is no such place yet. Tracks the answer.
pub fn with_subject<T>(state: State, place: Option<Place>, read: impl FnOnce(Subject) -> T) -> Option<T> {
    let setting = state.setting.read();
    state.with_query(place, |layer, query| read(Subject { layer, query, setting: &setting }))
}

/// The layer on screen: the place changes with it alone.
pub fn layer_place(state: State) -> Memo<Option<Place>> {
    Memo::new(move |_| state.selection.place.get().map(|place| Place { query: Query::default(), ..place }))
}

/// The place on screen as far as the context depends on it: in a masked layer all of it, else the layer and u alone.
pub fn context_place(state: State) -> Memo<Option<Place>> {
    Memo::new(move |_| {
        let place = state.selection.shown.get()?;
        let is_masked = with_subject(state, Some(place), |subject| subject.layer.mask != Mask::None)?;
        let shared = Place { query: Query { u: place.query.u, ..Query::default() }, ..place };
        Some(if is_masked { place } else { shared })
    })
}
