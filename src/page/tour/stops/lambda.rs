//! A lambda, built up from outer products.

use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::text::grouped;
use lambdascope_explain::views::anatomy::outer_products::WHOLE;

/// The address's key of how many outer products are added.
const ADDED: &str = "t";

/// The stop.
pub const STOP: Stop = Stop {
    id: "lambda",
    question: "What is a lambda made of?",
    text: "A lambda is a matrix: a row for each key channel, a column for each value channel. Every position of the picture adds one outer product to it, its key as a column times its value as a row. The sum over all positions is the content lambda, λᶜ. No query has come in yet.",
    task: "Play “Build λ” to its end, or drag its slider there.",
    target: ".build .walk",
    view: View::Anatomy,
    set: |_| vec![(ADDED, None)],
    ask: Some(Ask {
        question: "What shape will the sum over all positions have?",
        choices: &[
            "one number",
            "one number for each position",
            "a row for each key channel, a column for each value channel",
        ],
        right: |_, _| Some(2),
    }),
    is_done: |seen, _| {
        let positions = seen.layer.filter(|layer| layer.content).map(|layer| layer.dims.positions());
        let added = seen.parameters.get(ADDED);
        positions.is_some_and(|all| {
            added.is_some_and(|added| added == WHOLE || added.parse::<usize>().is_ok_and(|added| added >= all))
        })
    },
    said: |seen, _| {
        let dims = &seen.layer?.dims;
        Some(format!(
            "{} outer products, one for each position, have become {} × {} numbers: the layer’s own λᶜ. However large the picture, λᶜ has no more.",
            grouped(dims.positions() as u64),
            dims.key_depth,
            dims.value_depth
        ))
    },
};
