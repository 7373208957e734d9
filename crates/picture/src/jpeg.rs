//! Whether a JPEG file is whole. The decoder fills missing rows with grey and says nothing, which would show a visitor
//! a confident answer about a picture that is half absent. Decoding itself is the `image` crate's.

/// Second bytes of the markers used here; the first is always `0xFF`.
const TEM: u8 = 0x01;
const RST0: u8 = 0xD0;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// Whether the first picture in `bytes` reaches its end-of-image marker.
///
/// Segments are skipped by their length, because an EXIF thumbnail holds an end marker of its own. What follows the
/// end (a second picture, a video) is not looked at.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let mut position = 0;
    while let Some((marker, after)) = next_marker(bytes, position) {
        position = match marker {
            EOI => return true,
            TEM | RST0..=SOI => after,
            _ => {
                let Some(length) = bytes.get(after..after + 2) else { return false };
                let end = after + usize::from(u16::from_be_bytes([length[0], length[1]]));
                if marker == SOS { entropy_coded_end(bytes, end) } else { end }
            }
        };
    }
    false
}

/// The first marker at or after `position`, and where it ends. Fill bytes and stray bytes are skipped.
fn next_marker(bytes: &[u8], position: usize) -> Option<(u8, usize)> {
    let start = position + bytes.get(position..)?.iter().position(|&b| b == 0xFF)?;
    let code = start + bytes[start..].iter().position(|&b| b != 0xFF)?;
    Some((bytes[code], code + 1))
}

/// Where the entropy-coded data from `position` on give way to a marker other than a restart.
fn entropy_coded_end(bytes: &[u8], position: usize) -> usize {
    let data = bytes.get(position..).unwrap_or_default();
    let marker = data.windows(2).position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xFF | RST0..SOI));
    position + marker.unwrap_or(data.len())
}
