//! What a network sees of a picture: resize and centre crop, as in training (torchvision on top of PIL).

use std::ops::Range;

use fast_image_resize as fir;
use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::F32x3;
use lambdascope_core::picture::{Interpolation, Picture, Preprocessing};

use super::error::PictureError;
use super::limits::{Limits, MAX_SIDE};

/// How many rows are turned to f32 at a time.
const BAND: usize = 64;

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

    /// The source pixels that a filter needs for a crop of that many pixels.
    fn reach(&self, crop: usize, source: usize) -> Range<usize> {
        // Two pixels of the wider grid to either side, and one for rounding.
        let margin = 2.0 * (self.length / crop as f64).max(1.0) + 1.0;
        // Neither is negative; what lies beyond the picture is cut off.
        (self.start - margin).max(0.0) as usize..((self.start + self.length + margin).ceil() as usize).min(source)
    }
}

/// The pixels of the crop: filtered along rows, rounded to 8 bits and filtered along columns, in PIL's order. Its weights have
/// 22 bits behind the point; those of the resizer's 8-bit kernels have so few that grain comes out up to three grey levels off,
/// hence its f32 kernels, fed a band of rows at a time since a whole picture in f32 takes four times the memory.
fn resample(
    picture: &Picture,
    x: &Axis,
    y: &Axis,
    crop: usize,
    filter: fir::FilterType,
) -> Result<Vec<u8>, fir::ResizeError> {
    let columns = x.reach(crop, picture.width);
    let rows = y.reach(crop, picture.height);
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(filter));
    let mut resizer = fir::Resizer::new();
    // Typed, since the untyped call compiles the resizer for every kind of pixel there is. Sides are at most MAX_SIDE.
    let image = |width: usize, height: usize| TypedImage::<F32x3>::new(width as u32, height as u32);
    let mut filtered = image(crop, rows.len());
    for (band, below) in rows.clone().step_by(BAND).zip(filtered.pixels_mut().chunks_mut(BAND * crop)) {
        let height = below.len() / crop;
        let mut source = image(columns.len(), height);
        for (row, pixels) in (band..).zip(source.pixels_mut().chunks_exact_mut(columns.len())) {
            let start = row * picture.width;
            let values = &picture.rgb[3 * (start + columns.start)..3 * (start + columns.end)];
            for (pixel, value) in pixels.iter_mut().zip(values.chunks_exact(3)) {
                *pixel = F32x3::new([value[0], value[1], value[2]].map(f32::from));
            }
        }
        let mut cut = image(crop, height);
        let window = options.crop(x.start - columns.start as f64, 0.0, x.length, height as f64);
        resizer.resize_typed(&source, &mut cut, &window)?;
        for (to, from) in below.iter_mut().zip(cut.pixels()) {
            *to = F32x3::new(from.0.map(rounded));
        }
    }
    let mut cut = image(crop, crop);
    let window = options.crop(0.0, y.start - rows.start as f64, crop as f64, y.length);
    resizer.resize_typed(&filtered, &mut cut, &window)?;
    // Rounded to whole numbers from 0 to 255.
    Ok(cut.pixels().iter().flat_map(|pixel| pixel.0.map(|value| rounded(value) as u8)).collect())
}

/// To the nearest grey level.
fn rounded(value: f32) -> f32 {
    (value + 0.5).floor().clamp(0.0, 255.0)
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
    crop_of_side(preprocessing, picture, preprocessing.crop)
}

/// The part of the picture that [`crop`] cuts out, in `side` pixels a side: `[side, side, 3]`. What two networks of
/// different sizes see can so be the same part of the picture.
///
/// # Errors
/// As [`crop`], and [`PictureError::Preprocessing`] if `side` is 0 or exceeds [`MAX_SIDE`].
pub fn crop_of_side(preprocessing: &Preprocessing, picture: &Picture, side: usize) -> Result<Picture, PictureError> {
    let &Preprocessing { resize, crop, interpolation, .. } = preprocessing;
    if crop == 0 || crop > resize || resize > MAX_SIDE as usize {
        return Err(PictureError::Preprocessing { resize, crop });
    }
    if side == 0 || side > MAX_SIDE as usize {
        return Err(PictureError::Preprocessing { resize: side, crop: side });
    }
    picture.check()?;
    if picture.width.max(picture.height) > MAX_SIDE as usize {
        let [width, height] = [picture.width, picture.height].map(|side| side.try_into().unwrap_or(u32::MAX));
        return Err(PictureError::TooLarge { format: "picture in memory", width, height, limits: Limits::WHOLE });
    }
    let shorter = picture.width.min(picture.height);
    // At most 16,384², which fits a 32-bit usize.
    let resized = |side: usize| if side == shorter { resize } else { resize * side / shorter };
    let x = Axis::new(picture.width, resized(picture.width), crop);
    let y = Axis::new(picture.height, resized(picture.height), crop);

    let rgb = resample(picture, &x, &y, side, filter(interpolation));
    let rgb = rgb.map_err(|_| PictureError::Preprocessing { resize, crop: side })?;
    Ok(Picture::new(side, side, rgb)?)
}
