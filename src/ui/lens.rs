//! The lens: where one query takes from, content + position = total, with the proof.

use leptos::prelude::*;

use super::compare::Compare;
use super::notes::Notes;
use super::proof::ProofLine;
use super::query_vector::QueryVector;
use super::stage::Stage;
use super::state::State;

/// The view.
#[component]
pub fn Lens() -> impl IntoView {
    let state = State::here();
    view! {
        <Stage />
        <Show when=move || !state.is_attention.get()>
            <Compare />
        </Show>
        <div class="below">
            <div class="figures">
                <ProofLine />
                <Show when=move || !state.is_attention.get()>
                    <QueryVector />
                </Show>
            </div>
            <Notes />
        </div>
    }
}
