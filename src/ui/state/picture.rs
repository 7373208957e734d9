//! The choice of a picture.

use send_wrapper::SendWrapper;

use lambdascope_core::picture::Region;

/// A picture that the visitor chose.
#[derive(Clone, Debug)]
pub enum PictureChoice {
    /// A sample, by its id.
    Sample(String),
    /// The visitor's own, with a name to call it by, and the part of it that is looked at where that is not the usual crop.
    /// The file stays with the browser until the engine reads it.
    Own { name: String, file: SendWrapper<web_sys::Blob>, region: Option<Region> },
    /// The newest frame of a camera or a video, by the name of either.
    Live { name: String },
}

impl PartialEq for PictureChoice {
    fn eq(&self, other: &Self) -> bool {
        self.is_of_file(other) && self.region() == other.region()
    }
}

impl PictureChoice {
    /// Whether both are of one file, whatever part of it is looked at.
    pub fn is_of_file(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sample(own), Self::Sample(other)) => own == other,
            // The contents of two files are not compared.
            (Self::Own { file: own, .. }, Self::Own { file: other, .. }) => **own == **other,
            (Self::Live { name: own }, Self::Live { name: other }) => own == other,
            _ => false,
        }
    }

    /// The part of it that is looked at; `None` for the usual crop.
    pub fn region(&self) -> Option<Region> {
        match self {
            Self::Own { region, .. } => *region,
            Self::Sample(_) | Self::Live { .. } => None,
        }
    }

    /// What to call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Sample(id) => id,
            Self::Own { name, .. } | Self::Live { name } => name,
        }
    }
}
