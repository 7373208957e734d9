//! Why there is no engine, or no answer.

use lambdascope_core::nn::edit::EditError;
use lambdascope_core::nn::error::WeightsError;
use lambdascope_core::nn::graph::{Graph, ValueId};

/// The difference at which the start-up check calls a backend wrong, relative to the largest logit. Two right backends
/// differ by 1e-6 to 1e-5; a wrong one by far more than this.
pub(crate) const CHECK_TOLERANCE: f32 = 1e-3;

/// The same with weights in half precision, which have 11 bits: a few times what the networks here differ by
/// (`tests/it/halves.rs`).
pub(crate) const HALVES_TOLERANCE: f32 = 2e-2;

/// Why there is no engine, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The weights do not make a network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The network cannot be changed so.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The GPU was asked for and cannot be used.
    #[error("the GPU was requested, but {0}")]
    Gpu(String),
    /// The CPU's kernels cannot run it.
    #[error("the CPU's kernels cannot be used: {0}")]
    Cpu(String),
    /// The CPU backend does not reproduce the numbers that the weights file records.
    #[error(
        "the start-up check failed: this device's logits differ by {difference:.1e} from those recorded in the weights \
         file, where at most {CHECK_TOLERANCE:.0e} is allowed"
    )]
    Check {
        /// Relative to the largest logit.
        difference: f32,
    },
    /// Numbers left the range of f32 while the network ran; what PyTorch gives for the same is NaN or infinity.
    #[error(
        "the numbers of {place} are too large for 32-bit floating point (infinite, or not a number), so any answer means \
         nothing"
    )]
    NotFinite {
        /// The first value that holds such a number, by its place in the network, such as `stages.1.0.conv2_kxk`.
        place: String,
    },
    /// The input has another size than the network takes.
    #[error("expected an input of shape {expected:?}, found {found:?}")]
    Input {
        /// `[H, W, C]`.
        expected: [usize; 3],
        /// What was given.
        found: Vec<usize>,
    },
}

impl EngineError {
    /// For the first value of a graph that holds what is no number.
    pub(crate) fn not_finite(graph: &Graph, value: ValueId) -> Self {
        let place = if value == graph.input {
            "the input".to_owned()
        } else if graph.context == Some(value) {
            "the context".to_owned()
        } else {
            match graph.values[value].name.as_str() {
                "logits" => "the logits".to_owned(),
                name => name.to_owned(),
            }
        };
        Self::NotFinite { place }
    }
}
