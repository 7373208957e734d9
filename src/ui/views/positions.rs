//! The position view: what the layer learned about places, what this query makes of it, and what shifting does.

mod learned;
mod made;
mod moved;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::views::nothing_inside::NoLambda;
use lambdascope_explain::views::positions::has_positions;
use learned::Learned;
use made::Made;
use moved::Moved;

/// The view.
#[component]
pub fn Positions() -> impl IntoView {
    let state = State::here();
    let has = Memo::new(move |_| state.with_layer(|layer| layer.as_lambda().map(has_positions)));
    move || {
        match has.get() {
        None => ().into_any(),
        Some(None) => view! { <NoLambda /> }.into_any(),
        Some(Some(false)) => view! {
            <p data-testid="no-positions">
                "This layer has no position embeddings: its lambda is the content lambda alone, and it cannot tell where a pixel is. Choose another layer above."
            </p>
        }
        .into_any(),
        Some(Some(true)) => view! {
            <div class="positions">
                <Made />
                <Learned />
                <Moved />
            </div>
        }
        .into_any(),
    }
    }
}
