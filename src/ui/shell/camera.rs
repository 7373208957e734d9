//! Taking a picture with the camera. The stream stops as soon as the picture is taken.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::ui::browser;
use crate::ui::shell::own_pictures;
use crate::ui::state::State;
use crate::ui::widgets::icon::Icon;

/// The camera's button, and its preview while it is on.
#[component]
pub fn Camera() -> impl IntoView {
    let state = State::here();
    let stream = StoredValue::new_local(None::<web_sys::MediaStream>);
    let (on, set_on) = signal(false);
    let video = NodeRef::<leptos::html::Video>::new();
    let stop = move || {
        if let Some(stream) = stream.try_update_value(Option::take).flatten() {
            for track in stream.get_tracks() {
                track.unchecked_into::<web_sys::MediaStreamTrack>().stop();
            }
        }
        set_on.set(false);
    };
    let start = move |_| {
        state.problem.set(None);
        spawn_local(async move {
            match open_camera().await {
                Ok(opened) => {
                    stream.set_value(Some(opened));
                    set_on.set(true);
                }
                Err(sentence) => state.problem.set(Some(sentence)),
            }
        });
    };
    Effect::new(move |_| {
        if let (true, Some(video)) = (on.get(), video.get()) {
            video.set_src_object(stream.get_value().as_ref());
            // Where playing is refused the preview stays still and the picture can be taken all the same.
            let _ = video.play();
        }
    });
    let take = move |_| {
        let Some(video) = video.get() else { return };
        spawn_local(async move {
            match grab(&video).await {
                Ok(file) => {
                    stop();
                    let name = "camera picture".to_owned();
                    state.picture.set(Some(own_pictures::take(state, name, file)));
                }
                Err(cause) => state.problem.set(Some(format!("The picture could not be taken: {cause}."))),
            }
        });
    };
    on_cleanup(stop);
    view! {
        <button type="button" class="button" prop:disabled=on on:click=start data-testid="camera">
            <Icon path="M3 8h4l2-3h6l2 3h4v11H3zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7" />
            <span class="wide-only">"Use the camera"</span>
        </button>
        {move || {
            on.get()
                .then(|| view! {
                    <div class="camera">
                        <video node_ref=video prop:muted=true playsinline aria-label="Camera preview"></video>
                        <div class="own">
                            <button type="button" class="button button-strong" on:click=take>"Take the picture"</button>
                            <button type="button" class="button" on:click=move |_| stop()>"Close the camera"</button>
                        </div>
                    </div>
                })
        }}
    }
}

/// Asks for the camera; the error is a sentence for people.
async fn open_camera() -> Result<web_sys::MediaStream, String> {
    let none = || "The camera cannot be used here; browsers allow it only on https pages.".to_owned();
    let navigator = window().navigator();
    // Without a secure context there is no `mediaDevices` at all.
    if !js_sys::Reflect::has(&navigator, &"mediaDevices".into()).unwrap_or(false) {
        return Err(none());
    }
    let devices = navigator.media_devices().map_err(|_| none())?;
    let wishes = web_sys::MediaStreamConstraints::new();
    wishes.set_video(&JsValue::TRUE);
    let asked = devices.get_user_media_with_constraints(&wishes).map_err(|error| browser::describe(&error))?;
    match JsFuture::from(asked).await {
        Ok(stream) => Ok(stream.unchecked_into()),
        Err(error) => {
            let name = js_sys::Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
            Err(match name.as_deref() {
                Some("NotAllowedError") => {
                    "Camera access was denied. Allow it for this page in the browser's address bar, or choose a file."
                        .to_owned()
                }
                Some("NotFoundError") => "No camera was found. Choose a file instead.".to_owned(),
                Some("NotReadableError") => {
                    "The camera is in use by another program. Close it and try again.".to_owned()
                }
                _ => format!("The camera could not be opened: {}.", browser::describe(&error)),
            })
        }
    }
}

/// The video's current frame as a PNG file.
async fn grab(video: &web_sys::HtmlVideoElement) -> Result<web_sys::Blob, String> {
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        return Err("the camera has not shown anything yet".to_owned());
    }
    let say = |error: JsValue| browser::describe(&error);
    let (canvas, context) = browser::canvas::canvas(width, height).map_err(say)?;
    context.draw_image_with_html_video_element(video, 0.0, 0.0).map_err(say)?;
    browser::canvas::png(&canvas).await.map_err(say)
}
