//! What a file that has no decoder here seems to be, so that the refusal can name it.

use infer::MatcherType;

use super::error::PictureError;

/// How much of a file is looked at for text.
const TEXT_PREFIX: usize = 1024;

/// The refusal for a file that is none of the decodable formats.
pub(super) fn refusal(bytes: &[u8]) -> PictureError {
    if let Some(text) = text_prefix(bytes) {
        if text.contains("<svg") {
            return PictureError::UnsupportedFormat { format: "SVG".into() };
        }
        return PictureError::NotAPicture { looks_like: text_kind(text).into() };
    }
    let Some(kind) = infer::get(bytes) else { return PictureError::Unknown };
    let extension = kind.extension();
    let looks_like = match kind.matcher_type() {
        MatcherType::Image => {
            // The container is HEIF; what phones write, and what people call it, is HEIC.
            let format = if extension == "heif" { "HEIC".into() } else { extension.to_uppercase() };
            return PictureError::UnsupportedFormat { format };
        }
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
