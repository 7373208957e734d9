//! A picture that shows whether a browser gives back what was drawn: page and engine put it on a canvas and read it again.
//! Browsers that hide what tells one visitor from another answer with noise or with white, and say nothing.

/// Its sides, in pixels.
pub const PROBE: u32 = 64;

/// Its opaque RGBA, `[PROBE, PROBE, 4]`: bytes without a pattern that noise or a smooth picture could repeat.
pub fn probe() -> Vec<u8> {
    (0..PROBE * PROBE * 4).map(|i| if i % 4 == 3 { 255 } else { (i.wrapping_mul(2_654_435_761) >> 24) as u8 }).collect()
}
