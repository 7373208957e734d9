//! Where the focus goes when the button that was pressed is gone.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The id of the row's button.
pub const BUTTON: &str = "networks-button";

/// Puts the focus on the row's button, since the one that was pressed goes; it also brings the news into sight.
pub fn focus_row() {
    let button = document().get_element_by_id(BUTTON).and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(button) = button {
        // A browser that refuses leaves the focus where it was.
        let _ = button.focus();
    }
}
