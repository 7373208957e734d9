//! A crop changed before the network sees it: moved by whole pixels, cells of it erased.

use serde::{Deserialize, Serialize};

use super::pixels::Picture;

/// Rows and columns of the grid in which a picture is erased.
pub const CELLS: usize = 16;

/// What is done to a crop: it is moved, then cells of it are erased. What has no pixel left takes the crop's mean colour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureEdit {
    /// Pixels down and to the right.
    pub shift: [i32; 2],
    /// Cells of a grid of [`CELLS`] rows and columns over the crop, row by row.
    pub erased: Vec<usize>,
}

impl PictureEdit {
    /// Whether it leaves every picture as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The changed crop. Cells beyond the grid are passed over.
    #[must_use]
    pub fn apply(&self, crop: &Picture) -> Picture {
        let &Picture { width, height, .. } = crop;
        let mut is_erased = [false; CELLS * CELLS];
        for cell in &self.erased {
            if let Some(erased) = is_erased.get_mut(*cell) {
                *erased = true;
            }
        }
        let cell = |y: usize, x: usize| y * CELLS / height.max(1) * CELLS + x * CELLS / width.max(1);
        let from = |at: usize, by: i32, side: usize| {
            let source = i64::try_from(at).ok()? - i64::from(by);
            usize::try_from(source).ok().filter(|source| *source < side)
        };
        let mean = mean_colour(&crop.rgb);
        let [down, right] = self.shift;
        let mut rgb = Vec::with_capacity(crop.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let source = from(y, down, height).zip(from(x, right, width)).filter(|_| !is_erased[cell(y, x)]);
                let pixel = source.and_then(|(y, x)| crop.rgb.get((y * width + x) * 3..(y * width + x + 1) * 3));
                rgb.extend_from_slice(pixel.unwrap_or(&mean));
            }
        }
        Picture { width, height, rgb }
    }
}

/// The mean of every channel, rounded.
fn mean_colour(rgb: &[u8]) -> [u8; 3] {
    let pixels = (rgb.len() / 3).max(1) as u64;
    [0, 1, 2].map(|channel| {
        let sum: u64 = rgb.iter().skip(channel).step_by(3).map(|value| u64::from(*value)).sum();
        // A mean of bytes is one.
        ((sum + pixels / 2) / pixels).min(255) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixel (y, x) is red y, green x.
    fn crop() -> Picture {
        let rgb = (0..32 * 32).flat_map(|i| [(i / 32) as u8, (i % 32) as u8, 200]).collect();
        Picture::new(32, 32, rgb).unwrap()
    }

    fn pixel(picture: &Picture, y: usize, x: usize) -> [u8; 3] {
        let at = (y * picture.width + x) * 3;
        [picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2]]
    }

    const MEAN: [u8; 3] = [16, 16, 200];

    #[test]
    fn no_edit_changes_nothing() {
        assert_eq!(PictureEdit::default().apply(&crop()), crop());
        assert!(PictureEdit::default().is_empty());
    }

    #[test]
    fn an_erased_cell_takes_the_mean_colour_and_no_other_does() {
        // Cells are two pixels wide: cell 17 is row 1, column 1.
        let edited = PictureEdit { erased: vec![17, 9999], ..PictureEdit::default() }.apply(&crop());
        for (y, x) in (0..32).flat_map(|y| (0..32).map(move |x| (y, x))) {
            let inside = (2..4).contains(&y) && (2..4).contains(&x);
            assert_eq!(pixel(&edited, y, x), if inside { MEAN } else { pixel(&crop(), y, x) }, "{y}, {x}");
        }
    }

    #[test]
    fn a_moved_picture_leaves_the_mean_colour_behind() {
        let edited = PictureEdit { shift: [3, -5], ..PictureEdit::default() }.apply(&crop());
        for (y, x) in (0..32).flat_map(|y| (0..32).map(move |x| (y, x))) {
            let expected = if y >= 3 && x < 27 { [y as u8 - 3, x as u8 + 5, 200] } else { MEAN };
            assert_eq!(pixel(&edited, y, x), expected, "{y}, {x}");
        }
        let gone = PictureEdit { shift: [i32::MIN, i32::MAX], ..PictureEdit::default() }.apply(&crop());
        assert!(gone.rgb.chunks_exact(3).all(|pixel| pixel == MEAN));
    }

    #[test]
    fn sides_that_are_no_multiple_of_the_grid_are_covered() {
        let crop = Picture::new(18, 18, vec![7; 18 * 18 * 3]).unwrap();
        let all = PictureEdit { erased: (0..CELLS * CELLS).collect(), ..PictureEdit::default() };
        assert_eq!(all.apply(&crop).rgb.len(), crop.rgb.len());
    }
}
