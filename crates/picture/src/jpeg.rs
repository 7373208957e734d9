//! JPEG files: libjpeg-turbo's arithmetic, so that the pixels are Pillow's, and its scaled DCT for what is too large to be
//! decoded whole. What the decoder leaves to its caller is settled here: which files are all there, and what is too much.

mod scans;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use libjpeg_turbo_rs::{
    ColorSpace, DecodeLimits, DecodeWarning, Decoder, FrameHeader, Image, JpegError, PixelFormat, ScalingFactor,
};
use scans::Scans;

use super::error::PictureError;
use super::limits::{Limits, reduction};
use super::stored::{Decoded, MAX_BYTES, check_size};

/// The format's name.
pub(super) const NAME: &str = "JPEG";

/// More scans than any encoder writes; each goes through all pixels, so that thousands would take hours.
const MAX_SCANS: usize = 128;

/// The most bytes that the coefficients of a picture in several scans may take until the last is there.
const MAX_COEFFICIENT_BYTES: u64 = MAX_BYTES;

/// Decodes a file.
///
/// # Errors
/// As [`super::open`].
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureError> {
    let Scans { file, are_all, are_partly_interleaved } = Scans::read(bytes);
    if !are_all {
        return Err(PictureError::Truncated { format: NAME });
    }
    let limits = DecodeLimits { max_scans: MAX_SCANS, ..DecodeLimits::default() };
    let mut decoder = Decoder::new_with_limits(&file, limits).map_err(refusal)?;
    let frame = decoder.header();
    let [width, height] = [u32::from(frame.width), u32::from(frame.height)];
    let unsupported = |feature: &str| PictureError::UnsupportedFeature { format: NAME, feature: feature.into() };
    if height == 0 {
        return Err(unsupported("a height that stands behind the pixels"));
    }
    check_size(NAME, [width, height], Limits::REDUCED)?;
    if frame.is_lossless {
        return Err(unsupported("lossless coding"));
    }
    if frame.precision != 8 {
        return Err(unsupported(&format!("{} bits a sample", frame.precision)));
    }
    if !is_usual_ink(frame) {
        return Err(unsupported("inks of different resolution"));
    }
    if are_partly_interleaved {
        return Err(unsupported("scans of some components interleaved"));
    }
    let reduction = reduction(width, height);
    // Only what comes in several scans is kept as coefficients, two bytes each, until the last is there.
    let coefficients = if decoder.has_multiple_scans() { 2 * frame.components.len() as u64 } else { 0 };
    if u64::from(width) * u64::from(height) * coefficients > MAX_COEFFICIENT_BYTES {
        return Err(PictureError::TooMuchMemory { format: NAME });
    }
    let scale = ScalingFactor::try_new(1, reduction).map_err(refusal)?;
    decoder.set_scale(scale);
    let orientation = decoder.exif_orientation().and_then(Orientation::from_exif);
    let image = pixels(decoder)?
        .ok_or_else(|| PictureError::Corrupt { format: NAME, reason: "fewer pixels than announced".into() })?;
    Ok(Decoded { image, size: [width, height], orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// Whether a frame of four components is one that the decoder takes: the first and the last at full resolution, the two
/// between them alike and a whole number of times coarser. It panics at others.
fn is_usual_ink(frame: &FrameHeader) -> bool {
    let sampling = |at: usize| [frame.components[at].horizontal_sampling, frame.components[at].vertical_sampling];
    if frame.components.len() != 4 {
        return true;
    }
    let [first, second, third, last] = [0, 1, 2, 3].map(sampling);
    first == last && second == third && first.iter().zip(second).all(|(full, part)| part > 0 && full % part == 0)
}

/// The picture; `None` if the decoder contradicts itself about its size.
fn pixels(mut decoder: Decoder<'_>) -> Result<Option<DynamicImage>, PictureError> {
    let colours = decoder.jpeg_color_space();
    if colours == ColorSpace::YCbCr && has_coarse_luma(decoder.header()) {
        return luma_and_chroma(decoder);
    }
    decoder.set_output_format(match colours {
        ColorSpace::Grayscale => PixelFormat::Grayscale,
        ColorSpace::Cmyk | ColorSpace::Ycck => PixelFormat::Cmyk,
        _ => PixelFormat::Rgb,
    });
    let Image { width, height, pixel_format, data, .. } = decoder.decode_image().map_err(refusal)?;
    Ok(match pixel_format {
        PixelFormat::Grayscale => grey(width, height, data),
        PixelFormat::Cmyk => {
            let ink = data.chunks_exact(4);
            rgb(width, height, ink.flat_map(|ink| rgb_of_ink([ink[0], ink[1], ink[2], ink[3]])).collect())
        }
        _ => rgb(width, height, data),
    })
}

fn grey(width: usize, height: usize, data: Vec<u8>) -> Option<DynamicImage> {
    GrayImage::from_raw(width.try_into().ok()?, height.try_into().ok()?, data).map(DynamicImage::ImageLuma8)
}

fn rgb(width: usize, height: usize, data: Vec<u8>) -> Option<DynamicImage> {
    RgbImage::from_raw(width.try_into().ok()?, height.try_into().ok()?, data).map(DynamicImage::ImageRgb8)
}

/// Whether the luma has fewer samples than a chroma component, a side or both.
fn has_coarse_luma(frame: &FrameHeader) -> bool {
    let Some((luma, chroma)) = frame.components.split_first() else { return false };
    chroma.iter().any(|component| {
        component.horizontal_sampling > luma.horizontal_sampling || component.vertical_sampling > luma.vertical_sampling
    })
}

/// A picture with coarse luma, which the decoder brings to RGB in no mode and to full luma and chroma in its lenient one, where
/// faults are warnings.
fn luma_and_chroma(mut decoder: Decoder<'_>) -> Result<Option<DynamicImage>, PictureError> {
    decoder.set_output_format(PixelFormat::Rgb);
    decoder.set_output_colorspace(ColorSpace::YCbCr);
    decoder.set_lenient(true);
    let Image { width, height, data, warnings, .. } = decoder.decode_image().map_err(refusal)?;
    for warning in warnings {
        match warning {
            DecodeWarning::ExtraneousData { .. } => {}
            DecodeWarning::TruncatedData { .. } => return Err(PictureError::Truncated { format: NAME }),
            other => return Err(PictureError::Corrupt { format: NAME, reason: other.to_string() }),
        }
    }
    Ok(rgb(width, height, data.chunks_exact(3).flat_map(|p| rgb_of_luma([p[0], p[1], p[2]])).collect()))
}

/// RGB of luma, blue and red difference (JFIF), as libjpeg's tables of 16 bits behind the point round it.
fn rgb_of_luma([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    const ONE: f64 = 65_536.0;
    const HALF: i32 = 1 << 15;
    const fn fixed(factor: f64) -> i32 {
        (factor * ONE + 0.5) as i32
    }
    let (luma, blue, red) = (i32::from(luma), i32::from(blue) - 128, i32::from(red) - 128);
    let differences = [fixed(1.402) * red, -fixed(0.344_14) * blue - fixed(0.714_14) * red, fixed(1.772) * blue];
    // Clamped to bytes.
    differences.map(|difference| (luma + ((difference + HALF) >> 16)).clamp(0, 255) as u8)
}

/// RGB of cyan, magenta, yellow and black as Adobe stores them, inverted; as Pillow multiplies and rounds them.
fn rgb_of_ink([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| {
        let product = u32::from(255 - ink) * u32::from(black) + 128;
        // At most 255 by construction.
        black.saturating_sub((((product >> 8) + product) >> 8) as u8)
    })
}

/// What the decoder's error means to the visitor.
fn refusal(error: JpegError) -> PictureError {
    match error {
        JpegError::UnexpectedEof => PictureError::Truncated { format: NAME },
        JpegError::Unsupported(feature) => PictureError::UnsupportedFeature { format: NAME, feature },
        JpegError::LimitExceeded { .. } | JpegError::AllocationFailed { .. } => {
            PictureError::TooMuchMemory { format: NAME }
        }
        error => PictureError::Corrupt { format: NAME, reason: error.to_string() },
    }
}
