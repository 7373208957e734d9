//! The messages between the page and the engine behind it. Both ends are this crate, so they travel as postcard bytes in
//! one transferred buffer.
//!
//! A request for a picture carries an id; the page shows only the answer to the latest one it sent.

mod networks;
mod precomputed;
mod shaders;

use serde::{Deserialize, Serialize};

pub use networks::{NetworkOffer, Offers, Source};
pub use precomputed::{Precomputed, PrecomputedError};
pub use shaders::{Changed, Fault, LayerShaders, Place, ShaderArray, ShaderEdit, ShaderFailure, ShaderRun, ShaderStep};

use crate::nn::edit::Edits;
use crate::nn::graph::{Graph, Site};
use crate::nn::network::Network;
use crate::nn::trace::Trace;
use crate::picture::PictureEdit;

/// Which backend the visitor (or a test) asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The fastest one whose numbers are right.
    #[default]
    Auto,
    /// WebGPU (natively Vulkan, Metal or DX12), even where the CPU is faster.
    Gpu,
    /// The CPU.
    Cpu,
}

/// The backend that computed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    /// Compute shaders.
    Gpu,
    /// WASM SIMD, or native code.
    Cpu,
}

/// What runs, and why: shown as the page's badge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackendReport {
    /// The backend that ran last (before the first picture: the one the start-up check ran).
    pub backend: Backend,
    /// The adapter, such as `google SwiftShader`, or `WebAssembly SIMD`.
    pub device: String,
    /// One sentence: why this backend and not the other.
    pub reason: String,
}

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

/// What the page needs to know of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkCard {
    /// Its name for people.
    pub title: String,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition, for one picture.
    pub macs: u64,
    /// How many classes it tells apart.
    pub classes: usize,
    /// Side of the square picture it sees, in pixels.
    pub side: usize,
    /// Top-1 accuracy as a fraction and the data it was measured on, if the file says so.
    pub accuracy: Option<(f64, String)>,
    /// The strip: stem, blocks and head in order.
    pub parts: Vec<NetworkPart>,
    /// Bytes of the weights file.
    pub weight_bytes: u64,
    /// SHA-256 of the weights file, lower-case hexadecimal.
    pub sha256: String,
}

impl NetworkCard {
    /// Describes a network and its graph, whose weights came in a file of `weight_bytes` bytes with this SHA-256.
    pub fn new(network: &Network, graph: &Graph, weight_bytes: u64, sha256: String) -> Self {
        let description = &network.description;
        let part = |name: &str, kind| {
            let shape = graph.find(name).map(|id| graph.values[id].shape)?;
            Some(NetworkPart { name: name.to_owned(), shape, kind })
        };
        let mut parts = vec![part("stem", PartKind::Stem)];
        for (s, stage) in description.stages.iter().enumerate() {
            for i in 0..stage.blocks.len() {
                let name = format!("stages.{s}.{i}");
                let kind = match graph.layers.iter().enumerate().find(|(_, site)| site.name() == name) {
                    Some((layer, Site::Lambda(_))) => PartKind::Lambda { layer },
                    Some((layer, Site::Attention(_))) => PartKind::Attention { layer },
                    None => PartKind::Convolution,
                };
                parts.push(part(&name, kind));
            }
        }
        parts.push(part("logits", PartKind::Head).map(|head| NetworkPart {
            name: "head".to_owned(),
            shape: [1, 1, description.labels.len()],
            ..head
        }));
        Self {
            title: description.title.clone(),
            parameters: network.parameters(),
            macs: graph.macs(),
            classes: description.labels.len(),
            side: description.input.crop,
            accuracy: description.accuracy.as_ref().map(|a| (a.top1, a.dataset.clone())),
            parts: parts.into_iter().flatten().collect(),
            weight_bytes,
            sha256,
        }
    }
}

/// One element of the network strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkPart {
    /// Its place, such as `stem`, `stages.1.1`, `head`. A lambda or attention layer's is its trace's name.
    pub name: String,
    /// `[H, W, C]` of its output.
    pub shape: [usize; 3],
    /// What it is.
    pub kind: PartKind,
}

/// What an element of the strip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartKind {
    /// The first convolutions and the max pool.
    Stem,
    /// A bottleneck around a 3×3 convolution.
    Convolution,
    /// A bottleneck around a lambda layer; the index is the layer's place in the trace.
    Lambda {
        /// Index into [`Trace::layers`].
        layer: usize,
    },
    /// A bottleneck around self-attention.
    Attention {
        /// Index into [`Trace::layers`].
        layer: usize,
    },
    /// Mean over positions and the classifier.
    Head,
}

impl PartKind {
    /// The place in the trace of a layer that can be looked into.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Lambda { layer } | Self::Attention { layer } => Some(layer),
            Self::Stem | Self::Convolution | Self::Head => None,
        }
    }
}

/// A class and its softmax probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The label as the weights file spells it.
    pub label: String,
    /// 0 to 1.
    pub probability: f32,
}

/// Milliseconds that the parts of one answer took in the worker.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Decoding the file.
    pub decode: f64,
    /// Resizing, cropping, normalising.
    pub preprocess: f64,
    /// The network, with its results read back.
    pub network: f64,
}

/// The answer to a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The request's id.
    pub id: u64,
    /// The load whose network answers.
    pub network: u64,
    /// The picture's own width and height.
    pub original: [usize; 2],
    /// Side of the crop that the network saw.
    pub side: usize,
    /// That crop, `[side, side, 3]` 8-bit sRGB.
    pub crop: Vec<u8>,
    /// All classes, most probable first.
    pub predictions: Vec<Prediction>,
    /// The lambda and attention layers.
    pub trace: Trace,
    /// How, where it was computed for this visit; `None` if that was done ahead, see [`Precomputed`].
    pub computed: Option<Computed>,
}

/// How an answer was computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// How long it took.
    pub timings: Timings,
    /// What computed it.
    pub report: BackendReport,
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
