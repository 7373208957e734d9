//! Maps as pixels, one a cell, and as marks that say the sign without colour.

use std::fmt::Write;

/// The share of the limit from which a cell carries its sign as a mark.
pub const MARK_FROM: f32 = 0.5;

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

/// A colour as an opaque pixel.
pub fn opaque([r, g, b]: [u8; 3]) -> [u8; 4] {
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strong_cells_are_marked_and_only_positive_ones_get_the_upright() {
        assert_eq!(sign_marks(&[0.4, -1.0, 0.0, 0.5], 2, 1.0), "M1.25 0.5h.5M1.25 1.5h.5M1.5 1.25v.5");
        assert_eq!(sign_marks(&[1.0], 1, 0.0), "");
    }

    #[test]
    fn pictures_become_opaque() {
        assert_eq!(picture_rgba(&[1, 2, 3]), [1, 2, 3, 255]);
    }
}
