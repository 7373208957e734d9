//! What a file that has no decoder here seems to be, so that the refusal can name it.

use infer::MatcherType;

use super::error::PictureError;

/// How much of a file is looked at for text.
const TEXT_PREFIX: usize = 1024;

/// The refusal for a file that is none of the decodable formats.
pub(super) fn refusal(bytes: &[u8]) -> PictureError {
    if is_svg(bytes) {
        return PictureError::UnsupportedFormat { format: "SVG".into() };
    }
    if let Some(format) = heif(bytes) {
        return PictureError::UnsupportedFormat { format: format.into() };
    }
    if let Some(text) = text_prefix(bytes) {
        return PictureError::NotAPicture { looks_like: text_kind(text).into() };
    }
    let Some(kind) = infer::get(bytes) else { return PictureError::Unknown };
    let extension = kind.extension();
    let looks_like = match kind.matcher_type() {
        MatcherType::Image => return PictureError::UnsupportedFormat { format: extension.to_uppercase() },
        _ if extension == "pdf" => "a PDF document",
        MatcherType::Video => "a video",
        MatcherType::Audio => "a sound file",
        MatcherType::Archive => "an archive",
        MatcherType::Doc | MatcherType::Book => "a document",
        MatcherType::Font => "a font",
        MatcherType::App => "a program",
        MatcherType::Text => "a text file",
        MatcherType::Custom => return PictureError::Unknown,
    };
    PictureError::NotAPicture { looks_like: looks_like.into() }
}

/// Whether the first element of an XML file is SVG's, behind whatever declarations and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    loop {
        let skipped = match rest {
            [b'<', b'?', ..] => behind(rest, b"?>"),
            [b'<', b'!', b'-', b'-', ..] => behind(&rest[4..], b"-->"),
            // A document type may hold declarations of its own, in brackets.
            [b'<', b'!', ..] => match rest.iter().position(|b| matches!(b, b'[' | b'>')) {
                Some(at) if rest[at] == b'[' => behind(rest, b"]").and_then(|rest| behind(rest, b">")),
                Some(at) => Some(&rest[at + 1..]),
                None => None,
            },
            [b'<', name @ ..] => {
                let end = name.iter().position(|b| !b.is_ascii_alphanumeric() && !b"_-.:".contains(b));
                let name = &name[..end.unwrap_or(name.len())];
                return name == b"svg" || name.ends_with(b":svg");
            }
            _ => return false,
        };
        let Some(skipped) = skipped else { return false };
        rest = skipped.trim_ascii_start();
    }
}

/// What follows the first `mark`.
fn behind<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    bytes.windows(mark.len()).position(|window| window == mark).map(|at| &bytes[at + mark.len()..])
}

/// What a file in HEIF's container is called, by the brands that it says it can be read as, the first of which is its main one.
/// The container's own brands (`mif1`, `msf1`) leave open how the pixels are coded.
fn heif(bytes: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let brands = bytes.get(..length).unwrap_or(bytes).get(4..)?.strip_prefix(b"ftyp")?;
    // Between the main brand and the others stands a version.
    let brands = brands.chunks_exact(4).enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    let names = brands.map(|brand| match brand {
        b"avif" | b"avis" | b"avio" => Some("AVIF"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => Some("HEIC"),
        b"mif1" | b"mif2" | b"msf1" | b"miaf" => Some("HEIF"),
        _ => None,
    });
    let names: Vec<_> = names.collect();
    // A video may be readable as a picture too; a picture's main brand is a picture's.
    (*names.first()?)?;
    names.iter().flatten().copied().find(|name| *name != "HEIF").or(Some("HEIF"))
}

/// The start of the file if it is UTF-8 without control characters.
fn text_prefix(bytes: &[u8]) -> Option<&str> {
    let prefix = &bytes[..bytes.len().min(TEXT_PREFIX)];
    let text = match std::str::from_utf8(prefix) {
        Ok(text) => text,
        // A character cut by the end of the prefix.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&prefix[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let is_text = !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace());
    is_text.then_some(text)
}

/// The name of a kind of text, with its article.
fn text_kind(text: &str) -> &'static str {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("%PDF-") {
        "a PDF document"
    } else if infer::text::is_html(start.as_bytes()) {
        "a web page"
    } else {
        "a text file"
    }
}
