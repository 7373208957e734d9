//! A text that could not be put on the clipboard, selected so that the visitor can.

use leptos::prelude::*;

/// The text in a field of its own, which has the focus and is selected as soon as it is there.
#[component]
pub fn TextToCopy(
    /// The text.
    text: String,
    /// What it is, for those who do not see it.
    label: &'static str,
) -> impl IntoView {
    let field = NodeRef::<leptos::html::Textarea>::new();
    field.on_load(|field| {
        // After the field is in the document, before which nothing takes the focus.
        request_animation_frame(move || {
            let _ = field.focus();
            field.select();
        });
    });
    view! {
        <textarea class="text-to-copy" readonly rows="3" aria-label=label data-testid="text-to-copy" node_ref=field prop:value=text></textarea>
    }
}
