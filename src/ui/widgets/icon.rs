//! Drawings that stand for a button's text where there is little room.

use leptos::prelude::*;

/// A drawing of 24 units by 24, from its path. The button's text stays, for those who do not see it.
#[component]
pub fn Icon(path: &'static str) -> impl IntoView {
    view! {
        <svg class="button-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path />
        </svg>
    }
}
