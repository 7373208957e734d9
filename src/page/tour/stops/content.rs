//! Content: one λᶜ for all queries.

use crate::page::tour::seen::{Mark, Seen};
use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::tensor::Tensor;
use lambdascope_core::text::scientific;

/// The stop.
pub const STOP: Stop = Stop {
    id: "content",
    question: "What do all queries share?",
    text: "Each key channel went through a softmax over the positions of the picture. So it is a map that sums to 1: a soft mask. Row i of λᶜ is the average of all values under mask i. Attention takes its softmax for each query instead; here no query has any part in it.",
    task: "Move the query by a cell or more, and watch λᶜ and λᵖ beside it.",
    target: ".product-query .query-grid",
    view: View::Anatomy,
    set: |_| Vec::new(),
    ask: Some(Ask {
        question: "When the query moves, what becomes of λᶜ?",
        choices: &["It changes with the query", "It stays as it is"],
        right: |seen, mark| Some(usize::from(changes(seen, mark)?[0] == 0.0)),
    }),
    is_done: |seen, mark| seen.moved(mark) > 0 && changes(seen, mark).is_some(),
    said: |seen, mark| {
        let [content, position] = changes(seen, mark)?;
        let heads = seen.layer?.dims.heads;
        let all = if content == 0.0 {
            format!("λᶜ did not change, not by a bit: it serves all queries and all {heads} heads.")
        } else {
            format!(
                "In this masked layer each query sees something else, so even λᶜ changed, by up to {}.",
                scientific(content)
            )
        };
        Some(format!("{all} λᵖ is this query’s own; its numbers changed by up to {}.", scientific(position)))
    },
};

/// The largest change of λᶜ and of λᵖ since the mark.
fn changes(seen: &Seen, mark: &Mark) -> Option<[f32; 2]> {
    let (now, then) = (seen.reading?, mark.reading.as_ref()?);
    let largest = |now: &Tensor, then: &Tensor| {
        let fits = now.shape() == then.shape();
        fits.then(|| now.data().iter().zip(then.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max))
    };
    Some([largest(&now.lambda_content, &then.lambda_content)?, largest(&now.lambda_position, &then.lambda_position)?])
}
