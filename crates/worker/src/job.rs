//! What occupies the worker's thread, a piece at a time.

use super::answer::Wanted;
use super::cache::Hashed;
use super::resize::Size;
use super::what_if::Question;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::Source;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_engine::{Candidate, Engine};
use lambdascope_protocol::ShaderEdit;

/// A piece of work.
pub enum Job {
    /// Build a network from its weights, and put it in the place of the present one of its slot.
    Build(LoadedWeights),
    /// Put a network that is ready in the place of the present one.
    Replace(Box<ReadyNetwork>),
    /// Take a GPU that was tried beside the backend in use, or learn why it cannot be used.
    Tried {
        /// The trial; only the last one that was begun counts.
        trial: u64,
        /// What came of it.
        candidate: Box<Result<Candidate, String>>,
    },
    /// Compute with another backend.
    Choose(BackendChoice),
    /// Answer a picture.
    Answer(Wanted),
    /// Run the network changed on the picture that was answered last.
    WhatIf(Question),
    /// Run the second network on what was seen for the answer of this id.
    Beside {
        /// The answer's id.
        answer: u64,
    },
    /// Give the second network back.
    EndBeside,
    /// Say what speaks for a class in the picture that was answered last.
    Evidence {
        /// The answer's id.
        answer: u64,
        /// The class.
        class: usize,
    },
    /// Run the network at another size.
    Resize(Size),
    /// Say which shaders a layer runs.
    Shaders(usize),
    /// Check an edited shader.
    CheckShader(ShaderEdit),
    /// Run an edited shader.
    RunShader(ShaderEdit),
}

/// Which of the two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The one on screen.
    Main,
    /// The one beside it.
    Beside,
}

/// A network on its backend.
pub struct ReadyNetwork {
    /// The load's id.
    pub load: u64,
    /// Where its weights came from.
    pub source: Source,
    /// The engine that runs it.
    pub engine: Engine,
    /// What it is.
    pub card: NetworkCard,
}

/// Weights that have come and wait to be built.
pub struct LoadedWeights {
    /// Which network it is to be.
    pub slot: Slot,
    /// The load's id.
    pub load: u64,
    /// Where they came from.
    pub source: Source,
    /// The file.
    pub file: Hashed,
    /// Whether they were not on this device before; a hub's are to be kept if they are good.
    pub fetched: bool,
}
