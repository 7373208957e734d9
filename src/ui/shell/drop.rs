//! Files from the visitor, however they come: chosen, dropped or pasted. What a file is decides where it goes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

use crate::page::file_kind::{FileKind, HEAD};
use crate::page::view::View;
use crate::ui::browser;
use crate::ui::engine::loads;
use crate::ui::shell::live;
use crate::ui::shell::own_pictures;
use crate::ui::state::{Phase, State};
use crate::ui::widgets::icon::Icon;
use lambdascope_core::catalogue::Source;

/// How large a drawing becomes, in pixels: its shorter side, and at most its longer one.
const SHORTER_SIDE: f64 = 1024.0;
const LONGER_SIDE: f64 = 4096.0;

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
        take_all(state, listed(input.files()), Vec::new());
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
    // Nothing that is dropped takes the visitor away from the page; only a field takes text.
    let drag_over = window_event_listener(leptos::ev::dragover, move |event| {
        let has_files = types(&event).iter().any(|kind| kind == "Files");
        if has_files || !is_editable(&event) {
            event.prevent_default();
            set_over.set(has_files);
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
        let types = types(&event);
        if types.iter().any(|kind| kind == "Files") {
            event.prevent_default();
            let (files, folders) = event.data_transfer().map(|data| dropped(&data)).unwrap_or_default();
            take_all(state, files, folders);
        } else if !is_editable(&event) {
            event.prevent_default();
            state.problem.set(Some(not_a_file(&types).to_owned()));
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        let files = event.unchecked_ref::<web_sys::ClipboardEvent>().clipboard_data().and_then(|data| data.files());
        take_all(state, listed(files), Vec::new());
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

/// The kinds of what is dragged, as the browser names them.
fn types(event: &web_sys::DragEvent) -> Vec<String> {
    let types = event.data_transfer().map(|data| data.types());
    types.iter().flat_map(|types| types.iter().filter_map(|kind| kind.as_string())).collect()
}

/// Whether what is dragged is over a field that takes text.
fn is_editable(event: &web_sys::DragEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| matches!(element.tag_name().as_str(), "TEXTAREA" | "INPUT"))
}

/// What is said where something was dropped that is no file, by its kinds.
fn not_a_file(types: &[String]) -> &'static str {
    if types.iter().any(|kind| kind == "text/uri-list") {
        "A link was dropped, not a file, and the page fetches nothing from other sites. Save the picture on this device and \
         drop the file."
    } else {
        "What was dropped is text, not a file. Drop a picture, or a network (.safetensors)."
    }
}

/// The files of a list.
fn listed(files: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    files.iter().flat_map(|files| (0..files.length()).filter_map(|i| files.get(i))).collect()
}

/// The files that were dropped, and the names of the folders among them, which the browser lists as files too. Valid only
/// while the event is handled.
fn dropped(data: &web_sys::DataTransfer) -> (Vec<web_sys::File>, Vec<String>) {
    let items = data.items();
    let items = (0..items.length()).filter_map(|i| items.get(i)).filter(|item| item.kind() == "file");
    let entries = items.filter_map(|item| item.webkit_get_as_entry().ok().flatten());
    let folders: Vec<String> = entries.filter(|entry| entry.is_directory()).map(|entry| entry.name()).collect();
    let files = listed(data.files()).into_iter().filter(|file| !folders.contains(&file.name())).collect();
    (files, folders)
}

/// Takes every picture and the first network among the files; what is neither is said, and so are folders.
fn take_all(state: State, files: Vec<web_sys::File>, folders: Vec<String>) {
    if files.is_empty() && folders.is_empty() {
        return;
    }
    spawn_local(async move {
        state.problem.set(None);
        let (mut first, mut network) = (None, None::<(String, web_sys::File)>);
        let mut left_out =
            folders.first().map(|name| format!("{name} is a folder. Open it and drop the pictures that are in it."));
        for file in files {
            let name = if file.name().is_empty() { "The file".to_owned() } else { file.name() };
            match kind(&name, &file).await {
                FileKind::Network => match &network {
                    None => network = Some((name, file)),
                    Some((taken, _)) => {
                        left_out = Some(format!("One network at a time: {taken} is loaded and {name} is not."));
                    }
                },
                FileKind::Picture | FileKind::Drawing | FileKind::Video
                    if matches!(*state.phase.read_untracked(), Phase::Failed(_)) =>
                {
                    left_out = Some("The engine is not running, so the picture cannot be classified.".to_owned());
                }
                FileKind::Picture => {
                    let picture = own_pictures::take(state, name, file.into());
                    first = first.or(Some(picture));
                }
                FileKind::Drawing => match drawn(&file).await {
                    Ok(png) => first = first.or(Some(own_pictures::take(state, name, png))),
                    Err(cause) => {
                        left_out = Some(format!(
                            "{name} could not be drawn: {cause}. Save it as a JPEG or PNG and choose that file."
                        ));
                    }
                },
                FileKind::Video => live::begin_file(state, name, &file),
                FileKind::Sweep => {
                    state.view.set(View::Cost);
                    state.lab.file.set(Some((name, SendWrapper::new(file.into()))));
                }
                FileKind::ForeignNetwork(kind) => left_out = Some(format!("{name} looks like {kind}.")),
                FileKind::Unknown => {
                    left_out = Some(format!(
                        "{name} is neither a picture (JPEG, PNG, WebP, GIF, BMP, and whatever else this browser shows, such as SVG), nor a video, nor a network (.safetensors)."
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

/// An SVG as a PNG on white whose shorter side is large enough for every network, unless the other would become too long.
async fn drawn(svg: &web_sys::File) -> Result<web_sys::Blob, String> {
    let size = |[width, height]: [f64; 2]| {
        let scale = (SHORTER_SIDE / width.min(height)).min(LONGER_SIDE / width.max(height));
        [width, height].map(|side| side * scale)
    };
    let png = browser::canvas::svg_as_png(svg, Some("#fff"), size).await;
    png.map_err(|error| browser::describe(&error))
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
