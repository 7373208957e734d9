//! The lens: where one query takes from, content + position = total, with the proof; or the same of two networks.

pub mod beside;
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
use crate::ui::state::later::Piece;
use crate::ui::widgets::later::Later;
use beside::is_beside;
use compare::Compare;
use notes::Notes;
use proof::ProofLine;
use query_vector::QueryVector;
use stage::Stage;

/// The view.
#[component]
pub fn Lens() -> impl IntoView {
    let state = State::here();
    let beside = Memo::new(move |_| is_beside(state));
    view! {
        {move || match beside.get() {
            true => view! { <Later piece=Piece::Beside /> }.into_any(),
            false => view! { <Stage /> }.into_any(),
        }}
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
