//! How large a picture may be, and by how much one that is larger is reduced while it is decoded.

/// The longest side of a decoded picture, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// The most pixels of a decoded picture: 64 × 2²⁰, so that what cameras call 64 megapixels comes out whole.
pub const MAX_PIXELS: u64 = 64 << 20;

/// How large a picture a file may announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest side, in pixels.
    pub side: u32,
    /// The most pixels, all told.
    pub pixels: u64,
}

impl Limits {
    /// Of what has to be decoded as it is.
    pub const WHOLE: Self = Self { side: MAX_SIDE, pixels: MAX_PIXELS };

    /// Of what is reduced while it is decoded: no camera's picture is larger, and seconds of work remain.
    pub const REDUCED: Self = Self { side: 65_500, pixels: 256 << 20 };

    /// Whether a picture is within them.
    pub fn allow(self, width: u32, height: u32) -> bool {
        width.max(height) <= self.side && u64::from(width) * u64::from(height) <= self.pixels
    }
}

/// The least of 1, 2, 4 and 8 that brings the sides of a picture, divided by it, within [`Limits::WHOLE`]; 8 is enough for
/// what is within [`Limits::REDUCED`].
pub(crate) fn reduction(width: u32, height: u32) -> u32 {
    let fits = |by: u32| Limits::WHOLE.allow(width.div_ceil(by), height.div_ceil(by));
    [1, 2, 4].into_iter().find(|by| fits(*by)).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_reduced_fits_afterwards() {
        for (width, height, by) in [
            (8_192, 8_192, 1),
            (12_000, 9_000, 2),
            (16_384, 16_384, 2),
            (20_000, 100, 2),
            (65_500, 4_098, 4),
            (4_098, 65_500, 4),
        ] {
            assert!(Limits::REDUCED.allow(width, height), "{width} × {height}");
            assert_eq!(reduction(width, height), by, "{width} × {height}");
            assert!(Limits::WHOLE.allow(width.div_ceil(by), height.div_ceil(by)));
        }
        assert!(!Limits::REDUCED.allow(16_385, 16_384));
    }
}
