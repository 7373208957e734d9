//! Why a picture could not be used, in sentences for the visitor who chose it.

use lambdascope_core::picture::LengthError;

use super::limits::Limits;

/// Why a file could not become the input of a network. Each message names the cause and the next step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There is nothing in the file.
    #[error("The file is empty (0 bytes); choose another picture.")]
    Empty,
    /// The content is no picture at all.
    #[error("The file looks like {looks_like}, not a picture; choose a JPEG, PNG, WebP, GIF or BMP file.")]
    NotAPicture {
        /// What its content suggests, with its article: "a PDF document".
        looks_like: String,
    },
    /// The content matches nothing known.
    #[error("The file is not a picture in a known format; choose a JPEG, PNG, WebP, GIF or BMP file.")]
    Unknown,
    /// A picture in a format without a decoder here.
    #[error("{format} pictures cannot be opened here; save this one as a JPEG or PNG and choose that file.")]
    UnsupportedFormat {
        /// The format's name.
        format: String,
    },
    /// A known format that uses something its decoder lacks.
    #[error(
        "This {format} file uses a feature that cannot be decoded here ({feature}); save it as a plain JPEG or PNG and choose that file."
    )]
    UnsupportedFeature {
        /// The format's name.
        format: &'static str,
        /// What is missing, in the decoder's words.
        feature: String,
    },
    /// The file stops in the middle.
    #[error(
        "The {format} file ends before the picture is complete; download or export it again, or choose another picture."
    )]
    Truncated {
        /// The format's name.
        format: &'static str,
    },
    /// The content contradicts its format.
    #[error(
        "The {format} file is damaged and cannot be decoded; download or export it again, or choose another picture."
    )]
    Corrupt {
        /// The format's name.
        format: &'static str,
        /// What the decoder stumbled over, for developers.
        reason: String,
    },
    /// The header announces more pixels than are decoded here.
    #[error(
        "The picture has {width} × {height} pixels, but at most {} megapixels and {} pixels a side of a {format} can be opened; make it smaller and try again.",
        limits.pixels >> 20,
        limits.side
    )]
    TooLarge {
        /// The format's name.
        format: &'static str,
        /// Width in the header, in pixels.
        width: u32,
        /// Height in the header, in pixels.
        height: u32,
        /// What is opened of this format.
        limits: Limits,
    },
    /// Decoding would take more memory than is granted.
    #[error("Decoding this {format} file needs too much memory; save it as a plain JPEG or PNG and choose that file.")]
    TooMuchMemory {
        /// The format's name.
        format: &'static str,
    },
    /// A picture whose fields contradict each other.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// The network's input settings cannot be carried out.
    #[error(
        "The network wants a crop of {crop} pixels from a picture whose shorter side is {resize}, which is impossible; choose another network."
    )]
    Preprocessing {
        /// The shorter side after resizing, in pixels.
        resize: usize,
        /// The side of the crop, in pixels; expected between 1 and `resize`, which is at most [`super::MAX_SIDE`].
        crop: usize,
    },
}

impl PictureError {
    /// Whether the file may well be a sound picture that another decoder, such as a browser's, opens.
    pub fn is_beyond_the_decoder(&self) -> bool {
        match self {
            Self::UnsupportedFormat { .. } | Self::UnsupportedFeature { .. } | Self::TooMuchMemory { .. } => true,
            Self::TooLarge { width, height, .. } => Limits::REDUCED.allow(*width, *height),
            _ => false,
        }
    }
}
