//! What the drawings on screen are of.

use leptos::prelude::*;

use super::state::{Picture, State};
use crate::explain::implicit_attention::Query;
use crate::explain::subject::Subject;
use crate::nn::lambda_layer::Mask;
use crate::page::place::Place;

/// Network and picture in words.
fn setting(state: State) -> String {
    let network = state.networks.running.read().as_ref().map(|running| running.card.title.clone());
    let picture = match state.answered.get() {
        Some(Picture::Sample(id)) => Some(id),
        Some(Picture::Own { name, .. }) => Some(name),
        None => None,
    };
    [network, picture].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Reads something of the layer and query at a place; `None` where there is no such place yet. Tracks the answer.
pub fn with_subject<T>(state: State, place: Option<Place>, read: impl FnOnce(Subject) -> T) -> Option<T> {
    let Place { layer, query } = place?;
    let answer = state.answer.read();
    let layer = answer.as_ref()?.trace.layers.get(layer)?;
    let dims = &layer.dims;
    let is_there = query.y < dims.height && query.x < dims.width && query.head < dims.heads && query.u < dims.intra;
    is_there.then(|| read(Subject { layer, query, setting: &setting(state) }))
}

/// The place on screen as far as the context depends on it: in a masked layer all of it, else the layer and u alone.
pub fn context_place(state: State) -> Memo<Option<Place>> {
    Memo::new(move |_| {
        let place = state.shown.get()?;
        let is_masked = with_subject(state, Some(place), |subject| subject.layer.mask != Mask::None)?;
        let shared = Place { query: Query { u: place.query.u, ..Query::default() }, ..place };
        Some(if is_masked { place } else { shared })
    })
}
