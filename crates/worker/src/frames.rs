//! Frames of a live picture: a bitmap that the page took of a video, read into pixels here, so that the page's thread does
//! nothing of it.

use std::cell::RefCell;

use web_sys::{ImageBitmap, OffscreenCanvasRenderingContext2d as Context};

use super::by_browser::{context, read, reads_what_was_drawn};
use lambdascope_core::picture::Picture;
use lambdascope_picture::Opened;

/// Why nothing can be read of a canvas here.
const ALTERED: &str = "This browser alters what a page reads of a video, as a protection against being recognised; allow this page to read canvases.";

thread_local! {
    /// What frames are drawn on, kept from one to the next, which mostly is as large.
    static CANVAS: RefCell<Option<([u32; 2], Context)>> = const { RefCell::new(None) };
}

/// A frame. Its memory is the browser's and is given back with it.
pub struct Frame {
    bitmap: ImageBitmap,
    mirrored: bool,
}

impl Frame {
    /// Takes a bitmap over.
    pub fn new(bitmap: ImageBitmap, mirrored: bool) -> Self {
        Self { bitmap, mirrored }
    }

    /// Its pixels.
    ///
    /// # Errors
    /// A sentence with the cause.
    pub fn open(&self) -> Result<Opened, String> {
        let size @ [width, height] = [self.bitmap.width(), self.bitmap.height()];
        let failed = |_| "The browser could not read a frame of this video.".to_owned();
        CANVAS.with_borrow_mut(|kept| {
            let canvas = match kept.take().filter(|(of, _)| *of == size) {
                Some((_, canvas)) => canvas,
                // Once for a size: what a browser does to canvases it does to all of them.
                None if !reads_what_was_drawn().map_err(failed)? => return Err(ALTERED.into()),
                None => context(width, height).map_err(failed)?,
            };
            let opened = self.read(&canvas);
            *kept = Some((size, canvas));
            opened.map_err(failed)
        })
    }

    fn read(&self, canvas: &Context) -> Result<Opened, wasm_bindgen::JsValue> {
        let [width, height] = [self.bitmap.width(), self.bitmap.height()];
        let (sign, shift) = if self.mirrored { (-1.0, f64::from(width)) } else { (1.0, 0.0) };
        canvas.set_transform(sign, 0.0, 0.0, 1.0, shift, 0.0)?;
        canvas.draw_image_with_image_bitmap(&self.bitmap, 0.0, 0.0)?;
        let rgba = read(canvas, 0, width, height)?;
        let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
        for pixel in rgba.chunks_exact(4) {
            rgb.extend_from_slice(&pixel[..3]);
        }
        let size = [width as usize, height as usize];
        let picture = Picture::new(size[0], size[1], rgb).map_err(|error| error.to_string())?;
        Ok(Opened { picture, original: size })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.bitmap.close();
    }
}
