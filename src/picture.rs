//! What the network sees of a picture: decoding, orientation, the centre crop and normalisation.
//!
//! Bytes of a file go in, an upright 8-bit RGB [`Picture`] comes out; [`Preprocessing`] turns that into the exact
//! pixels, and then the exact numbers, that a network was trained on. Everything runs on one thread without a file
//! system, natively and in wasm. Colour profiles are not applied, as in training. Drawing and networks do not belong
//! here.

mod decode;
mod edit;
mod error;
mod jpeg;
mod preprocessing;
mod sniff;
mod webp;

pub use decode::{MAX_PIXELS, MAX_SIDE, decode};
pub use edit::{CELLS, PictureEdit};
pub use error::PictureError;
pub use preprocessing::{Interpolation, Preprocessing};

/// An upright 8-bit sRGB picture without transparency.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Red, green and blue of every pixel, `[H, W, 3]` row-major.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Wraps `rgb`, `[height, width, 3]`.
    ///
    /// # Errors
    /// [`PictureError::Length`] if there is no pixel, or if the number of bytes does not fit the size.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, PictureError> {
        let picture = Self { width, height, rgb };
        picture.check()?;
        Ok(picture)
    }

    /// The fields are public, so whoever relies on their agreement asks first.
    fn check(&self) -> Result<(), PictureError> {
        let expected = self.width.checked_mul(self.height).and_then(|n| n.checked_mul(3));
        if self.rgb.is_empty() || expected != Some(self.rgb.len()) {
            return Err(PictureError::Length { width: self.width, height: self.height, bytes: self.rgb.len() });
        }
        Ok(())
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Millions of pixel values help nobody in a panic message.
        write!(f, "Picture {{ {}×{}, {} bytes }}", self.width, self.height, self.rgb.len())
    }
}
