//! What must hold of a WebP file before its pixels are decoded. A lossy bitstream repeats its size; the decoder trusts
//! that copy for its buffers before it compares, and within an animation never compares. Decoding itself is the
//! `image` crate's.

use image::ImageFormat;
use image::metadata::Orientation;

use super::error::PictureError;
use super::stored::{Decoded, whole};

/// The format's name.
pub(super) const NAME: &str = "WebP";

/// Bytes before the first chunk: "RIFF", the size of the rest, "WEBP".
const RIFF_HEADER: usize = 12;

/// Bytes of an animation frame's chunk before its own chunks: position, size, duration and flags.
const FRAME_HEADER: usize = 16;

/// Decodes a file, all of its pixels.
///
/// # Errors
/// As [`super::open`].
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureError> {
    if !is_complete(bytes) {
        return Err(PictureError::Truncated { format: NAME });
    }
    let decoded = whole(bytes, ImageFormat::WebP, NAME, |[width, height]| {
        if first_frame_agrees(bytes, width, height) {
            return Ok(());
        }
        Err(PictureError::Corrupt { format: NAME, reason: "a frame that is not of the announced size".into() })
    })?;
    let orientation = exif(bytes).and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    Ok(Decoded { orientation, ..decoded })
}

/// Whether the file is as long as its header says.
fn is_complete(bytes: &[u8]) -> bool {
    let size = bytes.get(4..8).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    size.is_some_and(|size| bytes.len() as u64 >= 8 + u64::from(size))
}

/// The EXIF metadata as far as they are in the file: the decoder would make room for as much as their size claims.
fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let file = bytes.get(RIFF_HEADER..)?;
    chunks(file).find(|(name, _)| *name == b"EXIF").map(|(_, content)| content)
}

/// Whether the lossy bitstreams that decoding the first frame can meet have the size they are announced with, in pixels:
/// the canvas' `width` and `height` for a still picture, those in the frame's header within an animation.
fn first_frame_agrees(bytes: &[u8], width: u32, height: u32) -> bool {
    let file = bytes.get(RIFF_HEADER..).unwrap_or_default();
    let still = chunks(file).filter(|(name, _)| *name == b"VP8 ").all(|(_, c)| lossy_size(c) == Some((width, height)));
    still && chunks(file).find(|(name, _)| *name == b"ANMF").is_none_or(|(_, content)| frame_agrees(content))
}

/// The same for the content of an animation frame's chunk.
fn frame_agrees(content: &[u8]) -> bool {
    let (Some(width), Some(height)) = (read_u24(content, 6), read_u24(content, 9)) else { return false };
    let mut parts = chunks(content.get(FRAME_HEADER..).unwrap_or_default());
    let lossy = match parts.next() {
        Some((b"VP8 ", content)) => Some(content),
        // The decoder takes what follows the transparency for the bitstream, whatever its name.
        Some((b"ALPH", _)) => parts.next().map(|(_, content)| content),
        _ => return true,
    };
    lossy.and_then(lossy_size) == Some((width + 1, height + 1))
}

/// Names and contents of the chunks in `bytes`; a content cut short by the end is given as far as it goes.
fn chunks(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, rest) = bytes.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = u32::from_le_bytes(*size) as usize;
        let content = &rest[..size.min(rest.len())];
        // Chunks start at even offsets.
        bytes = rest.get(size.saturating_add(size & 1)..).unwrap_or_default();
        Some((name, content))
    })
}

/// Width and height in a lossy bitstream's key frame header; `None` if it is too short to hold them.
fn lossy_size(bitstream: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from(u16::from_le_bytes([*bitstream.get(at)?, *bitstream.get(at + 1)?]) & 0x3FFF));
    Some((side(6)?, side(8)?))
}

fn read_u24(bytes: &[u8], at: usize) -> Option<u32> {
    let b = bytes.get(at..at + 3)?;
    Some(u32::from_le_bytes([b[0], b[1], b[2], 0]))
}
