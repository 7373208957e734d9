//! Files from the visitor, however they come: chosen, dropped or pasted. What a file is decides where it goes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::page::file_kind::{FileKind, HEAD};
use crate::ui::browser;
use crate::ui::engine::loads;
use crate::ui::shell::own_pictures;
use crate::ui::state::{Phase, State};
use crate::ui::widgets::icon::Icon;
use lambdascope_core::catalogue::Source;

/// A button that opens the browser's own choice of files.
#[component]
pub fn FileButton(
    text: &'static str,
    /// The path of a drawing of 24 units that stands for the text where there is little room.
    #[prop(optional)]
    icon: &'static str,
    accept: &'static str,
    test_id: &'static str,
) -> impl IntoView {
    let state = State::here();
    let picker = NodeRef::<leptos::html::Input>::new();
    let picked = move |_| {
        let Some(input) = picker.get() else { return };
        take_all(state, input.files());
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <label class="button file-button">
            <input type="file" multiple accept=accept data-testid=test_id node_ref=picker on:change=picked />
            {(!icon.is_empty()).then(|| view! { <Icon path=icon /> })}
            <span class:wide-only=!icon.is_empty()>{text}</span>
        </label>
    }
}

/// Listens for files that are dropped on the page or pasted, and veils the page while one hovers over it.
#[component]
pub fn DropVeil() -> impl IntoView {
    let state = State::here();
    let (over, set_over) = signal(false);
    let has_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|data| (0..data.types().length()).any(|i| data.types().get(i) == "Files"))
    };
    let drag_over = window_event_listener(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
            set_over.set(true);
        }
    });
    let drag_leave = window_event_listener(leptos::ev::dragleave, move |event| {
        // Leaving the window has nothing it leaves to; leaving an element inside has.
        if event.related_target().is_none() {
            set_over.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        set_over.set(false);
        if has_files(&event) {
            event.prevent_default();
            take_all(state, event.data_transfer().and_then(|data| data.files()));
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        let files = event.unchecked_ref::<web_sys::ClipboardEvent>().clipboard_data().and_then(|data| data.files());
        take_all(state, files);
    });
    on_cleanup(move || {
        drag_over.remove();
        drag_leave.remove();
        drop.remove();
        paste.remove();
    });
    view! {
        <div class="veil" class:veil-shown=over aria-hidden="true">
            <p>"Drop pictures to run them through the network, or a network (.safetensors) to run instead"</p>
        </div>
    }
}

/// Takes every picture and the first network among the files; what is neither is said.
fn take_all(state: State, files: Option<web_sys::FileList>) {
    let files: Vec<_> = files.iter().flat_map(|files| (0..files.length()).filter_map(|i| files.get(i))).collect();
    if files.is_empty() {
        return;
    }
    spawn_local(async move {
        state.problem.set(None);
        let (mut first, mut network, mut left_out) = (None, None, None);
        for file in files {
            let name = if file.name().is_empty() { "The file".to_owned() } else { file.name() };
            match kind(&name, &file).await {
                FileKind::Network => network = network.or(Some((name, file))),
                FileKind::Picture if matches!(*state.phase.read_untracked(), Phase::Failed(_)) => {
                    left_out = Some("The engine is not running, so the picture cannot be classified.".to_owned());
                }
                FileKind::Picture => {
                    let picture = own_pictures::take(state, name, file.into());
                    first = first.or(Some(picture));
                }
                FileKind::ForeignNetwork => {
                    left_out = Some(format!(
                        "{name} looks like a network, but only .safetensors files can be read: they hold numbers and nothing else."
                    ));
                }
                FileKind::Unknown => {
                    left_out = Some(format!(
                        "{name} is neither a picture (PNG, JPEG, WebP, GIF and BMP can be read) nor a network (.safetensors)."
                    ));
                }
            }
        }
        if first.is_some() {
            state.picture.set(first);
        }
        if let Some((name, file)) = network {
            loads::load(state, Source::File { name }, Some(file));
        }
        if left_out.is_some() {
            state.problem.set(left_out);
        }
    });
}

/// What a file is, by its name and its first bytes.
async fn kind(name: &str, file: &web_sys::File) -> FileKind {
    // Less if the file is shorter.
    let head = match file.slice_with_i32_and_i32(0, HEAD as i32) {
        Ok(head) => browser::read_blob(&head).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    FileKind::of(name, &file.type_(), &head)
}
