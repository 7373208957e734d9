//! A layer's shaders as they are shown, what is wrong with an edited one, and what running it changed. Checking and running
//! are the engine's.

use serde::{Deserialize, Serialize};

use crate::answer::Prediction;

/// One step of a layer: a shader with what it reads and writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShaderStep {
    /// The stem of the shader's file.
    pub kernel: String,
    /// WGSL.
    pub source: String,
    /// The values of its `override` constants.
    pub overrides: Vec<(String, u32)>,
    /// Workgroups along x, y and z.
    pub grid: [u32; 3],
    /// Multiplications with an addition each.
    pub macs: u64,
    /// Its arrays, in the order of their bindings, from 1.
    pub arrays: Vec<ShaderArray>,
}

/// An array that a shader is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShaderArray {
    /// What the shader calls it.
    pub variable: String,
    /// What it is in the network, such as `stages.1.1.self_attn.qkv`; nothing for weights.
    pub value: Option<String>,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Whether the shader writes it.
    pub written: bool,
}

/// What is wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The cause.
    pub message: String,
    /// What else is said about it.
    pub notes: Vec<String>,
    /// Where, if that is known.
    pub place: Option<SourcePlace>,
}

impl Fault {
    /// A fault of the whole.
    pub fn of(message: &str) -> Self {
        Self { message: message.to_owned(), notes: Vec::new(), place: None }
    }
}

/// A place in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Characters from there on, within the line.
    pub length: usize,
}

/// An edited shader ran beside the original.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShaderRun {
    /// The layer's place in the trace.
    pub layer: usize,
    /// The step's place in the layer.
    pub step: usize,
    /// The adapter that both ran on.
    pub device: String,
    /// What the step writes, and the layer's output last.
    pub values: Vec<Changed>,
    /// All classes, most probable first: with the original, with the edit.
    pub predictions: [Vec<Prediction>; 2],
    /// Milliseconds of the whole network: with the original, with the edit.
    pub milliseconds: [f64; 2],
}

/// An array with the original and with the edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// What the array is in the network, such as `stages.1.1.self_attn`.
    pub name: String,
    /// `[H, W, C]`.
    pub shape: [usize; 3],
    /// With the original.
    pub before: Vec<f32>,
    /// With the edit.
    pub after: Vec<f32>,
}
