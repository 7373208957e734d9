//! A picture in memory.

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
    /// if there is no pixel, or if the number of bytes does not fit the size.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, LengthError> {
        let picture = Self { width, height, rgb };
        picture.check()?;
        Ok(picture)
    }

    /// The fields are public, so whoever relies on their agreement asks first.
    ///
    /// # Errors
    /// As [`Picture::new`].
    pub fn check(&self) -> Result<(), LengthError> {
        let expected = self.width.checked_mul(self.height).and_then(|n| n.checked_mul(3));
        if self.rgb.is_empty() || expected != Some(self.rgb.len()) {
            return Err(LengthError { width: self.width, height: self.height, bytes: self.rgb.len() });
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

/// A [`Picture`] whose fields contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A picture of {width} × {height} pixels cannot be made from {bytes} bytes; choose another picture.")]
pub struct LengthError {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The number of bytes found; `3 × width × height` and at least 3 are expected.
    pub bytes: usize,
}
