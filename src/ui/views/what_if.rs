//! The network with parts of it changed: what is changed, what becomes of its guess, and what the same does to all
//! pictures. Changes live in the address; the
//! worker runs the changed network beside the one whose answer is on the page.

mod all_pictures;
mod brush;
mod embeddings;
mod evidence;
mod outcome;
mod picture;
mod switches;

use leptos::prelude::*;

use crate::ui::engine::what_if;
use crate::ui::state::State;
use all_pictures::AllPictures;
pub use all_pictures::fetch as fetch_ablations;
use embeddings::Embeddings;
use evidence::EvidenceChange;
use outcome::Outcome;
use picture::PictureBrush;
use switches::Switches;

/// The view.
#[component]
pub fn WhatIf() -> impl IntoView {
    let state = State::here();
    what_if::ask_on_change(state);
    let has_lambdas = Memo::new(move |_| {
        state
            .answer
            .read()
            .as_ref()
            .is_some_and(|answer| answer.trace.layers.iter().any(|layer| layer.as_lambda().is_some()))
    });
    view! {
        <div class="what-if" data-testid="what-if">
            <Outcome />
            <AllPictures />
            <EvidenceChange />
            <div class="what-if-tools">
                <PictureBrush />
                <div class="what-if-side">
                    <Show
                        when=move || has_lambdas.get()
                        fallback=|| {
                            view! {
                                <p data-testid="no-switches">
                                    "This network has no lambda layers, so nothing in it can be switched off here. Its picture can be erased and moved."
                                </p>
                            }
                        }
                    >
                        <Switches />
                        <Embeddings />
                    </Show>
                </div>
            </div>
        </div>
    }
}
