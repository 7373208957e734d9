//! From the bytes of a file to an upright picture: which decoder a file goes to, and what becomes of its pixels.

use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat};

use lambdascope_core::picture::Picture;

use super::error::PictureError;
use super::stored::{Decoded, on_white, whole};
use super::{jpeg, png, sniff, webp};

/// A picture from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its pixels: as many as the file has, or half, a quarter or an eighth a side of what is larger than [`MAX_PIXELS`].
    pub picture: Picture,
    /// Width and height of the file's own picture, upright, in pixels.
    pub original: [usize; 2],
}

/// Opens a JPEG, PNG, WebP, GIF or BMP file, whichever its content says; of an animation, the first frame.
///
/// The result is upright (EXIF orientation applied), 8 bits a channel, transparency on white.
///
/// # Errors
/// Every variant of [`PictureError`] but `Preprocessing`: see there.
pub fn open(bytes: &[u8]) -> Result<Opened, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let Some((format, name)) = format_of(bytes) else { return Err(sniff::refusal(bytes)) };
    let Decoded { image, size: [width, height], orientation } = match format {
        ImageFormat::Jpeg => jpeg::decode(bytes)?,
        ImageFormat::Png => png::decode(bytes)?,
        ImageFormat::WebP => webp::decode(bytes)?,
        _ => whole(bytes, format, name, |_| Ok(()))?,
    };
    upright(image, [width as usize, height as usize], orientation)
}

/// The pixels alone of what [`open`] opens.
///
/// # Errors
/// As [`open`].
pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    Ok(open(bytes)?.picture)
}

fn upright(mut image: DynamicImage, size: [usize; 2], orientation: Orientation) -> Result<Opened, PictureError> {
    image.apply_orientation(orientation);
    let [width, height] = size;
    let original = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            [height, width]
        }
        _ => [width, height],
    };
    let (width, height) = (image.width() as usize, image.height() as usize);
    let rgb = if image.color().has_alpha() { on_white(&image.into_rgba8()) } else { image.into_rgb8().into_raw() };
    Ok(Opened { picture: Picture::new(width, height, rgb)?, original })
}

/// The format by its signature, and its name, if it has a decoder here.
fn format_of(bytes: &[u8]) -> Option<(ImageFormat, &'static str)> {
    let format = image::guess_format(bytes).ok()?;
    let name = match format {
        ImageFormat::Jpeg => jpeg::NAME,
        ImageFormat::Png => png::NAME,
        ImageFormat::WebP => webp::NAME,
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        _ => return None,
    };
    Some((format, name))
}
