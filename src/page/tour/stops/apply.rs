//! Applying λ to q.

use crate::page::tour::seen::Seen;
use crate::page::tour::stop::Stop;
use crate::page::view::View;
use lambdascope_core::text::compact;
use lambdascope_explain::formula::quantity::{Cell, Quantity};
use lambdascope_explain::views::orders::Outputs;

/// The address's key of the cell whose equation is shown.
const CELL: &str = "cell";

/// The stop.
pub const STOP: Stop = Stop {
    id: "apply",
    question: "How does λ become an output?",
    text: "λ = λᶜ + λᵖ is a linear function that was made of the picture. Now it meets the query: y = λᵀq. Output channel j is a sum over the key channels, q times column j of λ. All heads use the same λ, each with a query of its own; so heads cost queries, not lambdas. That sharing is called multi-query.",
    task: "Choose another cell of y, and see its terms add up above.",
    target: "[data-testid=\"formula-y\"]",
    view: View::Formula,
    set: |_| vec![(CELL, Some("y.j0".into()))],
    ask: None,
    is_done: |seen, _| channel(seen).is_some_and(|channel| channel > 0),
    said: |seen, _| {
        let (layer, reading, channel) = (seen.layer?, seen.reading?, channel(seen)?);
        let outputs = Outputs::of(layer, reading);
        let (applied, own) = (outputs.applied.get(channel)?, outputs.own.get(channel)?);
        Some(format!(
            "y[{channel}] is the sum of {} terms, {}. The layer itself put out {}.",
            layer.dims.key_depth,
            compact(*applied),
            compact(*own)
        ))
    },
};

/// The channel of y that is chosen.
fn channel(seen: &Seen) -> Option<usize> {
    let cell = seen.parameter::<Cell>(CELL).filter(|cell| cell.quantity == Quantity::Output)?;
    let depth = seen.layer?.dims.value_depth;
    Some(cell.value).filter(|channel| *channel < depth)
}
