//! What is changed, as the address has it, and what the worker made of it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::what_if::Changes;
use crate::ui::state::State;
use crate::ui::state::what_if::WhatIfSignals;
use lambdascope_protocol::{Request, WhatIfAnswer};

/// The changes that the network on screen can take. Tracks both.
pub fn fitting(state: State) -> Changes {
    let changes = state.what_if.changes.get();
    state.answer.read().as_ref().map(|answer| changes.within(&answer.trace)).unwrap_or_default()
}

/// Changes something more.
pub fn change(state: State, change: impl FnOnce(&mut Changes)) {
    let mut changes = state.what_if.changes.get_untracked();
    change(&mut changes);
    write(state, &changes);
}

/// Takes every change back.
pub fn reset(state: State) {
    write(state, &Changes::default());
}

fn write(state: State, changes: &Changes) {
    state.set_parameter("edit", changes.edit_text());
    state.set_parameter("mask", changes.mask_text());
}

/// Asks the worker whenever the changes, or the answer that they are compared with, have changed.
pub fn ask_on_change(state: State) {
    Effect::new(move |_| {
        let changes = fitting(state);
        // The engine is asked about what it has seen.
        if state.precomputed.get() {
            return;
        }
        let Some(answer) = state.answer.read().as_ref().map(|answer| answer.id) else { return };
        let WhatIfSignals { answer: outcome, busy, asked, .. } = state.what_if;
        let id = asked.with_value(|asked| asked + 1);
        // What is still under way is of no use any more.
        asked.set_value(id);
        if changes.is_empty() {
            outcome.set(None);
            busy.set(false);
        } else {
            busy.set(true);
            state.send(&Request::WhatIf { id, answer, edits: changes.edits, picture: changes.picture }, None);
        }
    });
}

/// Takes the worker's answer to the question of this id; only the last one counts.
pub fn receive(state: State, id: u64, answer: Result<WhatIfAnswer, String>) {
    if state.what_if.asked.with_value(|asked| *asked == id) {
        state.what_if.busy.set(false);
        state.what_if.answer.set(Some(answer.map(Arc::new)));
    }
}
