//! The lens: where one query takes from, content + position = total, with the proof.

mod compare;
mod legend;
pub mod map;
mod notes;
mod proof;
mod query_vector;
mod stage;
mod weights;

use leptos::prelude::*;

use crate::ui::state::State;
use compare::Compare;
use notes::Notes;
use proof::ProofLine;
use query_vector::QueryVector;
use stage::Stage;

/// The view.
#[component]
pub fn Lens() -> impl IntoView {
    let state = State::here();
    view! {
        <Stage />
        <Show when=move || !state.selection.is_attention.get()>
            <Compare />
        </Show>
        <div class="below">
            <div class="figures">
                <ProofLine />
                <Show when=move || !state.selection.is_attention.get()>
                    <QueryVector />
                </Show>
            </div>
            <Notes />
        </div>
    }
}
