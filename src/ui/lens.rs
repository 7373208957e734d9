//! The lens: where one query takes from, content + position = total, with the proof.

use leptos::prelude::*;

use super::notes::Notes;
use super::proof::ProofLine;
use super::query_vector::QueryVector;
use super::stage::Stage;

/// The view.
#[component]
pub fn Lens() -> impl IntoView {
    view! {
        <Stage />
        <div class="below">
            <div class="figures">
                <ProofLine />
                <QueryVector />
            </div>
            <Notes />
        </div>
    }
}
