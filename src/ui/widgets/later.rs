//! A piece of the page's second module: room until it is there, or a sentence and a button where it cannot be fetched.

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::later::Piece;

/// Draws a piece, and fetches what draws it.
#[component]
pub fn Later(
    /// What is drawn.
    piece: Piece,
) -> impl IntoView {
    let later = State::here().later;
    later.want();
    move || {
        match later.draw.get() {
        Some(draw) => draw(piece),
        None if later.has_failed.get() => view! {
            <div class="view-waits">
                <p class="panel-note" role="alert" data-testid="later-failed">
                    "This part of the page could not be fetched. Check the connection and try again, or reload the page. "
                    <button type="button" class="link-button" on:click=move |_| later.has_failed.set(false)>
                        "Try again"
                    </button>
                </p>
            </div>
        }
        .into_any(),
        None => view! { <div class="view-waits"></div> }.into_any(),
    }
    }
}
