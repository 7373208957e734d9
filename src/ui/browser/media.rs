//! Cameras and videos: asking for one, and taking frames out of it.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlCanvasElement, HtmlVideoElement, ImageBitmap, MediaStream, MediaStreamTrack};

use crate::ui::browser;

/// The shorter side of what is asked of a camera, and at most of a frame, in pixels: more than the networks see, and little
/// enough to be read many times a second.
const SIDE: f64 = 480.0;

/// Asks for the camera; the error is a sentence for people.
pub async fn open_camera() -> Result<MediaStream, String> {
    let none = || "The camera cannot be used here; browsers allow it only on https pages.".to_owned();
    let navigator = window().navigator();
    // Without a secure context there is no `mediaDevices` at all.
    if !Reflect::has(&navigator, &"mediaDevices".into()).unwrap_or(false) {
        return Err(none());
    }
    let devices = navigator.media_devices().map_err(|_| none())?;
    let wishes = web_sys::MediaStreamConstraints::new();
    let video = js_sys::Object::new();
    for (name, ideal) in [("width", SIDE * 4.0 / 3.0), ("height", SIDE)] {
        let wish = js_sys::Object::new();
        let wished =
            Reflect::set(&wish, &"ideal".into(), &ideal.into()).and_then(|_| Reflect::set(&video, &name.into(), &wish));
        wished.map_err(|error| browser::describe(&error))?;
    }
    wishes.set_video(&video);
    let asked = devices.get_user_media_with_constraints(&wishes).map_err(|error| browser::describe(&error))?;
    match JsFuture::from(asked).await {
        Ok(stream) => Ok(stream.unchecked_into()),
        Err(error) => {
            let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
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

/// The tracks of a stream.
pub fn tracks(stream: &MediaStream) -> Vec<MediaStreamTrack> {
    stream.get_tracks().iter().map(JsCast::unchecked_into).collect()
}

/// Whether a camera looks at who sits before it, as far as the browser says; one that says nothing is a webcam.
pub fn faces_the_visitor(stream: &MediaStream) -> bool {
    let facing = |track: MediaStreamTrack| {
        let settings = Reflect::get(&track, &"getSettings".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        Reflect::get(&settings.call0(&track).ok()?, &"facingMode".into()).ok()?.as_string()
    };
    !tracks(stream).into_iter().filter_map(facing).any(|facing| facing == "environment")
}

/// Plays a video. Where that is refused, or there is nothing to be played, it stands still; of a file that cannot be played the
/// video says so itself.
pub fn play(video: &HtmlVideoElement) {
    if let Ok(playing) = video.play() {
        leptos::task::spawn_local(async move { drop(JsFuture::from(playing).await) });
    }
}

/// Whether there is a frame to take.
pub fn shows_something(video: &HtmlVideoElement) -> bool {
    video.ready_state() >= 2 && video.video_width() > 0 && video.video_height() > 0
}

/// A video's size, its shorter side at most [`SIDE`].
fn size(video: &HtmlVideoElement) -> [u32; 2] {
    let [width, height] = [video.video_width(), video.video_height()].map(f64::from);
    let scale = (SIDE / width.min(height)).min(1.0);
    [width, height].map(|side| (side * scale).round().max(1.0) as u32)
}

/// The present frame, as something that can be handed to the engine.
///
/// # Errors
/// The browser's reason.
pub async fn bitmap(video: &HtmlVideoElement) -> Result<ImageBitmap, JsValue> {
    let [width, height] = size(video);
    let options = web_sys::ImageBitmapOptions::new();
    if width != video.video_width() {
        options.set_resize_width(width);
        options.set_resize_height(height);
        options.set_resize_quality(web_sys::ResizeQuality::Medium);
    }
    let made = window().create_image_bitmap_with_html_video_element_and_image_bitmap_options(video, &options)?;
    JsFuture::from(made).await?.dyn_into()
}

/// The present frame on a canvas, at once; left and right exchanged at wish.
///
/// # Errors
/// A sentence's end saying why there is none.
pub fn draw(video: &HtmlVideoElement, mirrored: bool) -> Result<HtmlCanvasElement, String> {
    if !shows_something(video) {
        return Err("the video has not shown anything yet".to_owned());
    }
    let say = |error: JsValue| browser::describe(&error);
    let [width, height] = size(video);
    let (canvas, context) = browser::canvas::canvas(width, height).map_err(say)?;
    let (width, height) = (f64::from(width), f64::from(height));
    if mirrored {
        context.set_transform(-1.0, 0.0, 0.0, 1.0, width, 0.0).map_err(say)?;
    }
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height).map_err(say)?;
    Ok(canvas)
}
