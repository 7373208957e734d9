//! What goes into a run of the engine, and what comes out of it.

use web_time::Instant;

use lambdascope_core::backend::Backend;
use lambdascope_core::nn::trace::Trace;
use lambdascope_core::tensor::Tensor;

use crate::error::EngineError;

/// What one run gives.
#[derive(Clone, Debug)]
pub struct Run {
    /// One a label.
    pub logits: Vec<f32>,
    /// The lambda and attention layers.
    pub trace: Trace,
    /// The last map, `[H · W · C]`, row by row: what the mean before the classifier is taken of; nothing of a lone layer.
    pub features: Vec<f32>,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
}

/// What one kernel of a run took.
#[derive(Clone, Debug, PartialEq)]
pub struct OpTime {
    /// The kernel's name: on the GPU the stem of its file in `shaders/`, on the CPU that of its twin.
    pub kernel: &'static str,
    /// The name of the (first) value it wrote, such as `stages.1.1.conv3_1x1`.
    pub output: String,
    /// Nanoseconds between its beginning and its end. Browsers may round it to as much as 0.1 ms.
    pub nanoseconds: f64,
}

/// Whether an input has the shape `[H, W, C]` that is expected.
///
/// # Errors
/// [`EngineError::Input`] if it has not.
pub(crate) fn fits(expected: [usize; 3], found: &Tensor) -> Result<(), EngineError> {
    if found.shape() == expected { Ok(()) } else { Err(EngineError::Input { expected, found: found.shape().to_vec() }) }
}

/// Milliseconds since then.
pub(crate) fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}
