//! The same product in two orders.

use crate::page::tour::stop::{Ask, Stop as TourStop};
use crate::page::view::View;
use lambdascope_core::text::{grouped, scientific};
use lambdascope_explain::views::orders::{Outputs, Stop};

/// The address's key of the order on screen.
const STEP: &str = "step";

/// The stop.
pub const STOP: TourStop = TourStop {
    id: "orders",
    question: "How can the same output need no map?",
    text: "An output is a product of three things: the query, the keys (here with position embeddings) and the values. Attention multiplies query and keys first; that makes a weight for every position. A lambda layer multiplies keys and values first; that makes one small matrix, λ, which then meets the query. The first is on screen: all weights of all queries.",
    task: "Choose “summarise, then apply”.",
    target: "[data-testid=\"order-stop\"]",
    view: View::Orders,
    set: |_| vec![(STEP, Some(Stop::Weights.index().to_string()))],
    ask: Some(Ask {
        question: "In the other order, the output will be…",
        choices: &["another one", "the same, but for rounding"],
        right: |_, _| Some(1),
    }),
    is_done: |seen, _| {
        seen.reading.is_some() && seen.parameter::<usize>(STEP).map(Stop::at).unwrap_or_default() == Stop::Lambda
    },
    said: |seen, _| {
        let (layer, reading) = (seen.layer?, seen.reading?);
        let difference = Outputs::of(layer, reading).difference();
        let dims = &layer.dims;
        let pairs = (dims.queries() * dims.positions()) as u64;
        let numbers = (dims.key_depth * dims.value_depth) as u64;
        Some(format!(
            "The largest difference between both outputs is {}. One order holds n × m = {} weights for each head, the other k × v = {} numbers of λ.",
            scientific(difference),
            grouped(pairs),
            grouped(numbers),
        ))
    },
};
