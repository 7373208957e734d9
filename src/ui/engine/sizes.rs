//! The network on screen at other sizes: the engine is asked for one after the other, and can answer pictures in between.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::sizes::sides;
use crate::ui::state::State;
use lambdascope_core::answer::Resized;
use lambdascope_core::cost::report::Refusal;
use lambdascope_protocol::Request;

/// Begins with the smallest size, for the picture and the layer on screen.
pub fn begin(state: State) {
    let own = state.networks.running.with_untracked(|running| running.as_ref().map(|running| running.card.side));
    let answer = state.answer.with_untracked(|answer| answer.as_ref().map(|answer| answer.id));
    let (Some(own), Some(_)) = (own, answer) else { return };
    let sizes = state.sizes;
    sizes.answer.set(answer);
    sizes.outcomes.set(Vec::new());
    sizes.waiting.set(sides(own));
    ask(state);
}

/// Asks for no further size.
pub fn stop(state: State) {
    state.sizes.waiting.set(Vec::new());
}

/// Takes what came of a size.
pub fn received(state: State, answer: u64, side: usize, outcome: Result<Box<Resized>, Refusal>) {
    let sizes = state.sizes;
    if sizes.answer.get_untracked() != Some(answer) || sizes.waiting.with_untracked(|w| w.first() != Some(&side)) {
        return;
    }
    sizes.outcomes.update(|outcomes| outcomes.push((side, outcome.map(|run| Arc::new(*run)))));
    sizes.waiting.update(|waiting| {
        waiting.remove(0);
    });
    ask(state);
}

fn ask(state: State) {
    let (answer, side) =
        (state.sizes.answer.get_untracked(), state.sizes.waiting.with_untracked(|w| w.first().copied()));
    let layer = state.pinned.get_untracked().map_or(0, |place| place.layer);
    // Of another picture nothing would come.
    let is_shown = state.answer.with_untracked(|shown| shown.as_ref().map(|shown| shown.id)) == answer;
    match (answer, side) {
        (Some(answer), Some(side)) if is_shown => state.send(&Request::Resize { answer, side, layer }, None),
        _ => stop(state),
    }
}
