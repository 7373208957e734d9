//! Position: a way of its own.

use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_explain::views::positions::has_positions;
use lambdascope_explain::views::positions::shift::{Part, Shift, Shifted, Whose};

/// The address's key of how far the query is moved.
const SHIFT: &str = "shift";

/// The stop.
pub const STOP: Stop = Stop {
    id: "position",
    question: "Why does position go a way of its own?",
    text: "Content knows what there is, not where: shuffle the positions, and λᶜ stays the same. So every pair of a query and a position has an embedding e as well, chosen by their offset alone. Embeddings times values make λᵖ, one for each query. Through the keys that could not go: their softmax is over the whole picture, for all queries at once.",
    task: "Give another pixel exactly this q: press one of the arrows.",
    target: "[data-testid=\"shift\"]",
    view: View::Position,
    set: |_| vec![(SHIFT, Some(Shift::default().to_string()))],
    ask: Some(Ask {
        question: "With the same q in another place, what moves along?",
        choices: &["what it takes by content", "what it takes by position", "both", "neither"],
        right: |_, _| Some(1),
    }),
    is_done: |seen, _| {
        seen.layer.is_some_and(has_positions)
            && seen.parameter::<Shift>(SHIFT).is_some_and(|shift| shift != Shift::default())
    },
    said: |seen, _| {
        let shift = seen.parameter::<Shift>(SHIFT)?;
        let shifted = Shifted::of(seen.layer?, seen.place?.query, shift);
        Some(format!(
            "By position: {} By content: {}",
            shifted.sentence(Part::Position, Whose::Held),
            shifted.sentence(Part::Content, Whose::Held)
        ))
    },
};
