//! How maps of the picture's positions lie on it.

use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::state::State;
use crate::ui::widgets::choice::{Choice, Item};
use lambdascope_explain::figures::display::Display;

/// The choice of how maps lie on the picture.
#[component]
pub fn DisplayChoice() -> impl IntoView {
    let state = State::here();
    view! {
        <Choice
            name="overlay-select"
            legend="Show"
            items=Signal::stored(vec![
                Item::new("map", "The map alone"),
                Item::new("over the picture", "The map over the dimmed picture; strength is opacity"),
                Item::new("contours", "The picture with lines round the cells beyond half of the scale: solid above zero, dotted below"),
            ])
            selected=Signal::derive(move || Display::VARIANTS.iter().position(|d| *d == state.display.get()).unwrap_or(0))
            on_choose=move |index| state.display.set(Display::VARIANTS[index])
        />
    }
}
