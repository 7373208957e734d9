//! What the decoders have in common: a picture as it is stored in its file, and the `image` crate's part in it. The limits are
//! checked against the header, before any pixel is decoded or any buffer allocated for one.

use std::error::Error;
use std::io::{Cursor, ErrorKind};

use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::error::PictureError;
use super::limits::{Limits, MAX_PIXELS, MAX_SIDE};

/// The most bytes a decoder may allocate: the largest picture at 8 bytes a pixel (16-bit RGBA).
pub(super) const MAX_BYTES: u64 = MAX_PIXELS * 8;

/// What a format's decoder makes of a file.
pub(super) struct Decoded {
    /// The pixels as they are stored, perhaps reduced.
    pub image: DynamicImage,
    /// Width and height in the header.
    pub size: [u32; 2],
    /// How the picture has to be turned.
    pub orientation: Orientation,
}

/// Decodes a file with the `image` crate, all of its pixels, if `agrees` to its width and height. How a WebP has to be turned is
/// left to the caller.
pub(super) fn whole(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    agrees: impl FnOnce([u32; 2]) -> Result<(), PictureError>,
) -> Result<Decoded, PictureError> {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| refusal(error, name))?;
    let (width, height) = decoder.dimensions();
    check_size(name, [width, height], Limits::WHOLE)?;
    agrees([width, height])?;
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    decoder.set_limits(limits).map_err(|error| refusal(error, name))?;
    // Damaged metadata are no reason to refuse an intact picture.
    let orientation = match format {
        // Its decoder would make room for as much as the metadata claim.
        ImageFormat::WebP => Orientation::NoTransforms,
        _ => decoder.orientation().unwrap_or(Orientation::NoTransforms),
    };
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(error, name))?;
    Ok(Decoded { image, size: [width, height], orientation })
}

/// Refuses what has no pixels or too many.
pub(super) fn check_size(format: &'static str, [width, height]: [u32; 2], limits: Limits) -> Result<(), PictureError> {
    if !limits.allow(width, height) {
        return Err(PictureError::TooLarge { format, width, height, limits });
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Corrupt { format, reason: format!("{width} × {height} pixels") });
    }
    Ok(())
}

/// RGB of RGBA in front of white.
pub(super) fn on_white(rgba: &[u8]) -> Vec<u8> {
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
