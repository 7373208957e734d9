//! The ways to give a picture: samples, a file, the camera ([`crate::ui::shell::live`]); dropping and pasting are in [`crate::ui::shell::drop`].

use leptos::prelude::*;

use crate::page::samples;
use crate::page::samples::Sample;
use crate::ui::shell::crop::Crop;
use crate::ui::shell::drop;
use crate::ui::shell::live::{CameraButton, LiveBox};
use crate::ui::shell::own_pictures::{KeepChoice, OwnPictureButtons};
use crate::ui::state::{PictureChoice, State};

/// Chooses the sample of the address, or the first.
pub fn choose_sample(state: State) {
    let wanted = state.address().sample;
    let named = wanted.as_deref().and_then(samples::named);
    let first = samples::shipped().first();
    if let (Some(wanted), None, Some(first)) = (&wanted, named, first) {
        let first = first.title.as_str();
        state.say_of_address(format!("There is no sample called {wanted} here; “{first}” is shown instead."));
    }
    if let Some(chosen) = named.or(first)
        && state.picture.read_untracked().is_none()
    {
        state.picture.set(Some(PictureChoice::Sample(chosen.id.clone())));
    }
}

/// The column's first part.
#[component]
pub fn Input() -> impl IntoView {
    let state = State::here();
    view! {
        <section class="input" aria-labelledby="input-title">
            <h2 id="input-title" class="wide-only">"Picture"</h2>
            <div class="samples" role="group" aria-label="Pictures">
                {samples::shipped().iter().map(|sample| view! { <SampleButton sample /> }).collect_view()}
                <OwnPictureButtons />
            </div>
            <div class="own">
                <drop::FileButton
                    text="Choose a picture"
                    icon="M4 20h16v-7M4 20v-7M12 15V4M7.5 8.5 12 4l4.5 4.5"
                    accept="image/*,video/*"
                    test_id="file-input"
                />
                <CameraButton />
            </div>
            <LiveBox />
            <p class="quiet wide-only">"Or drop or paste one, or a video, anywhere. They stay on this device: nothing is uploaded."</p>
            <Crop />
            <KeepChoice />
            <p class="problem" role="alert" data-testid="problem">{move || state.problem.get()}</p>
        </section>
    }
}

#[component]
fn SampleButton(sample: &'static Sample) -> impl IntoView {
    let state = State::here();
    let picture = PictureChoice::Sample(sample.id.clone());
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
            data-sample=sample.id.as_str()
            title=credit
            aria-pressed=move || if chosen() { "true" } else { "false" }
            on:click=move |_| {
                state.problem.set(None);
                state.picture.set(Some(picture.clone()));
            }
        >
            <img src=format!("samples/{}", sample.file) alt=sample.alt.as_str() width="64" height="64" loading="lazy" />
        </button>
    }
}
