//! What a file is that the visitor dropped, pasted or chose: told by its name and its first bytes, since either may be
//! missing or wrong.

use lambdascope_core::nn::foreign;
use lambdascope_core::nn::foreign::Foreign;

/// How many bytes of a file [`FileKind::of`] looks at.
pub const HEAD: usize = foreign::HEAD;

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Run the network on it.
    Picture,
    /// An SVG, which is to be drawn before the network runs on it.
    Drawing,
    /// Play it, and run the network on its frames.
    Video,
    /// Load it as a network.
    Network,
    /// A sweep of the laboratory, which lies over the one on screen.
    Sweep,
    /// A network in another container, or what stands for one.
    ForeignNetwork(&'static Foreign),
    /// Neither.
    Unknown,
}

impl FileKind {
    /// What a file of this name and MIME type is, whose first [`HEAD`] bytes (or fewer, if it is shorter) are `head`.
    pub fn of(name: &str, mime: &str, head: &[u8]) -> Self {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".safetensors") || is_safetensors(head) {
            Self::Network
        } else if mime == "image/svg+xml" || mime.is_empty() && name.ends_with(".svg") {
            Self::Drawing
        } else if is_picture(head) || mime.starts_with("image/") {
            Self::Picture
        } else if mime.starts_with("video/") || is_video(head) {
            Self::Video
        } else if is_sweep(head) {
            Self::Sweep
        } else {
            let told = foreign::of(head).filter(|kind| kind.network).or_else(|| foreign::by_name(&name));
            told.map_or(Self::Unknown, Self::ForeignNetwork)
        }
    }
}

/// A length of eight bytes, then JSON that begins with a brace.
fn is_safetensors(head: &[u8]) -> bool {
    let Some((length, json)) = head.split_first_chunk::<8>() else { return false };
    json.starts_with(b"{") && u64::from_le_bytes(*length) < 1 << 32
}

/// JSON that begins as ours does.
fn is_sweep(head: &[u8]) -> bool {
    let begins = String::from_utf8_lossy(head);
    begins.trim_start().starts_with('{') && begins.contains("\"backend\"") && begins.contains("\"device\"")
}

/// The formats that the page reads, or perhaps the browser, by their first bytes.
fn is_picture(head: &[u8]) -> bool {
    use infer::image::{is_bmp, is_gif, is_jpeg, is_png, is_webp};
    // AVIF and HEIC are in a container that they share with videos.
    let is_heif = head.get(4..8) == Some(b"ftyp")
        && matches!(
            head.get(8..12),
            Some(
                b"avif"
                    | b"avis"
                    | b"heic"
                    | b"heix"
                    | b"heim"
                    | b"heis"
                    | b"hevc"
                    | b"hevx"
                    | b"mif1"
                    | b"mif2"
                    | b"msf1"
            )
        );
    is_heif || [is_bmp, is_gif, is_jpeg, is_png, is_webp].iter().any(|is| is(head))
}

/// The containers of videos that browsers play, by their first bytes.
fn is_video(head: &[u8]) -> bool {
    use infer::video::{is_mov, is_mp4, is_webm};
    // Matroska, of which WebM is a kind, is played where the browser knows what is in it.
    head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) || [is_mov, is_mp4, is_webm].iter().any(|is| is(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_known_by_its_name_or_its_contents() {
        let whole = b"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\":1}";
        assert_eq!(FileKind::of("weights", "", whole), FileKind::Network);
        assert_eq!(FileKind::of("photo.png", "image/png", whole), FileKind::Network);
        // Broken ones too: the loader says what is wrong with them.
        assert_eq!(FileKind::of("Model.SafeTensors", "", b""), FileKind::Network);
    }

    #[test]
    fn a_network_in_another_container_is_known_by_its_contents_or_else_by_its_name() {
        let what = |name: &str, head: &[u8]| match FileKind::of(name, "", head) {
            FileKind::ForeignNetwork(kind) => Some(kind.to_string().split(", ").next().unwrap_or_default().to_owned()),
            _ => None,
        };
        assert_eq!(what("model.pth", b"PK\x03\x04").as_deref(), Some("a PyTorch checkpoint"));
        assert_eq!(what("model.pth", b"GGUF\x03\0\0\0").as_deref(), Some("a GGUF file"));
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:";
        assert_eq!(what("weights", pointer).as_deref(), Some("a Git LFS pointer"));
        // The loader says what it is.
        assert_eq!(FileKind::of("model.safetensors", "", pointer), FileKind::Network);
        assert_eq!(what("page.html", b"<!DOCTYPE html>"), None);
    }

    #[test]
    fn a_picture_is_known_by_its_contents_or_its_type() {
        assert_eq!(FileKind::of("noname", "", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), FileKind::Picture);
        assert_eq!(FileKind::of("a.bin", "", b"RIFF\x10\0\0\0WEBPVP8 "), FileKind::Picture);
        assert_eq!(FileKind::of("IMG_0001", "", b"\0\0\0\x24ftypheic\0\0\0\0"), FileKind::Picture);
        assert_eq!(FileKind::of("clip", "", b"\0\0\0\x18ftypmp42\0\0\0\0"), FileKind::Video);
        assert_eq!(FileKind::of("clip", "", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81"), FileKind::Video);
        assert_eq!(FileKind::of("clip", "video/ogg", b"OggS"), FileKind::Video);
        // What its type only claims is for the decoder to refuse, in a sentence of its own.
        assert_eq!(FileKind::of("a.png", "image/png", b"text"), FileKind::Picture);
        assert_eq!(FileKind::of("notes.txt", "text/plain", b"hello there"), FileKind::Unknown);
        assert_eq!(FileKind::of("clip.wav", "audio/wav", b"RIFF\x10\0\0\0WAVEfmt "), FileKind::Unknown);
        assert_eq!(FileKind::of("", "", b""), FileKind::Unknown);
    }

    #[test]
    fn a_sweep_is_known_by_its_beginning() {
        let sweep = b"{\n  \"backend\": \"Cpu\",\n  \"device\": \"a machine";
        assert_eq!(FileKind::of("cost.json", "application/json", sweep), FileKind::Sweep);
        assert_eq!(FileKind::of("state.json", "application/json", b"{\"lambdascope\": 1}"), FileKind::Unknown);
    }

    #[test]
    fn a_drawing_is_known_by_its_type_or_its_name() {
        assert_eq!(FileKind::of("logo", "image/svg+xml", b"<!-- long -->"), FileKind::Drawing);
        assert_eq!(FileKind::of("Logo.SVG", "", b"<svg"), FileKind::Drawing);
        assert_eq!(FileKind::of("logo.svg", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), FileKind::Picture);
    }
}
