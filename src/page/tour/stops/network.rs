//! The network, and the ways on.

use crate::page::tour::seen::Seen;
use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::answer::Prediction;
use lambdascope_core::text::{label, percent};

/// The stop.
pub const STOP: Stop = Stop {
    id: "network",
    question: "And what does a whole network do with it?",
    text: "Lambda layers stand among convolutions. They come with more or fewer heads, with several keys and values for each position (the intra-depth u), with windows that are local, global or masked. Which of their parts matter is a question for the network, so ask it. The shader view has the code, “Measured here” at the page’s foot what such networks reach.",
    task: "Predict first; then switch the position lambdas of all layers off.",
    target: "[data-testid=\"switches\"]",
    view: View::WhatIf,
    set: |_| vec![("edit", None), ("mask", None)],
    ask: Some(Ask {
        question: "Without position lambdas, the network’s guess…",
        choices: &["stays the same", "becomes another one"],
        right: |seen, _| {
            let [before, after] = firsts(seen)?;
            Some(usize::from(before.class != after.class))
        },
    }),
    is_done: |seen, _| {
        let off = seen.changes.edits.layers.values().filter(|edit| !edit.position).count();
        off > 0 && firsts(seen).is_some()
    },
    said: |seen, _| {
        let [before, after] = firsts(seen)?;
        let said = |of: &Prediction| format!("{} ({})", label(&of.label), percent(of.probability));
        Some(format!(
            "Before: {}; without them: {}. One picture proves little: the table in this view has the accuracy over all pictures that were held back.",
            said(before),
            said(after)
        ))
    },
};

/// The first guess of the network as it is, and changed.
fn firsts<'a>(seen: &Seen<'a>) -> Option<[&'a Prediction; 2]> {
    Some([seen.before.first()?, seen.after?.first()?])
}
