//! The help in one place, as a dialog that `?` and a button open.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use crate::page::help::{CAVEATS, KEYS, views};

/// The button and the dialog.
#[component]
pub fn Help() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // A browser that cannot show it as modal shows nothing; the README has the same list.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let pressed = window_event_listener(ev::keydown, move |event| {
        let writes = event.target().is_some_and(|target| {
            target.has_type::<web_sys::HtmlTextAreaElement>()
                || target.dyn_ref::<web_sys::HtmlInputElement>().is_some_and(|input| input.type_() == "text")
        });
        if event.key() == "?" && !writes && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
            event.prevent_default();
            open();
        }
    });
    on_cleanup(move || pressed.remove());
    let keys = KEYS
        .iter()
        .map(|part| {
            let rows = part
                .keys
                .iter()
                .map(|(keys, does)| view! { <div><dt><kbd>{*keys}</kbd></dt><dd>{*does}</dd></div> })
                .collect_view();
            view! {
                <h3>{part.place}</h3>
                <dl class="keys">{rows}</dl>
            }
        })
        .collect_view();
    let views =
        views().map(|(title, question)| view! { <div><dt>{title}</dt><dd>{question}</dd></div> }).collect_view();
    let caveats = CAVEATS.iter().map(|caveat| view! { <li>{*caveat}</li> }).collect_view();
    view! {
        <button type="button" class="button help-button" data-testid="help-button" aria-haspopup="dialog" on:click=move |_| open()>
            "Help"
        </button>
        <dialog class="help" aria-labelledby="help-title" node_ref=dialog data-testid="help">
            <div class="help-head">
                <h2 id="help-title">"Help"</h2>
                <button type="button" class="button" data-testid="help-close" on:click=move |_| close()>"Close"</button>
            </div>
            <h3>"What each view answers"</h3>
            <dl class="keys">{views}</dl>
            <h3>"What a map does not tell you"</h3>
            <ul class="caveats">{caveats}</ul>
            <h2>"Keys"</h2>
            <p class="quiet">"Everything can be reached with Tab and pressed with Enter or Space. In addition:"</p>
            {keys}
        </dialog>
    }
}
