//! Attention re-appears.

use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::text::{compact, scientific, whole_percent};

/// Cells that the query has to be moved, so that it is another place.
const FAR: usize = 3;

/// The stop.
pub const STOP: Stop = Stop {
    id: "attention",
    question: "Then where is the attention?",
    text: "No map was built, yet one can be read back. Multiply the query with keys and embeddings afterwards, a = q·(k̄ + e), and you hold a weight for every position. The values, weighted with it, add up to the very output that the layer computed. It is no softmax: a weight may be negative, and takes away.",
    task: "Move the query somewhere else that looks interesting: a roof, an eye, an edge.",
    target: ".stage .query-grid",
    view: View::Lens,
    set: |_| Vec::new(),
    ask: Some(Ask {
        question: "Will the weights of the new place sum to 1?",
        choices: &["Yes, as attention’s do", "No"],
        right: |seen, _| Some(usize::from((seen.reading?.attention.sum() - 1.0).abs() > 1e-3)),
    }),
    is_done: |seen, mark| seen.reading.is_some() && seen.moved(mark) >= FAR,
    said: |seen, _| {
        let reading = seen.reading?;
        let attention = &reading.attention;
        Some(format!(
            "The weights sum to {}, and {} of their size is negative. The values weighted with them miss the layer’s own output by {} of its largest number: that is rounding.",
            compact(attention.sum()),
            whole_percent(attention.negative_share()),
            scientific(reading.proof.relative()),
        ))
    },
};
