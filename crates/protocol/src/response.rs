//! What the engine tells the page.

use lambdascope_core::answer::{Answer, Prediction, Resized};
use lambdascope_core::backend::{Backend, BackendReport};
use lambdascope_core::catalogue::Source;
use lambdascope_core::cost::report::{Point, Refusal};
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::evidence::{ClassEvidence, Evidence};
use lambdascope_core::shader_edit::{Fault, ShaderRun};
use serde::{Deserialize, Serialize};

use super::networks::Offers;
use super::shaders::{LayerShaders, ShaderFailure};

/// The part of loading that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadStep {
    /// Weights come over the network.
    Downloading,
    /// Weights come from this device: the browser's cache, or the visitor's file.
    Reading,
    /// The hash is checked and the network is built.
    Checking,
    /// The start-up check is made; where the visitor asked for the GPU, its shaders compile.
    Warming,
}

/// What a changed network says, or the network of a changed picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIfAnswer {
    /// The request's id.
    pub id: u64,
    /// All classes, most probable first.
    pub predictions: Vec<Prediction>,
    /// What the last map's positions add to the logits of the classes that were the most probable before, and of the one that
    /// is now.
    pub evidence: Evidence,
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
        /// What was chosen in its file, left out of it or rounded, a sentence each.
        notes: Vec<String>,
        /// The backend.
        report: BackendReport,
    },
    /// The engine has come to another backend, or to the same for another reason.
    Backend {
        /// The load whose network runs on it.
        load: u64,
        /// Which, and why.
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
    /// What the network makes of a picture at another size.
    Resized {
        /// The id of the answer whose picture it is.
        answer: u64,
        /// Pixels of a side.
        side: usize,
        /// That, or why there is nothing.
        outcome: Result<Box<Resized>, Refusal>,
    },
    /// The laboratory can measure.
    LabOpen {
        /// What computes, by name.
        device: String,
    },
    /// The laboratory cannot be had on this backend.
    LabClosed {
        /// A sentence with the cause.
        message: String,
    },
    /// What came of a measurement.
    Measured(Box<Point>),
    /// A picture's answer.
    Answer(Box<Answer>),
    /// A picture could not be used; the engine goes on.
    PictureFailed {
        /// The request's id.
        id: u64,
        /// A sentence with the cause and the next step.
        message: String,
        /// Whether the file is at fault, so that no other network could use it either.
        is_file: bool,
    },
    /// The second network can answer.
    BesideReady {
        /// The load's id.
        load: u64,
        /// Where it came from.
        source: Source,
        /// The network.
        card: NetworkCard,
        /// What was chosen in its file, left out of it or rounded, a sentence each.
        notes: Vec<String>,
    },
    /// The second network's answer, under the id of the present one's whose picture it saw.
    BesideAnswer(Box<Answer>),
    /// The second network has no answer.
    BesideFailed {
        /// The load that it came with.
        load: u64,
        /// The id of the answer that it was to stand beside.
        answer: u64,
        /// A sentence with the cause.
        message: String,
    },
    /// What each position adds to a class's logit.
    Evidence {
        /// The answer's id.
        answer: u64,
        /// It.
        evidence: ClassEvidence,
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
