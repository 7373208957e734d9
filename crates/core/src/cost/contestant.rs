//! The layers that are compared, and the sizes that they all have.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A way to let every position of a map see others.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Contestant {
    /// A lambda layer whose position lambdas see a window.
    LambdaLocal,
    /// A lambda layer with an embedding for every offset within the map.
    LambdaGlobal,
    /// A lambda layer without position lambdas.
    LambdaContent,
    /// Self-attention with its map of weights in memory.
    AttentionStored,
    /// Self-attention whose softmax is taken while its terms arrive: no map, and as many multiplications.
    AttentionStreamed,
    /// A convolution with a window as large as the lambda layer's.
    Convolution,
}

impl Contestant {
    /// Its name in files and on the command line.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::LambdaLocal => "lambda, local window",
            Self::LambdaGlobal => "lambda, global",
            Self::LambdaContent => "lambda, content alone",
            Self::AttentionStored => "attention, map stored",
            Self::AttentionStreamed => "attention, streamed",
            Self::Convolution => "convolution",
        }
    }

    /// As it stands in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::LambdaLocal => "a lambda layer with a local window",
            Self::LambdaGlobal => "a global lambda layer",
            Self::LambdaContent => "a lambda layer of content alone",
            Self::AttentionStored => "attention with a stored map",
            Self::AttentionStreamed => "streamed attention",
            Self::Convolution => "a convolution",
        }
    }
}

/// The sizes that all of them have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Rows of the map, and columns; n is its square.
    pub side: usize,
    /// d: channels of the input and of the output.
    pub width: usize,
    /// h.
    pub heads: usize,
    /// k.
    pub key_depth: usize,
    /// r: side of the local window, and of the convolution's.
    pub window: usize,
}

/// Why a setting cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Channels are taken by four, and shared by the heads.
    #[error("the width is to be a multiple of 4 and of the {heads} heads: found {width}")]
    Width {
        /// d.
        width: usize,
        /// h.
        heads: usize,
    },
    /// A window has a middle.
    #[error("the window's side is to be odd: found {0}")]
    Window(usize),
    /// There is nothing without positions, heads or keys; what is larger than this nobody has.
    #[error("the {what} is to lie between 1 and {most}: found {found}")]
    Size {
        /// Which size.
        what: &'static str,
        /// The largest.
        most: usize,
        /// What it is.
        found: usize,
    },
}

impl Setting {
    /// timm's sizes in the stage of 128 channels, on a map of `side`.
    pub fn usual(side: usize) -> Self {
        Self { side, width: 128, heads: 4, key_depth: 16, window: 9 }
    }

    /// n.
    pub fn positions(&self) -> u64 {
        self.side as u64 * self.side as u64
    }

    /// v: value depth of one head.
    pub fn value_depth(&self) -> usize {
        self.width / self.heads
    }

    /// Whether every contestant can have these sizes.
    ///
    /// # Errors
    /// [`SettingError`] names the first that does not fit.
    pub fn check(&self) -> Result<(), SettingError> {
        let Self { side, width, heads, key_depth, window } = *self;
        for (what, most, found) in [
            ("map's side", 1024, side),
            ("width", 4096, width),
            ("number of heads", 64, heads),
            ("key depth", 256, key_depth),
            ("window's side", 63, window),
        ] {
            if !(1..=most).contains(&found) {
                return Err(SettingError::Size { what, most, found });
            }
        }
        if !width.is_multiple_of(4) || !width.is_multiple_of(heads) {
            return Err(SettingError::Width { width, heads });
        }
        if window.is_multiple_of(2) {
            return Err(SettingError::Window(window));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contestant_is_found_by_its_id() {
        for contestant in Contestant::VARIANTS {
            assert_eq!(contestant.id().parse(), Ok(*contestant));
            assert_eq!(serde_json::to_string(contestant).unwrap(), format!("\"{}\"", contestant.id()));
        }
    }

    #[test]
    fn a_setting_that_no_layer_has_is_named() {
        let usual = Setting::usual(16);
        assert_eq!(usual.check(), Ok(()));
        let said = |setting: Setting| setting.check().unwrap_err().to_string();
        assert!(said(Setting { width: 126, ..usual }).contains("126"));
        assert!(said(Setting { heads: 3, ..usual }).contains("3 heads"));
        assert!(said(Setting { window: 8, ..usual }).contains("odd: found 8"));
        assert!(said(Setting { side: 0, ..usual }).contains("map's side"));
    }
}
