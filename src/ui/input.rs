//! The ways to give a picture: samples, a file, dropping, pasting, the camera.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::browser;
use super::camera::Camera;
use super::state::{Phase, Picture, State};
use crate::page::samples::{self, Sample};

/// Fetches the list of samples and chooses the one of the address, or the first.
pub fn load_samples(state: State) {
    spawn_local(async move {
        let list = browser::fetch_text("samples/samples.json").await.and_then(|text| {
            samples::parse(&text).map_err(|error| format!("samples/samples.json is no list of samples: {error}"))
        });
        match list {
            Ok(list) => {
                let wanted = state.opening_address().sample;
                let chosen = list.iter().find(|sample| Some(&sample.id) == wanted.as_ref()).or(list.first());
                let chosen = chosen.map(|sample| Picture::Sample(sample.id.clone()));
                state.samples.set(list);
                if state.picture.read_untracked().is_none() {
                    state.picture.set(chosen);
                }
            }
            Err(cause) => state.problem.set(Some(format!("{cause}. Your own pictures still work."))),
        }
    });
}

/// The column's first part.
#[component]
pub fn Input() -> impl IntoView {
    let state = State::here();
    let picker = NodeRef::<leptos::html::Input>::new();
    let picked = move |_| {
        let Some(input) = picker.get() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            choose_file(state, file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <section class="input" aria-labelledby="input-title">
            <h2 id="input-title">"Picture"</h2>
            <div class="samples" role="group" aria-label="Sample pictures">
                <For each=move || state.samples.get() key=|sample| sample.id.clone() let:sample>
                    <SampleButton sample />
                </For>
            </div>
            <div class="own">
                <label class="button file-button">
                    <input
                        type="file"
                        accept="image/png,image/jpeg,image/webp,image/gif,image/bmp"
                        data-testid="file-input"
                        node_ref=picker
                        on:change=picked
                    />
                    <span>"Choose a picture"</span>
                </label>
                <Camera />
            </div>
            <p class="quiet">"Or drop or paste one anywhere. Pictures stay on this device: nothing is uploaded."</p>
            <p class="problem" role="alert" data-testid="problem">{move || state.problem.get()}</p>
        </section>
    }
}

#[component]
fn SampleButton(sample: Sample) -> impl IntoView {
    let state = State::here();
    let picture = Picture::Sample(sample.id.clone());
    let chosen = {
        let picture = picture.clone();
        move || state.picture.read().as_ref() == Some(&picture)
    };
    let credit = [sample.title.as_str(), &sample.source, &sample.licence]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <button
            type="button"
            class="sample"
            data-testid="sample"
            data-sample=sample.id
            title=credit
            aria-pressed=move || if chosen() { "true" } else { "false" }
            on:click=move |_| state.picture.set(Some(picture.clone()))
        >
            <img src=format!("samples/{}", sample.file) alt=sample.alt width="64" height="64" loading="lazy" />
        </button>
    }
}

/// Takes a file as the picture to classify.
pub fn choose_file(state: State, file: web_sys::File) {
    let name = file.name();
    spawn_local(async move {
        match browser::read_blob(&file).await {
            Ok(bytes) => state.picture.set(Some(Picture::Own { name, bytes: Arc::new(bytes) })),
            Err(cause) => state.problem.set(Some(format!("{name} could not be read: {cause}."))),
        }
    });
}

/// Listens for pictures that are dropped on the page or pasted, and veils the page while one hovers over it.
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
            take_first(state, event.data_transfer().and_then(|data| data.files()));
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        let files = event.unchecked_ref::<web_sys::ClipboardEvent>().clipboard_data().and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            take_first(state, files);
        }
    });
    on_cleanup(move || {
        drag_over.remove();
        drag_leave.remove();
        drop.remove();
        paste.remove();
    });
    view! {
        <div class="veil" class:veil-shown=over aria-hidden="true">
            <p>"Drop the picture to run it through the network"</p>
        </div>
    }
}

fn take_first(state: State, files: Option<web_sys::FileList>) {
    let Some(files) = files else { return };
    let pictures = (0..files.length()).filter_map(|i| files.get(i));
    match pictures.into_iter().find(|file| file.type_().starts_with("image/")) {
        Some(file) => choose_file(state, file),
        None => state.problem.set(Some("That is no picture; PNG, JPEG, WebP, GIF and BMP can be read.".to_owned())),
    }
    if matches!(*state.phase.read_untracked(), Phase::Failed(_)) {
        state.problem.set(Some("The engine does not run, so the picture cannot be classified.".to_owned()));
    }
}
