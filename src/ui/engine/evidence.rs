//! The evidence for classes: the most probable ones' comes with the answer, others' is asked for.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::evidence::{AGAINST, CLASS, Choice};
use crate::ui::state::State;
use lambdascope_core::nn::evidence::ClassEvidence;
use lambdascope_protocol::Request;

/// Whose evidence is looked at. Tracks the answer and the address.
pub fn chosen(state: State) -> Option<Choice> {
    let answer = state.answer.get()?;
    Choice::of(&answer, state.parameter(CLASS), state.parameter(AGAINST))
}

/// The evidence for a class in the picture on screen, if it is here. Tracks both.
pub fn of_class(state: State, class: usize) -> Option<ClassEvidence> {
    let answer = state.answer.get()?;
    let (of, more) = &*state.evidence.more.read();
    let came = more.iter().filter(|_| *of == answer.id).find(|evidence| evidence.class == class);
    answer.evidence.of(class).or(came.map(Arc::as_ref)).cloned()
}

/// Asks the worker for what is looked at and not here, each class once an answer.
pub fn ask_on_change(state: State) {
    Effect::new(move |_| {
        let Some(chosen) = chosen(state) else { return };
        // The engine is asked about what it has seen.
        if state.precomputed.get() {
            return;
        }
        let Some(answer) = state.answer.read().as_ref().map(|answer| answer.id) else { return };
        let missing: Vec<usize> = chosen.classes().filter(|class| of_class(state, *class).is_none()).collect();
        state.evidence.asked.update_value(|(of, asked)| {
            if *of != answer {
                (*of, *asked) = (answer, Vec::new());
            }
            for class in missing {
                if !asked.contains(&class) {
                    asked.push(class);
                    state.send(&Request::Evidence { answer, class }, None);
                }
            }
        });
    });
}

/// Takes what the worker says; that of an earlier answer nobody looks at any more.
pub fn receive(state: State, answer: u64, evidence: ClassEvidence) {
    if state.answer.read_untracked().as_ref().is_none_or(|shown| shown.id != answer) {
        return;
    }
    state.evidence.more.update(|(of, more)| {
        if *of != answer {
            (*of, *more) = (answer, Vec::new());
        }
        more.push(Arc::new(evidence));
    });
}
