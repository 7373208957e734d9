//! What a network says of a picture, with everything that a run leaves behind for whoever explains it.

use serde::{Deserialize, Serialize};

use crate::backend::{Backend, BackendReport};
use crate::nn::evidence::Evidence;
use crate::nn::trace::{LayerTrace, Trace};

/// A class and its softmax probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The class, as a place among the network's labels: two may be spelled alike.
    pub class: usize,
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
    /// What the last map's positions add to the logits of the most probable classes, in their order.
    pub evidence: Evidence,
    /// How, where it was computed for this visit; `None` if that was done ahead.
    pub computed: Option<Computed>,
}

/// What a network makes of a picture at another size than its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resized {
    /// Pixels of a side.
    pub side: usize,
    /// All classes, most probable first.
    pub predictions: Vec<Prediction>,
    /// One of its layers; none where it has no such layer.
    pub layer: Option<LayerTrace>,
    /// Multiplications with an addition each.
    pub macs: u64,
    /// Bytes of all that was made for it: on a GPU its buffers, on the CPU the arrays between kernels.
    pub bytes: u64,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
    /// What computed it.
    pub backend: Backend,
}

/// How an answer was computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// How long it took.
    pub timings: Timings,
    /// What computed it.
    pub report: BackendReport,
}
