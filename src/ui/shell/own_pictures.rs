//! The visitor's own pictures beside the samples: all of this visit, and by choice of the next, kept by the browser.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ui::browser::files;
use crate::ui::state::own_pictures::OwnPicture;
use crate::ui::state::{PictureChoice, State};

/// Brings what an earlier visit kept.
pub fn load_kept(state: State) {
    spawn_local(async move {
        for (key, name, file) in files::kept().await {
            state.own.add(Some(key), name, file);
            state.own.are_kept.set(true);
        }
    });
}

/// Takes a picture of the visitor's: beside the samples, and into the browser's storage if they are kept.
pub fn take(state: State, name: String, file: web_sys::Blob) -> PictureChoice {
    let picture = state.own.add(None, name, file);
    if state.own.are_kept.get_untracked() {
        let last = state.own.list.read_untracked().last().cloned();
        spawn_local(async move {
            if let Some(own) = last {
                keep(state, &own).await;
            }
        });
    }
    picture
}

/// Keeps a picture in the browser, or says why it cannot.
async fn keep(state: State, OwnPicture { key, picture, .. }: &OwnPicture) {
    let PictureChoice::Own { name, file, .. } = picture else { return };
    if let Err(cause) = files::keep(*key, name, file).await {
        state.problem.set(Some(format!("{name} could not be kept in this browser: {cause}.")));
    }
}

/// The pictures as buttons, in the samples' row.
#[component]
pub fn OwnPictureButtons() -> impl IntoView {
    let state = State::here();
    view! {
        <For each=move || state.own.list.get() key=|own| own.key let:own>
            <OwnButton own />
        </For>
    }
}

#[component]
fn OwnButton(own: OwnPicture) -> impl IntoView {
    let state = State::here();
    let OwnPicture { key, picture, url } = own;
    let chosen = {
        let picture = picture.clone();
        move || state.picture.read().as_ref().is_some_and(|now| now.is_of_file(&picture))
    };
    let name = picture.name().to_owned();
    let title = format!("{name}: your own, on this device alone");
    let choose = move |_| {
        state.problem.set(None);
        // As it was looked at last.
        state.picture.set(Some(state.own.find(key).unwrap_or_else(|| picture.clone())));
    };
    view! {
        <button
            type="button"
            class="sample"
            data-testid="own-picture"
            title=title
            aria-pressed=move || if chosen() { "true" } else { "false" }
            on:click=choose
        >
            <img src=url alt=name width="64" height="64" />
        </button>
    }
}

/// The choice whether the browser keeps them, once there are any.
#[component]
pub fn KeepChoice() -> impl IntoView {
    let state = State::here();
    let are_any = Memo::new(move |_| !state.own.list.read().is_empty());
    let changed = move |event: web_sys::Event| {
        let is_on = event_target_checked(&event);
        state.own.are_kept.set(is_on);
        let all = state.own.list.get_untracked();
        spawn_local(async move {
            if !is_on {
                files::drop_all().await;
                return;
            }
            for own in &all {
                keep(state, own).await;
            }
        });
    };
    move || {
        are_any.get().then(|| {
            view! {
                <label class="switch keep" title="They stay on this device. Switched off, they are gone when you leave the page.">
                    <input type="checkbox" data-testid="keep-pictures" prop:checked=state.own.are_kept on:change=changed />
                    "Keep my pictures in this browser"
                </label>
            }
        })
    }
}
