//! What is done about PNG files beyond the `image` crate: the end marker may be missing, and what is too large is reduced row
//! by row.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

use ::png::{Decoder, DecodingError, Transformations};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::error::PictureError;
use super::limits::{Limits, reduction};
use super::stored::{Decoded, MAX_BYTES, check_size, on_white, whole};

/// The format's name.
pub(super) const NAME: &str = "PNG";

/// Bytes before the first chunk.
const SIGNATURE: usize = 8;

/// The last chunk: no content, its kind, and their checksum.
const IEND: [u8; 12] = *b"\0\0\0\0IEND\xAE\x42\x60\x82";

/// Decodes a file.
///
/// # Errors
/// As [`super::open`].
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureError> {
    let file = with_end(bytes);
    let decoded = match Header::read(&file) {
        Some(Header { size: [width, height], is_interlaced }) if !Limits::WHOLE.allow(width, height) => {
            if is_interlaced {
                check_size("interlaced PNG", [width, height], Limits::WHOLE)?;
            }
            check_size(NAME, [width, height], Limits::REDUCED)?;
            reduced(&file, reduction(width, height))
        }
        _ => whole(&file, ImageFormat::Png, NAME, |_| Ok(())),
    };
    decoded.map_err(|error| match (error, file) {
        (PictureError::Corrupt { .. }, Cow::Owned(_)) => PictureError::Truncated { format: NAME },
        (error, _) => error,
    })
}

/// What has to be known before the pixels.
struct Header {
    size: [u32; 2],
    is_interlaced: bool,
}

impl Header {
    /// That of a file; `None` if it does not begin with one.
    fn read(file: &[u8]) -> Option<Self> {
        let (kind, content) = chunks(file).next()?;
        let (b"IHDR", [w0, w1, w2, w3, h0, h1, h2, h3, .., interlaced]) = (kind, content) else { return None };
        let size = [[*w0, *w1, *w2, *w3], [*h0, *h1, *h2, *h3]].map(u32::from_be_bytes);
        Some(Self { size, is_interlaced: *interlaced != 0 })
    }
}

/// The file with a last chunk, if it ends behind a whole chunk or within one that holds no pixels. Whether all pixels are
/// there is for the decoder to notice.
fn with_end(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut end = SIGNATURE;
    for (kind, content) in chunks(bytes) {
        if kind == b"IEND" {
            return Cow::Borrowed(bytes);
        }
        end += 12 + content.len();
    }
    let is_cut_in_pixels = bytes.get(end + 4..end + 8).is_some_and(|kind| kind == b"IDAT");
    match bytes.get(..end) {
        Some(whole) if !is_cut_in_pixels => Cow::Owned([whole, &IEND].concat()),
        _ => Cow::Borrowed(bytes),
    }
}

/// Kinds and contents of the chunks that are whole, up to the first that is not.
fn chunks(file: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = file.get(SIGNATURE..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let content = after.get(..length)?;
        // Behind the checksum.
        rest = after.get(length.checked_add(4)?..)?;
        Some((kind, content))
    })
}

/// Decodes a file to the means of squares of `by` pixels a side, holding a row of it at a time.
fn reduced(file: &[u8], by: u32) -> Result<Decoded, PictureError> {
    let limits = ::png::Limits { bytes: usize::try_from(MAX_BYTES).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(refusal)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let orientation = reader.info().exif_metadata.as_deref().and_then(Orientation::from_exif_chunk);
    let channels = reader.output_color_type().0.samples();
    let columns = width.div_ceil(by) as usize;
    let mut rgb = Vec::with_capacity(columns * 3 * height.div_ceil(by) as usize);
    let mut sums = vec![[0u32; 3]; columns];
    for y in 0..height {
        let row = reader.next_row().map_err(refusal)?.ok_or(PictureError::Truncated { format: NAME })?;
        let row = rgb_row(row.data(), channels);
        for (square, sum) in row.chunks(by as usize * 3).zip(&mut sums) {
            for pixel in square.chunks_exact(3) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += u32::from(*value);
                }
            }
        }
        if (y + 1) % by == 0 || y + 1 == height {
            let rows = y % by + 1;
            for (x, sum) in (0..).zip(&mut sums) {
                let pixels = rows * by.min(width - x * by);
                // A mean of bytes is one.
                rgb.extend(sum.map(|sum| ((sum + pixels / 2) / pixels) as u8));
                *sum = [0; 3];
            }
        }
    }
    let image = RgbImage::from_raw(width.div_ceil(by), height.div_ceil(by), rgb).map(DynamicImage::ImageRgb8);
    let image = image.ok_or_else(|| PictureError::Corrupt { format: NAME, reason: "rows of another length".into() })?;
    Ok(Decoded { image, size: [width, height], orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// A row of 8-bit grey or RGB, with transparency or without, as RGB on white.
fn rgb_row(row: &[u8], channels: usize) -> Cow<'_, [u8]> {
    match channels {
        1 => row.iter().flat_map(|value| [*value; 3]).collect(),
        2 => on_white(&row.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect::<Vec<_>>()).into(),
        4 => on_white(row).into(),
        _ => row.into(),
    }
}

/// What the decoder's error means to the visitor.
fn refusal(error: DecodingError) -> PictureError {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PictureError::Truncated { format: NAME }
        }
        DecodingError::LimitsExceeded => PictureError::TooMuchMemory { format: NAME },
        error => PictureError::Corrupt { format: NAME, reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, colour: ::png::ColorType, depth: ::png::BitDepth, pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        file
    }

    #[test]
    fn a_reduced_picture_is_the_means_of_its_squares_on_white() {
        use ::png::ColorType::{Grayscale, GrayscaleAlpha, Rgb, Rgba};
        for (colour, channels) in [(Grayscale, 1), (GrayscaleAlpha, 2), (Rgb, 3), (Rgba, 4)] {
            // Sides that are no multiple of the squares.
            let (width, height) = (13, 7);
            let pixels: Vec<u8> = (0..width * height * channels).map(|i| (i * i * 37 % 251) as u8).collect();
            let bytes = file(width, height, colour, ::png::BitDepth::Eight, &pixels);
            let whole = decode(&bytes).unwrap().image.into_rgba8();
            let whole = on_white(&whole);
            for by in [2, 4, 8] {
                let Decoded { image, size, .. } = reduced(&bytes, by).unwrap();
                assert_eq!(
                    (size, image.width(), image.height()),
                    ([width, height], width.div_ceil(by), height.div_ceil(by))
                );
                for (x, y, pixel) in image.into_rgb8().enumerate_pixels() {
                    for channel in 0..3 {
                        let square = (y * by..((y + 1) * by).min(height))
                            .flat_map(|y| (x * by..((x + 1) * by).min(width)).map(move |x| (y * width + x) as usize));
                        let values: Vec<_> = square.map(|at| f32::from(whole[3 * at + channel])).collect();
                        let mean = values.iter().sum::<f32>() / values.len() as f32;
                        let found = f32::from(pixel.0[channel]);
                        assert!((found - mean).abs() <= 0.5, "{colour:?} by {by} at {x}, {y}: {found}, not {mean}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_too_large_to_be_decoded_whole_is_opened_at_half_its_size() {
        // White, but for a black left half; a bit a pixel.
        let row = [vec![0u8; 1_500], vec![0xFF; 1_500]].concat();
        let bytes = file(24_000, 60, ::png::ColorType::Grayscale, ::png::BitDepth::One, &row.repeat(60));
        let Decoded { image, size, .. } = decode(&bytes).unwrap();
        assert_eq!((size, image.width(), image.height()), ([24_000, 60], 12_000, 30));
        let rgb = image.into_rgb8().into_raw();
        let last = &rgb[rgb.len() - 3 * 12_000..];
        assert_eq!((&last[..18_000], &last[18_000..]), (&[0; 18_000][..], &[255; 18_000][..]));
        let cut = decode(&bytes[..bytes.len() / 2]).map(|_| ()).unwrap_err();
        assert_eq!(cut, PictureError::Truncated { format: NAME });
    }
}
