//! What a network sees of a picture: resize and centre crop, as in training (torchvision on top of PIL).

use fast_image_resize as fir;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use lambdascope_core::picture::{Interpolation, LengthError, Picture, Preprocessing};

use super::error::PictureError;
use super::limits::MAX_SIDE;

fn filter(interpolation: Interpolation) -> fir::FilterType {
    match interpolation {
        Interpolation::Bicubic => fir::FilterType::CatmullRom,
        Interpolation::Bilinear => fir::FilterType::Bilinear,
    }
}

/// One axis of the picture: where the crop lies after resizing, and of which stretch of the source it is made.
struct Axis {
    /// First source coordinate, in pixels, possibly within a pixel.
    start: f64,
    /// Length in source pixels.
    length: f64,
}

impl Axis {
    /// `source`: pixels before resizing; `resized`: after; `crop`: how many of these stay.
    fn new(source: usize, resized: usize, crop: usize) -> Self {
        // torchvision rounds the margin as Python does, half to even.
        let margin = ((resized - crop) as f64 / 2.0).round_ties_even();
        let scale = source as f64 / resized as f64;
        let start = margin * scale;
        // Rounding may put the end a trifle outside of the picture.
        Self { start, length: (crop as f64 * scale).min(source as f64 - start) }
    }
}

/// Resizes the shorter side to `resize`, keeping the aspect ratio, and cuts out the centre: `[crop, crop, 3]`.
///
/// Only the pixels of the crop are computed, so a 1×5000 picture costs no more than another. A picture whose
/// shorter side already has the right length is not resampled.
///
/// # Errors
/// [`PictureError::Preprocessing`] if `crop` is 0 or exceeds `resize`, [`PictureError::Length`] if the picture's
/// fields contradict each other, [`PictureError::TooLarge`] if a side exceeds [`MAX_SIDE`].
pub fn crop(preprocessing: &Preprocessing, picture: &Picture) -> Result<Picture, PictureError> {
    let &Preprocessing { resize, crop, interpolation, .. } = preprocessing;
    if crop == 0 || crop > resize || resize > MAX_SIDE as usize {
        return Err(PictureError::Preprocessing { resize, crop });
    }
    picture.check()?;
    let (width, height) = match (u32::try_from(picture.width), u32::try_from(picture.height)) {
        (Ok(width), Ok(height)) if width.max(height) <= MAX_SIDE => (width, height),
        (width, height) => {
            return Err(PictureError::TooLarge {
                width: width.unwrap_or(u32::MAX),
                height: height.unwrap_or(u32::MAX),
            });
        }
    };
    let shorter = picture.width.min(picture.height);
    // At most 16,384², which fits a 32-bit usize.
    let resized = |side: usize| if side == shorter { resize } else { resize * side / shorter };
    let x = Axis::new(picture.width, resized(picture.width), crop);
    let y = Axis::new(picture.height, resized(picture.height), crop);

    // Typed, since the untyped call compiles the resizer for every kind of pixel there is.
    let source = TypedImageRef::<U8x3>::from_buffer(width, height, &picture.rgb).map_err(|_| LengthError {
        width: picture.width,
        height: picture.height,
        bytes: picture.rgb.len(),
    })?;
    // `crop` is at most MAX_SIDE.
    let side = crop as u32;
    // PIL filters along rows first and rounds to u8 in between; one call here would filter along columns first.
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(filter(interpolation)));
    let mut resizer = fir::Resizer::new();
    let mut rows = TypedImage::<U8x3>::new(side, height);
    let mut cut = TypedImage::<U8x3>::new(side, side);
    let impossible = |_| PictureError::Preprocessing { resize, crop };
    resizer
        .resize_typed(&source, &mut rows, &options.crop(x.start, 0.0, x.length, f64::from(height)))
        .map_err(impossible)?;
    resizer
        .resize_typed(&rows, &mut cut, &options.crop(0.0, y.start, f64::from(side), y.length))
        .map_err(impossible)?;
    let rgb = cut.pixels().iter().flat_map(|pixel| pixel.0).collect();
    Ok(Picture::new(crop, crop, rgb)?)
}
