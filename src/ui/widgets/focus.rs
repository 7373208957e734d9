//! Where the focus goes when the button that was pressed is gone.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::place::Place;
use crate::page::view::View;
use crate::ui::state::State;

/// The id of the row's button.
pub const BUTTON: &str = "networks-button";

/// Puts the focus on the row's button, since the one that was pressed goes; it also brings the news into sight.
pub fn focus_row() {
    focus(BUTTON);
}

/// Puts the focus on a view's tab.
pub fn focus_tab(view: View) {
    focus(&view.tab_id());
}

/// Shows a place in the lens. What was pressed is gone with its view: the lens' tab has the focus in its place.
pub fn look(state: State, place: Place) {
    state.go(place);
    state.view.set(View::Lens);
    focus_tab(View::Lens);
}

fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // A browser that refuses leaves the focus where it was.
        let _ = element.focus();
    }
}
