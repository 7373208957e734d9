//! A live picture: the camera, or a video file, as a stream through the network, its controls and its rate.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;

use crate::page::live::Stopped;
use crate::ui::browser::media;
use crate::ui::engine::live;
use crate::ui::shell::own_pictures;
use crate::ui::state::State;
use crate::ui::state::live::Source;
use crate::ui::widgets::icon::Icon;

/// How far a step goes in a video file, in seconds.
const STEP: f64 = 1.0 / 25.0;

/// Plays a file of the visitor's.
pub fn begin_file(state: State, name: String, file: &web_sys::Blob) {
    match web_sys::Url::create_object_url_with_blob(file) {
        Ok(url) => live::begin(state, Source::File { name, url }),
        Err(_) => state.problem.set(Some(format!("{name} could not be opened. Choose it again."))),
    }
}

/// The camera's button.
#[component]
pub fn CameraButton() -> impl IntoView {
    let state = State::here();
    let is_on = Memo::new(move |_| state.live.source.read().is_some());
    let start = move |_| {
        state.problem.set(None);
        spawn_local(async move {
            match media::open_camera().await {
                Ok(stream) => live::begin(state, Source::Camera(SendWrapper::new(stream))),
                Err(sentence) => state.problem.set(Some(sentence)),
            }
        });
    };
    view! {
        <button type="button" class="button" prop:disabled=is_on on:click=start data-testid="camera">
            <Icon path="M3 8h4l2-3h6l2 3h4v11H3zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7" />
            <span class="wide-only">"Use the camera"</span>
        </button>
    }
}

/// The video with its controls, while there is one.
#[component]
pub fn LiveBox() -> impl IntoView {
    let state = State::here();
    let is_on = Memo::new(move |_| state.live.source.read().is_some());
    view! {
        <Show when=move || is_on.get()>
            <Video />
        </Show>
    }
}

/// The video, what moves it, and its controls.
#[component]
fn Video() -> impl IntoView {
    let state = State::here();
    let live_state = state.live;
    let video = NodeRef::<html::Video>::new();
    let stop = move |why| live::stop(state, video.get_untracked().as_ref(), why);
    let last = StoredValue::new(-1.0);
    let is_there = StoredValue::new(true);
    Effect::new(move |_| {
        let (Some(video), Some(source)) = (video.get(), live_state.source.get()) else { return };
        last.set_value(-1.0);
        match &source {
            Source::Camera(stream) => {
                video.set_src_object(Some(stream));
                let ended = Closure::<dyn FnMut()>::new(move || stop(Stopped::Lost)).into_js_value();
                for track in media::tracks(stream) {
                    track.set_onended(Some(ended.unchecked_ref()));
                }
            }
            Source::File { url, .. } => video.set_src(url),
        }
        media::play(&video);
    });
    // Once for every frame of the screen, as long as this is there; a tab out of sight has none.
    fn each_frame(state: State, video: NodeRef<html::Video>, last: StoredValue<f64>, is_there: StoredValue<bool>) {
        if !is_there.try_get_value().unwrap_or(false) {
            return;
        }
        if let Some(video) = video.get_untracked() {
            live::tick(state, &video, last);
        }
        request_animation_frame(move || each_frame(state, video, last, is_there));
    }
    each_frame(state, video, last, is_there);
    on_cleanup(move || is_there.set_value(false));

    // Another picture was chosen: nothing is left to look at here.
    Effect::new(move |_| {
        let picture = state.picture.get();
        // Where little motion is asked for nothing of it has been shown yet.
        let is_calm = live_state.still.read().is_none() && picture == live_state.before.get_value();
        if !live_state.has(picture.as_ref()) && !is_calm {
            live::release(state);
        }
    });
    Effect::new(move |_| {
        if !state.view.get().follows_live() {
            stop(Stopped::View);
        }
    });
    let hidden = document_listener(ev::visibilitychange, move || {
        if document().hidden() {
            stop(Stopped::Hidden);
        }
    });
    on_cleanup(hidden);

    let with_video = move |act: fn(State, &web_sys::HtmlVideoElement)| {
        move |_: ev::MouseEvent| {
            if let Some(video) = video.get_untracked() {
                act(state, &video);
            }
        }
    };
    let toggle = with_video(|state, video| {
        if state.live.runs.get_untracked() { live::freeze(state, video) } else { live::go_on(state, video) }
    });
    let step = with_video(|state, video| {
        if untrack(|| state.live.is_camera()) {
            live::freeze(state, video);
        } else {
            // The frame is there once the video has been brought to it.
            let own = video.clone();
            let sought = Closure::once_into_js(move || live::freeze(state, &own));
            let once = web_sys::AddEventListenerOptions::new();
            once.set_once(true);
            let to = video.current_time() + STEP;
            let added = video.add_event_listener_with_callback_and_add_event_listener_options(
                "seeked",
                sought.unchecked_ref(),
                &once,
            );
            if added.is_ok() {
                video.set_current_time(if to < video.duration() { to } else { 0.0 });
            }
        }
    });
    let keep = with_video(|state, video| {
        live::take(state, video, |state, name, file| {
            live::release(state);
            state.picture.set(Some(own_pictures::take(state, name, file)));
        });
    });
    let runs = live_state.runs;
    let is_camera = move || live_state.is_camera();
    let named = move || match &*live_state.source.read() {
        Some(Source::File { name, .. }) => format!("Video: {name}"),
        _ => "Camera preview".to_owned(),
    };
    let unplayable = move |_| {
        if !untrack(is_camera) {
            let name = live_state.name();
            live::end(state);
            state.problem.set(name.map(|name| format!("{name} is a video that this browser cannot play.")));
        }
    };
    let rate = move || match live_state.figures.get() {
        Some(figures) if runs.get() => figures.rate_text(),
        _ if runs.get() => "The first frames are on their way…".to_owned(),
        _ => "One frame stands still.".to_owned(),
    };
    let stages = move || live_state.figures.get().map(|figures| figures.stages_text());
    let count = move || live_state.figures.get().map_or(0, |figures| figures.count).to_string();
    let measured = move |of: fn(&crate::page::live::Figures) -> f64| {
        move || live_state.figures.get().map(|own| of(&own).to_string())
    };
    view! {
        <div class="camera" data-testid="live-box" data-runs=move || runs.get().to_string()>
            <video
                node_ref=video
                class:mirrored=live_state.mirrored
                prop:muted=true
                playsinline
                loop
                aria-label=named
                on:error=unplayable
            ></video>
            <p
                class="camera-rate"
                data-testid="live-rate"
                data-frames=count
                data-rate=measured(|own| own.rate)
                data-whole=measured(|own| own.whole)
            >
                {rate}
            </p>
            <div class="own">
                <button type="button" class="button button-strong" data-testid="live-freeze" on:click=toggle>
                    {move || if runs.get() { "Freeze" } else { "Go on" }}
                </button>
                <button type="button" class="button" data-testid="live-step" prop:disabled=runs on:click=step>"Step"</button>
                <button type="button" class="button" data-testid="live-keep" on:click=keep>
                    <span>"Keep"<span class="wide-only">" this picture"</span></span>
                </button>
                <button type="button" class="button" data-testid="live-close" on:click=move |_| live::end(state)>
                    <span>
                        "Close"
                        <span class="wide-only">{move || if is_camera() { " the camera" } else { " the video" }}</span>
                    </span>
                </button>
            </div>
            <label class="switch">
                <input
                    type="checkbox"
                    data-testid="live-mirror"
                    prop:checked=live_state.mirrored
                    on:change=move |event| live_state.mirrored.set(event_target_checked(&event))
                />
                "Mirror it"
            </label>
            <p class="quiet" data-testid="live-stages">{stages}</p>
            <p class="quiet">"Frames stay on this device: nothing is recorded and nothing is sent."</p>
        </div>
    }
}

/// Listens to the document; what takes the listener away again.
fn document_listener<E: ev::EventDescriptor + 'static>(event: E, heard: impl Fn() + 'static) -> impl FnOnce()
where
    E::EventType: JsCast,
{
    let listener = Closure::<dyn FnMut()>::new(heard);
    let name = event.name().into_owned();
    // A document refuses no listener.
    let _ = document().add_event_listener_with_callback(&name, listener.as_ref().unchecked_ref());
    let kept = StoredValue::new_local(Some(listener));
    move || {
        if let Some(listener) = kept.try_update_value(Option::take).flatten() {
            let _ = document().remove_event_listener_with_callback(&name, listener.as_ref().unchecked_ref());
        }
    }
}
