//! The messages between the page and the engine behind it. Both ends are built from this crate, so they travel as postcard
//! bytes in one transferred buffer.
//!
//! A request for a picture carries an id; the page shows only the answer to the latest one it sent. What a message is about
//! (an answer, a network's card, a shader) is [`lambdascope_core`]'s; nothing here computes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod networks;
mod precomputed;
mod shaders;

use lambdascope_core::answer::{Answer, Prediction};
use lambdascope_core::backend::{Backend, BackendChoice, BackendReport};
use lambdascope_core::catalogue::Source;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::picture::PictureEdit;
use lambdascope_core::shader_edit::{Fault, ShaderRun};
use serde::{Deserialize, Serialize};

pub use networks::{NetworkOffer, Offers};
pub use precomputed::{Precomputed, PrecomputedError};
pub use shaders::{LayerShaders, ShaderEdit, ShaderFailure};

/// From the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first message: say which networks there are, and load one (as load 0): that of this name if it lies beside
    /// the page or is a public one on this device, else the page's default. Nothing is asked of any other host.
    Start {
        /// The visitor's choice.
        choice: BackendChoice,
        /// The network's name.
        network: Option<String>,
    },
    /// Load another network in place of the present one, which stays if this fails. A load under way is given up.
    Load {
        /// Grows with every load, from 1.
        id: u64,
        /// Which.
        source: Source,
    },
    /// Give a load up.
    CancelLoad {
        /// The load's id.
        id: u64,
    },
    /// Drop a public network from this browser's cache.
    Remove {
        /// Its name.
        name: String,
    },
    /// Run the network on an encoded picture (PNG, JPEG, WebP, GIF, BMP).
    Classify {
        /// Grows with every request.
        id: u64,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
    /// Run the network on one of the page's own samples.
    ClassifySample {
        /// Grows with every request.
        id: u64,
        /// The sample's file name under `samples/`.
        file: String,
    },
    /// Say which shaders a layer runs.
    LayerShaders {
        /// The layer's place in the trace.
        layer: usize,
    },
    /// Check an edited shader; nothing runs.
    CheckShader(ShaderEdit),
    /// Run the network on the picture that was answered last, once as it is and once with an edited shader.
    RunShader(ShaderEdit),
    /// Run the network changed, or on the last picture changed, beside the present one.
    WhatIf {
        /// Grows with every such request.
        id: u64,
        /// The id of the answer whose picture is meant.
        answer: u64,
        /// What is changed in the network.
        edits: Edits,
        /// What is changed in the crop.
        picture: PictureEdit,
    },
}

/// The part of loading that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadStep {
    /// Weights come over the network.
    Downloading,
    /// Weights come from this device: the browser's cache, or the visitor's file.
    Reading,
    /// The hash is checked and the network is built.
    Checking,
    /// Shaders compile, the start-up check and a warm-up run are made.
    Warming,
}

/// What a changed network says, or the network of a changed picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIfAnswer {
    /// The request's id.
    pub id: u64,
    /// All classes, most probable first.
    pub predictions: Vec<Prediction>,
    /// Milliseconds that the network took.
    pub milliseconds: f64,
    /// What computed it.
    pub backend: Backend,
}

/// From the engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Response {
    /// The worker runs and can take a request.
    Started,
    /// The networks that can be loaded, and which are on this device; again whenever that changes.
    Networks(Offers),
    /// Loading goes on; bytes where known.
    Progress {
        /// The load's id.
        load: u64,
        /// What is under way.
        step: LoadStep,
        /// Bytes so far (0 where none are counted).
        done: u64,
        /// Bytes in all (0 where none are counted).
        total: u64,
    },
    /// The engine runs this network from now on.
    Ready {
        /// The load's id.
        load: u64,
        /// Where it came from.
        source: Source,
        /// The network.
        card: NetworkCard,
        /// The backend.
        report: BackendReport,
    },
    /// A network could not be loaded; the engine goes on with the one it has.
    LoadFailed {
        /// The load's id.
        load: u64,
        /// What was to be loaded.
        source: Source,
        /// A sentence with the cause.
        message: String,
    },
    /// A picture's answer.
    Answer(Box<Answer>),
    /// A picture could not be used; the engine goes on.
    PictureFailed {
        /// The request's id.
        id: u64,
        /// A sentence with the cause and the next step.
        message: String,
    },
    /// The shaders of a layer.
    LayerShaders(LayerShaders),
    /// An edited shader was checked.
    ShaderChecked {
        /// The check's id.
        id: u64,
        /// What is wrong, if anything is.
        fault: Option<Fault>,
    },
    /// An edited shader ran, or could not.
    ShaderRan {
        /// The run's id.
        id: u64,
        /// What came of it.
        outcome: Result<Box<ShaderRun>, ShaderFailure>,
    },
    /// What the changed network says.
    WhatIf(WhatIfAnswer),
    /// The network or the picture could not be changed so.
    WhatIfFailed {
        /// The request's id.
        id: u64,
        /// A sentence with the cause.
        message: String,
    },
    /// The engine changed its backend; a sentence with the reason.
    Notice {
        /// The sentence.
        message: String,
    },
    /// The engine cannot start; a sentence with the cause and the next step.
    Failed {
        /// The sentence.
        message: String,
    },
}

/// Encodes a message for the other side.
///
/// # Errors
/// Only if a message holds something postcard cannot write, which no message does.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(message)
}

/// Decodes a message from the other side.
///
/// # Errors
/// If the bytes are no such message, as when page and worker come from different builds.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let request = Request::ClassifySample { id: 7, file: "church.webp".into() };
        let bytes = encode(&request).unwrap();
        assert_eq!(decode::<Request>(&bytes).unwrap(), request);
        assert!(decode::<Request>(&bytes[..2]).is_err());
    }
}
