//! What the drawings on screen are of.

use leptos::prelude::*;

use crate::page::place::Place;
use crate::ui::state::State;
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::read::query::Query;

/// What drawings of a place are of, whatever its layer is; `None` where there is no such place yet. Tracks the answer.
pub fn subject(state: State, place: Option<Place>) -> Option<Subject> {
    let place = place?;
    let answer = state.answer.read();
    let layer = answer.as_ref()?.trace.layers.get(place.layer)?;
    Some(Subject::of(layer, place.query, &state.setting.read()))
}

/// What drawings of a query of the layer on screen are of.
pub fn subject_at(state: State, query: Query) -> Option<Subject> {
    subject(state, state.selection.place.get().map(|place| Place { query, ..place }))
}

/// Draws something of the lambda layer and query at a place; `None` where there is no such place yet. Tracks the answer.
pub fn with_subject<T>(
    state: State,
    place: Option<Place>,
    draw: impl FnOnce(&LambdaTrace, &Subject) -> T,
) -> Option<T> {
    let setting = state.setting.read();
    state.with_query(place, |layer, query| draw(layer, &Subject::of_lambda(layer, query, &setting)))
}

/// The layer on screen: the place changes with it alone.
pub fn layer_place(state: State) -> Memo<Option<Place>> {
    Memo::new(move |_| state.selection.place.get().map(|place| Place { query: Query::default(), ..place }))
}

/// The place on screen as far as the context depends on it: in a masked layer all of it, else the layer and u alone.
pub fn context_place(state: State) -> Memo<Option<Place>> {
    Memo::new(move |_| {
        let place = state.selection.shown.get()?;
        let is_masked = state.with_query(Some(place), |layer, _| layer.mask != Mask::None)?;
        let shared = Place { query: Query { u: place.query.u, ..Query::default() }, ..place };
        Some(if is_masked { place } else { shared })
    })
}
