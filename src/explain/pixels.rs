//! Maps as pixels, one a cell, and as marks that say the sign without colour.

use std::fmt::Write;

use super::colour::{Theme, diverging, diverging_stops};

/// The share of the limit from which a cell carries its sign as a mark.
pub const MARK_FROM: f32 = 0.5;

/// A signed map as opaque RGBA, one pixel a cell.
pub fn map_rgba(values: &[f32], limit: f32, theme: Theme) -> Vec<u8> {
    values.iter().flat_map(|&value| opaque(diverging(value, limit, theme))).collect()
}

/// A signed map to lie over a picture: the sign's full colour, |value| / `limit` as alpha.
pub fn overlay_rgba(values: &[f32], limit: f32, theme: Theme) -> Vec<u8> {
    let stops = diverging_stops(theme);
    let pixel = |value: f32| {
        let [_, r, g, b] = stops[if value < 0.0 { 0 } else { 8 }].to_be_bytes();
        let alpha = if limit > 0.0 { (value.abs() / limit).min(1.0) } else { 0.0 };
        [r, g, b, (alpha * 255.0).round() as u8]
    };
    values.iter().flat_map(|&value| pixel(value)).collect()
}

/// A `[side, side, 3]` picture as RGBA.
pub fn picture_rgba(rgb: &[u8]) -> Vec<u8> {
    rgb.chunks_exact(3).flat_map(|p| opaque([p[0], p[1], p[2]])).collect()
}

/// An SVG path in cells that writes a small + or − into every cell of at least [`MARK_FROM`] of the limit.
pub fn sign_marks(values: &[f32], width: usize, limit: f32) -> String {
    let mut path = String::new();
    if limit <= 0.0 || width == 0 {
        return path;
    }
    for (m, &value) in values.iter().enumerate() {
        if value.abs() < MARK_FROM * limit {
            continue;
        }
        let (y, x) = ((m / width) as f32 + 0.5, (m % width) as f32 + 0.5);
        // Writing to a String cannot fail.
        let _ = write!(path, "M{} {y}h.5", x - 0.25);
        if value > 0.0 {
            let _ = write!(path, "M{x} {}v.5", y - 0.25);
        }
    }
    path
}

fn opaque([r, g, b]: [u8; 3]) -> [u8; 4] {
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_is_alpha_over_a_picture() {
        let pixels = overlay_rgba(&[0.0, -1.0, 0.5], 1.0, Theme::Light);
        assert_eq!([pixels[3], pixels[7], pixels[11]], [0, 255, 128]);
        assert_eq!(pixels[4..7], [0x02, 0x55, 0xac]);
    }

    #[test]
    fn only_strong_cells_are_marked_and_only_positive_ones_get_the_upright() {
        assert_eq!(sign_marks(&[0.4, -1.0, 0.0, 0.5], 2, 1.0), "M1.25 0.5h.5M1.25 1.5h.5M1.5 1.25v.5");
        assert_eq!(sign_marks(&[1.0], 1, 0.0), "");
    }

    #[test]
    fn maps_are_one_pixel_a_cell() {
        assert_eq!(map_rgba(&[0.0, 1.0], 1.0, Theme::Light), [0xf7, 0xf7, 0xf7, 255, 0x89, 0x41, 0x01, 255]);
        assert_eq!(picture_rgba(&[1, 2, 3]), [1, 2, 3, 255]);
    }
}
