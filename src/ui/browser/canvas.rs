//! Canvases as files, and drawings as pixels. What is drawn on a canvas on screen is [`super::draw`]'s.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use lambdascope_core::picture::{PROBE, probe};

/// An empty canvas, and what draws on it.
///
/// # Errors
/// The browser's reason.
pub fn canvas(width: u32, height: u32) -> Result<(HtmlCanvasElement, Context), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d")?.ok_or("this browser offers no 2D canvas")?;
    Ok((canvas, context.unchecked_into()))
}

/// A canvas as a PNG file.
///
/// # Errors
/// The browser's reason; that it would alter the pixels, if it would.
pub async fn png(canvas: &HtmlCanvasElement) -> Result<web_sys::Blob, JsValue> {
    if !reads_what_was_drawn()? {
        return Err(
            "this browser alters what a page reads of a canvas, as a protection against being recognised; allow \
                    this page to read canvases"
                .into(),
        );
    }
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        if let Err(error) = canvas.to_blob(done.unchecked_ref()) {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await?.dyn_into().map_err(|_| "the browser could not make a file of it".into())
}

/// Whether a canvas gives back what was put on it. Browsers that hide what tells one visitor from another answer with noise or
/// with white, and say nothing.
fn reads_what_was_drawn() -> Result<bool, JsValue> {
    let (_, context) = canvas(PROBE, PROBE)?;
    let pattern = probe();
    let image = web_sys::ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pattern), PROBE, PROBE)?;
    context.put_image_data(&image, 0.0, 0.0)?;
    let side = f64::from(PROBE);
    Ok(context.get_image_data(0.0, 0.0, side, side)?.data().0 == pattern)
}

/// An SVG file as a PNG file, on a background if there is one. `size` says how large, from the drawing's own width and height.
/// What the file refers to elsewhere is not fetched.
///
/// # Errors
/// The browser's reason.
pub async fn svg_as_png(
    svg: &web_sys::Blob,
    background: Option<&str>,
    size: impl FnOnce([f64; 2]) -> [f64; 2],
) -> Result<web_sys::Blob, JsValue> {
    // Whatever its type was, the browser has to take it for a drawing.
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let svg = web_sys::Blob::new_with_blob_sequence_and_options(&js_sys::Array::of1(svg), &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&svg)?;
    let image = web_sys::HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    let drawn = decoded.and_then(|_| {
        let natural = [image.natural_width(), image.natural_height()];
        if natural.contains(&0) {
            return Err("it does not say how large it is".into());
        }
        let [width, height] = size(natural.map(f64::from)).map(|side| side.round().max(1.0));
        let (canvas, context) = canvas(width as u32, height as u32)?;
        if let Some(background) = background {
            context.set_fill_style_str(background);
            context.fill_rect(0.0, 0.0, width, height);
        }
        context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
        Ok(canvas)
    });
    let _ = web_sys::Url::revoke_object_url(&url);
    png(&drawn?).await
}
