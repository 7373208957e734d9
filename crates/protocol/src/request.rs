//! What the page asks of the engine.

use lambdascope_core::backend::{Backend, BackendChoice, CpuWish};
use lambdascope_core::catalogue::Source;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::picture::{PictureEdit, Region};
use serde::{Deserialize, Serialize};

use super::shaders::ShaderEdit;

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
        /// How the CPU is to compute.
        cpu: CpuWish,
    },
    /// Load another network in place of the present one, which stays if this fails. A load under way is given up.
    Load {
        /// Grows with every load, from 1.
        id: u64,
        /// Which.
        source: Source,
    },
    /// Compute with another backend from now on; the network stays.
    Backend {
        /// The visitor's choice.
        choice: BackendChoice,
    },
    /// Load a second network to stand beside the present one, in place of any other second one.
    LoadBeside {
        /// A load's id; both networks' loads count together.
        id: u64,
        /// Which.
        source: Source,
    },
    /// Run the second network on what the present one saw last: the same part of the picture, in its own size.
    AnswerBeside {
        /// The id of the answer that is meant.
        answer: u64,
    },
    /// Give the second network back, and give its load up.
    EndBeside,
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
    /// Fetch the networks beside the page that are not on this device yet, one by one, and say each time which are.
    KeepNetworks,
    /// Run the network on an encoded picture (JPEG, PNG, WebP, GIF, BMP, or what the browser decodes), a file that travels
    /// beside the message as the browser's own object: it is read once its turn comes, and not at all if another picture comes before.
    Classify {
        /// Grows with every request.
        id: u64,
        /// The part of it that the network is to see; the usual crop where there is none.
        region: Option<Region>,
    },
    /// Run the network on one of the page's own samples.
    ClassifySample {
        /// Grows with every request.
        id: u64,
        /// The sample's file name under `samples/`.
        file: String,
    },
    /// Run the network on a frame of a live picture, an `ImageBitmap` that travels beside the message and is the engine's from
    /// then on.
    Frame {
        /// A picture's id; frames and pictures count together.
        id: u64,
        /// Whether left and right are to be exchanged.
        mirrored: bool,
    },
    /// Say what each position adds to a class's logit, in the picture that was answered last.
    Evidence {
        /// The id of the answer that is meant.
        answer: u64,
        /// The class, as a place among the network's labels.
        class: usize,
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
    /// Run the network on what was answered last at another size of picture, once.
    Resize {
        /// The id of the answer whose picture is meant.
        answer: u64,
        /// Pixels of a side.
        side: usize,
        /// The layer whose trace is wanted, as its place in the trace.
        layer: usize,
    },
    /// The first message of a worker that is a laboratory from then on: it loads no network, and takes only [`Request::Measure`].
    OpenLab {
        /// Where layers run.
        backend: Backend,
        /// How the CPU is to compute.
        cpu: CpuWish,
    },
    /// Time a layer.
    Measure {
        /// Which.
        contestant: Contestant,
        /// Its sizes.
        setting: Setting,
        /// Maps that a time is of, one after the other.
        batch: usize,
    },
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
