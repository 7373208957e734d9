//! The few things the page asks of the browser: address, storage, colour scheme, files, canvases.

pub mod canvas;
pub mod files;
pub mod gpu;
pub mod media;
pub mod service_worker;

use leptos::html::ElementType;
use leptos::prelude::*;
use leptos_use_element_visibility::use_element_visibility;
use leptos_use_media_query::use_media_query;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::JsFuture;

use crate::page::address::Address;
use lambdascope_explain::figures::colour::Theme;

/// What the address of the page says now, and what the visitor should hear about it.
pub fn address() -> (Address, Option<String>) {
    let search = window().location().search().unwrap_or_default();
    let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) else { return Default::default() };
    let entries: Vec<[String; 2]> =
        parameters.entries().into_iter().flatten().filter_map(|entry| pair(&entry)).collect();
    Address::read(entries.iter().map(|[key, value]| (key.as_str(), value.as_str())))
}

/// A JavaScript array of two texts.
fn pair(entry: &JsValue) -> Option<[String; 2]> {
    let entry = entry.dyn_ref::<js_sys::Array>()?;
    Some([entry.get(0).as_string()?, entry.get(1).as_string()?])
}

/// Writes the address without a new entry in the history.
pub fn replace_address(address: &Address) {
    // Browsers refuse too many changes in a short time; the next one writes the same state again.
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url(address)));
    }
}

/// Writes the address as a new entry in the history.
pub fn push_address(address: &Address) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&url(address)));
    }
}

/// An address as a link that leads here from anywhere.
pub fn link(address: &Address) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}", url(address))
}

fn url(address: &Address) -> String {
    let path = window().location().pathname().unwrap_or_default();
    let hash = window().location().hash().unwrap_or_default();
    format!("{path}{}{hash}", address.query_string())
}

/// A value kept in this browser, where it keeps any.
pub fn stored(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Keeps a value in this browser, or nothing under `None`. A browser that keeps nothing is no error.
pub fn store(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// The colour scheme of the system, following its changes.
pub fn system_theme() -> Signal<Theme> {
    let dark = use_media_query("(prefers-color-scheme: dark)");
    Signal::derive(move || if dark.get() { Theme::Dark } else { Theme::Light })
}

/// Whether this visitor asks for little motion, following changes of mind.
pub fn reduced_motion() -> Signal<bool> {
    use_media_query("(prefers-reduced-motion: reduce)")
}

/// Whether this visitor asks for little motion now.
pub fn is_calm() -> bool {
    let asked = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    asked.is_some_and(|query| query.matches())
}

/// Brings the focus to an element, if there is one.
pub fn focus(element: Option<web_sys::Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Bytes as a file of a type.
///
/// # Errors
/// If the browser makes none.
pub fn blob(kind: &str, bytes: &[u8]) -> Result<web_sys::Blob, JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

/// Gives the visitor a file to keep.
///
/// # Errors
/// A sentence's end saying why there is none.
pub fn save(name: &str, kind: &str, bytes: &[u8]) -> Result<(), String> {
    blob(kind, bytes).map_err(|error| describe(&error)).and_then(|blob| save_blob(name, &blob))
}

/// Gives the visitor a file to keep.
///
/// # Errors
/// A sentence's end saying why there is none.
pub fn save_blob(name: &str, blob: &web_sys::Blob) -> Result<(), String> {
    let saved = (|| {
        let url = web_sys::Url::create_object_url_with_blob(blob)?;
        let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // Not at once: the browser has yet to read it.
        set_timeout(move || drop(web_sys::Url::revoke_object_url(&url)), std::time::Duration::from_secs(30));
        Ok(())
    })();
    saved.map_err(|error: JsValue| describe(&error))
}

/// The milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Puts a text on the clipboard.
///
/// # Errors
/// The browser's reason.
pub async fn copy(text: &str) -> Result<(), String> {
    // A page that was not opened safely has no clipboard at all, whatever its type says.
    if !js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object()) {
        return Err("browsers give a clipboard only to pages opened over https".to_owned());
    }
    let copied = JsFuture::from(window().navigator().clipboard().write_text(text)).await;
    copied.map(drop).map_err(|cause| describe(&cause))
}

/// The sentence for a file of this site that could not be fetched.
fn unfetched(path: &str) -> impl Fn(JsValue) -> String + Copy {
    move |error| format!("{path} could not be fetched: {}", describe(&error))
}

async fn fetch(path: &str) -> Result<web_sys::Response, String> {
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str(path)).await.map_err(unfetched(path))?.unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(format!("{path} could not be fetched: the server answered {}", response.status()))
    }
}

/// A text file of this site.
///
/// # Errors
/// A sentence saying why it could not be read.
pub async fn fetch_text(path: &str) -> Result<String, String> {
    let failed = unfetched(path);
    let response = fetch(path).await?;
    let text = JsFuture::from(response.text().map_err(failed)?).await.map_err(failed)?;
    text.as_string().ok_or_else(|| format!("{path} is not text"))
}

/// A file of this site.
///
/// # Errors
/// A sentence saying why it could not be read.
pub async fn fetch_bytes(path: &str) -> Result<Vec<u8>, String> {
    let failed = unfetched(path);
    let response = fetch(path).await?;
    let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// The bytes of a file, a pasted picture or a canvas.
///
/// # Errors
/// A sentence saying why it could not be read.
pub async fn read_blob(blob: &web_sys::Blob) -> Result<Vec<u8>, String> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|error| describe(&error))?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// A JavaScript error in words.
pub fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}

/// Puts pixels, `[height, width, 4]`, on a canvas of exactly that size.
pub fn draw(canvas: &web_sys::HtmlCanvasElement, width: usize, height: usize, rgba: &[u8]) {
    let (width, height) = (width as u32, height as u32);
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let drawn = (|| {
        let context = canvas.get_context("2d")?.ok_or("this browser offers no 2D canvas")?;
        let image = web_sys::ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height)?;
        context.unchecked_into::<web_sys::CanvasRenderingContext2d>().put_image_data(&image, 0.0, 0.0)
    })();
    if let Err(error) = drawn {
        leptos::logging::error!("a map of {width}×{height} could not be drawn: {}", describe(&error));
    }
}

/// Whether an element is in sight; not before the browser has said so.
pub fn in_sight<E>(element: NodeRef<E>) -> Signal<bool>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
    web_sys::Element: From<E::Output>,
{
    use_element_visibility(element)
}

/// Whether the first element that a selector finds is in the window, and the window is on screen.
pub fn in_view(selector: &str) -> bool {
    let document = document();
    let Some(element) = document.query_selector(selector).ok().flatten() else { return false };
    let area = element.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    !document.hidden() && area.height() > 0.0 && area.bottom() > 0.0 && area.top() < height
}
