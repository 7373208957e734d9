//! What occupies the worker's thread, a piece at a time.

use super::answer::Wanted;
use super::cache::Hashed;
use super::what_if::Question;
use lambdascope_core::catalogue::Source;
use lambdascope_protocol::ShaderEdit;

/// A piece of work.
pub enum Job {
    /// Build a network from its weights, and put it in the place of the present one.
    Build(LoadedWeights),
    /// Answer a picture.
    Answer(Wanted),
    /// Run the network changed on the picture that was answered last.
    WhatIf(Question),
    /// Say which shaders a layer runs.
    Shaders(usize),
    /// Check an edited shader.
    CheckShader(ShaderEdit),
    /// Run an edited shader.
    RunShader(ShaderEdit),
}

/// Weights that have come and wait to be built.
pub struct LoadedWeights {
    /// The load's id.
    pub load: u64,
    /// Where they came from.
    pub source: Source,
    /// The file.
    pub file: Hashed,
    /// Whether they were not on this device before; a hub's are to be kept if they are good.
    pub fetched: bool,
}
