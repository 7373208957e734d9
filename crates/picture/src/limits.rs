//! How large a picture may be.

/// The longest side that is decoded, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// The most pixels that are decoded: 64 × 2²⁰, so that what cameras call 64 megapixels fits.
pub const MAX_PIXELS: u64 = 64 << 20;
