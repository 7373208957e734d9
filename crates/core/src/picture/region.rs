//! A square part of a picture that is looked at in place of the usual crop.

use serde::{Deserialize, Serialize};

use super::pixels::{LengthError, Picture};

/// A square of an upright picture. All are shares, so that it fits the picture at whatever size it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its left edge, of the picture's width.
    pub left: f32,
    /// Its upper edge, of the picture's height.
    pub top: f32,
    /// Its side, of the picture's shorter side.
    pub side: f32,
}

impl Region {
    /// The least side.
    pub const LEAST: f32 = 0.1;

    /// The largest square in the middle of a picture of `[width, height]`.
    pub fn middle(size: [f32; 2]) -> Self {
        Self { left: 0.5, top: 0.5, side: 1.0 }.moved(size, [-1.0, -1.0].map(|by| by * 0.5 * shorter(size)))
    }

    /// Moved by `[x, y]` pixels of a picture of `[width, height]`, as far as it stays inside.
    #[must_use]
    pub fn moved(self, size: [f32; 2], by: [f32; 2]) -> Self {
        let side = self.side.clamp(Self::LEAST, 1.0);
        let along = |at: f32, axis: usize| {
            let most = 1.0 - side * shorter(size) / size[axis];
            let to = at + by[axis] / size[axis];
            if to.is_finite() { to.clamp(0.0, most.max(0.0)) } else { 0.0 }
        };
        Self { left: along(self.left, 0), top: along(self.top, 1), side }
    }

    /// Of another side, about the same middle as far as it stays inside a picture of `[width, height]`.
    #[must_use]
    pub fn sized(self, size: [f32; 2], side: f32) -> Self {
        let side = if side.is_finite() { side.clamp(Self::LEAST, 1.0) } else { 1.0 };
        let by = (self.side - side) * shorter(size) / 2.0;
        Self { side, ..self }.moved(size, [by, by])
    }
}

fn shorter([width, height]: [f32; 2]) -> f32 {
    width.min(height)
}

impl Picture {
    /// The pixels of a region, at least one; whatever of it lies outside is left out by moving it in.
    ///
    /// # Errors
    /// If the picture's fields contradict each other.
    pub fn cut(&self, region: Region) -> Result<Self, LengthError> {
        self.check()?;
        let Region { left, top, side } = region.moved([self.width as f32, self.height as f32], [0.0, 0.0]);
        let side = ((side * self.width.min(self.height) as f32).round() as usize).max(1);
        let at = |share: f32, length: usize| ((share * length as f32).round() as usize).min(length - side);
        let (x, y) = (at(left, self.width), at(top, self.height));
        let rows = (y..y + side).flat_map(|row| &self.rgb[3 * (row * self.width + x)..][..3 * side]);
        Self::new(side, side, rows.copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 6×3 pixels whose red is their column and whose green is their row.
    fn panorama() -> Picture {
        let rgb = (0..3u8).flat_map(|y| (0..6u8).flat_map(move |x| [x, y, 0])).collect();
        Picture::new(6, 3, rgb).unwrap()
    }

    #[test]
    fn a_region_is_cut_where_it_lies() {
        let size = [6.0, 3.0];
        let middle = panorama().cut(Region::middle(size)).unwrap();
        assert_eq!((middle.width, middle.height), (3, 3));
        assert!([1, 2].contains(&middle.rgb[0]), "the middle of six columns, found {}", middle.rgb[0]);
        let left = panorama().cut(Region::middle(size).moved(size, [-9.0, 0.0])).unwrap();
        assert_eq!(left.rgb[..9], [0, 0, 0, 1, 0, 0, 2, 0, 0]);
        let right = panorama().cut(Region::middle(size).moved(size, [9.0, 9.0])).unwrap();
        assert_eq!(right.rgb[..3], [3, 0, 0]);
        let corner = panorama().cut(Region { left: 1.0, top: 1.0, side: 0.4 }).unwrap();
        assert_eq!((corner.width, &corner.rgb[..]), (1, &[5, 2, 0][..]));
    }

    #[test]
    fn a_region_stays_inside_and_keeps_its_middle() {
        let size = [600.0, 300.0];
        let region = Region::middle(size);
        assert_eq!(region, Region { left: 0.25, top: 0.0, side: 1.0 });
        assert_eq!(region.sized(size, 0.5), Region { left: 0.375, top: 0.25, side: 0.5 });
        assert_eq!(region.sized(size, 0.0).side, Region::LEAST);
        assert_eq!(region.sized(size, 0.5).sized(size, 1.0), region);
        assert_eq!(region.moved(size, [-1e9, 5.0]), Region { left: 0.0, ..region });
        // What came from nowhere sensible is still a square of the picture.
        let strange = Region { left: f32::NAN, top: -3.0, side: 7.0 };
        assert!(panorama().cut(strange).is_ok());
    }
}
