//! What page and engine tell each other of a layer's shaders and of edits to them.

use serde::{Deserialize, Serialize};

use lambdascope_core::shader_edit::{Fault, ShaderStep};

/// The shaders of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerShaders {
    /// The load whose network the layer is of.
    pub network: u64,
    /// The layer's place in the trace.
    pub layer: usize,
    /// In running order.
    pub steps: Vec<ShaderStep>,
}

/// An edited shader, to be checked or run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShaderEdit {
    /// The request's id; grows with every check, and with every run.
    pub id: u64,
    /// The layer's place in the trace.
    pub layer: usize,
    /// The step's place in the layer.
    pub step: usize,
    /// WGSL.
    pub source: String,
}

/// Why an edited shader gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShaderFailure {
    /// A sentence with the cause.
    pub message: String,
    /// What the check found in the source, if it was that.
    pub fault: Option<Fault>,
}
