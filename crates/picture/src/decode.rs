//! From the bytes of a file to an upright picture. The limits are checked against the header, before any pixel is
//! decoded or any buffer allocated for one.

use std::error::Error;
use std::io::{Cursor, ErrorKind};

use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use lambdascope_core::picture::Picture;

use super::error::PictureError;
use super::limits::{MAX_PIXELS, MAX_SIDE};
use super::{jpeg, sniff, webp};

/// The most bytes a decoder may allocate: the largest picture at 8 bytes a pixel (16-bit RGBA).
const MAX_BYTES: u64 = MAX_PIXELS * 8;

/// Decodes a JPEG, PNG, WebP, GIF or BMP file, whichever its content says; of an animation, the first frame.
///
/// The result is upright (EXIF orientation applied), 8 bits a channel, transparency on white.
///
/// # Errors
/// Every variant of [`PictureError`] but `Preprocessing`: see there.
pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let Some((format, name)) = format_of(bytes) else { return Err(sniff::refusal(bytes)) };
    let complete = match format {
        ImageFormat::Jpeg => jpeg::is_complete(bytes),
        ImageFormat::WebP => webp::is_complete(bytes),
        _ => true, // their decoders notice
    };
    if !complete {
        return Err(PictureError::Truncated { format: name });
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| refusal(error, name))?;

    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Corrupt { format: name, reason: format!("{width} × {height} pixels") });
    }
    if format == ImageFormat::WebP && !webp::first_frame_agrees(bytes, width, height) {
        return Err(PictureError::Corrupt { format: name, reason: "a frame that is not of the announced size".into() });
    }
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    decoder.set_limits(limits).map_err(|error| refusal(error, name))?;

    // Damaged metadata are no reason to refuse an intact picture.
    let orientation = match format {
        ImageFormat::WebP => webp::exif(bytes).and_then(Orientation::from_exif_chunk),
        _ => decoder.orientation().ok(),
    };
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(error, name))?;
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    let (width, height) = (image.width() as usize, image.height() as usize);
    let rgb = if image.color().has_alpha() { on_white(&image.into_rgba8()) } else { image.into_rgb8().into_raw() };
    Ok(Picture::new(width, height, rgb)?)
}

/// The format by its signature, and its name, if it has a decoder here.
fn format_of(bytes: &[u8]) -> Option<(ImageFormat, &'static str)> {
    let format = image::guess_format(bytes).ok()?;
    let name = match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        _ => return None,
    };
    Some((format, name))
}

/// RGB of RGBA in front of white.
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let blend = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        // At most 255 by construction.
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    rgba.chunks_exact(4).flat_map(|p| [blend(p[0], p[3]), blend(p[1], p[3]), blend(p[2], p[3])]).collect()
}

/// What a decoder's error means to the visitor.
fn refusal(error: ImageError, format: &'static str) -> PictureError {
    match error {
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => PictureError::Truncated { format },
        ImageError::Limits(_) => PictureError::TooMuchMemory { format },
        ImageError::Unsupported(error) => {
            let feature = match error.kind() {
                UnsupportedErrorKind::GenericFeature(feature) => feature,
                _ => error.to_string(),
            };
            PictureError::UnsupportedFeature { format, feature }
        }
        ImageError::Decoding(error) if ends_early(&error) => PictureError::Truncated { format },
        error => PictureError::Corrupt { format, reason: error.to_string() },
    }
}

/// Whether the end of the file is at the root of an error. The GIF decoder has its own words for that, and its type is
/// not within reach.
fn ends_early(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof)
            || error.to_string() == "Unexpected End of File"
    })
}
