//! The anatomy of λ: what is shared by all queries, how λᶜ is summed up from it, and how a query is answered with it.

mod build;
mod channels;
mod linked;
mod product;

use leptos::prelude::*;

use crate::ui::state::State;
use linked::Linked;

/// The view.
#[component]
pub fn Anatomy() -> impl IntoView {
    let state = State::here();
    let linked = Linked::new();
    // What this layer leaves out, in words.
    let lacks = move || {
        state.with_query(state.selection.place.get(), |layer, _| {
            let content = (!layer.content).then_some(
                "This layer has no content lambda: its keys are not used, λᶜ is zero and λ_n is the position lambda alone.",
            );
            let position = (layer.dims.window == [0, 0]).then_some(
                "This layer has no position embeddings: every query has the same λ, and λᵖ_n is the bias alone.",
            );
            [content, position].into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p class="lacks" data-testid="lacks">{text}</p> })
    };
    view! {
        <div class="anatomy explained">
            {lacks}
            <product::ProductSection linked />
            <channels::Channels linked />
            <build::BuildSection />
        </div>
    }
}
