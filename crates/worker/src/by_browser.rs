//! Pictures that have no decoder here, or are too much for it, decoded by the browser: whatever it shows (AVIF, perhaps HEIC)
//! can be run. Not for what both decode, since browsers differ from each other in the last bit.

use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ColorSpaceConversion, ImageBitmap, ImageBitmapOptions, ImageData, ImageOrientation, OffscreenCanvas,
    OffscreenCanvasRenderingContext2d as Context, PremultiplyAlpha,
};

use super::scope::scope;
use lambdascope_core::picture::{PROBE, Picture, probe};
use lambdascope_picture::{Limits, Opened, PictureError};

/// The most pixels that are drawn: what the least of today's browsers allows a canvas.
const MAX_PIXELS: u32 = 4096 * 4096;

/// How many rows are read at a time, so that the canvas is never in memory twice.
const BAND: u32 = 256;

const ALTERED: &str = "Only the browser can decode this picture, and it alters what a page reads of one, as a protection against being recognised; allow this page to read canvases, or save the picture as a JPEG or PNG and choose that file.";

/// Opens a file that was refused for the reason `refused`.
///
/// # Errors
/// A sentence for the visitor: that reason, if the browser cannot show the file either.
pub async fn open(file: &Blob, refused: &PictureError) -> Result<Opened, String> {
    let neither = |_: JsValue| format!("{refused} This browser could not show it either.");
    let bitmap = bitmap(file).await.map_err(neither)?;
    let opened = pixels(&bitmap);
    bitmap.close();
    opened
}

/// Decoded, upright, in the file's own colours.
async fn bitmap(file: &Blob) -> Result<ImageBitmap, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_color_space_conversion(ColorSpaceConversion::None);
    options.set_premultiply_alpha(PremultiplyAlpha::None);
    options.set_image_orientation(ImageOrientation::FromImage);
    let bitmap = scope().create_image_bitmap_with_blob_and_image_bitmap_options(file, &options)?;
    JsFuture::from(bitmap).await?.dyn_into()
}

/// The pixels on white, of a large picture fewer.
fn pixels(bitmap: &ImageBitmap) -> Result<Opened, String> {
    let (width, height) = (bitmap.width(), bitmap.height());
    if !Limits::REDUCED.allow(width, height) {
        let limits = Limits::REDUCED;
        return Err(PictureError::TooLarge { format: "picture", width, height, limits }.to_string());
    }
    let failed =
        |_| "The browser could not draw this picture; save it as a JPEG or PNG and choose that file.".to_owned();
    if !reads_what_was_drawn().map_err(failed)? {
        return Err(ALTERED.into());
    }
    let mut drawn = [width, height];
    while drawn[0] * drawn[1] > MAX_PIXELS {
        drawn = drawn.map(|side| side.div_ceil(2));
    }
    let rgb = draw(bitmap, drawn).map_err(failed)?;
    let [w, h] = drawn.map(|side| side as usize);
    let picture = Picture::new(w, h, rgb).map_err(|error| error.to_string())?;
    Ok(Opened { picture, original: [width as usize, height as usize] })
}

fn draw(bitmap: &ImageBitmap, [width, height]: [u32; 2]) -> Result<Vec<u8>, JsValue> {
    let context = context(width, height)?;
    let (w, h) = (f64::from(width), f64::from(height));
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, w, h);
    context.set_image_smoothing_enabled(true);
    context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, w, h)?;
    let mut rgb = Vec::with_capacity(3 * width as usize * height as usize);
    for top in (0..height).step_by(BAND as usize) {
        let rgba = read(&context, top, width, BAND.min(height - top))?;
        rgb.extend(rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
    }
    Ok(rgb)
}

/// Whether a canvas gives back what was put on it. Browsers that hide what tells one visitor from another answer with noise or
/// with white, and say nothing.
pub fn reads_what_was_drawn() -> Result<bool, JsValue> {
    let context = context(PROBE, PROBE)?;
    let pattern = probe();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pattern), PROBE, PROBE)?;
    context.put_image_data(&image, 0.0, 0.0)?;
    Ok(read(&context, 0, PROBE, PROBE)? == pattern)
}

/// A canvas whose pixels stay where they can be read.
pub fn context(width: u32, height: u32) -> Result<Context, JsValue> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &true.into())?;
    let context = OffscreenCanvas::new(width, height)?.get_context_with_context_options("2d", &options)?;
    Ok(context.ok_or(JsValue::NULL)?.unchecked_into())
}

/// Rows of a canvas, RGBA.
pub fn read(context: &Context, top: u32, width: u32, height: u32) -> Result<Vec<u8>, JsValue> {
    let data = context.get_image_data(0.0, f64::from(top), f64::from(width), f64::from(height))?;
    Ok(data.data().0)
}
