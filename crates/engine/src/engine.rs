//! The one door: choose a backend, load a network, run it, hand back logits and a trace.
//!
//! The page's worker and the command line both go through [`Engine`]; neither knows which backend ran, except to say so.

mod answer;
mod backends;
mod edited;
mod layer;
mod shader_bench;

pub use answer::{AnswerError, Seen, predictions};
pub use backends::Startup;
use backends::{Backends, GraphRun};
pub use edited::{Edited, EditedRun};
pub use layer::LayerEngine;
use shader_bench::Bench;
pub use shader_bench::ShaderError;

use crate::gpu;
use lambdascope_core::backend::{Backend, BackendChoice, BackendReport};
use lambdascope_core::nn::description::check_picture;
use lambdascope_core::nn::edit::EditError;
use lambdascope_core::nn::graph::{Graph, padded};
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::trace::Trace;
use lambdascope_core::nn::weights::WeightsError;
use lambdascope_core::picture::Picture;
use lambdascope_core::tensor::Tensor;

/// The difference at which the start-up check calls a backend wrong, relative to the largest logit. Two right backends
/// differ by 1e-6 to 1e-5; a wrong one by far more than this.
const CHECK_TOLERANCE: f32 = 1e-3;

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
    /// The CPU backend does not reproduce the numbers that the weights file records.
    #[error(
        "the start-up check failed: this device's logits differ by {difference:.1e} from those recorded in the weights \
         file, where at most {CHECK_TOLERANCE:.0e} is allowed"
    )]
    Check {
        /// Relative to the largest logit.
        difference: f32,
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

/// What one run gives.
#[derive(Clone, Debug)]
pub struct Run {
    /// One a label.
    pub logits: Vec<f32>,
    /// The lambda and attention layers.
    pub trace: Trace,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
}

/// A network on a backend.
pub struct Engine {
    network: Network,
    size: [usize; 2],
    backends: Backends,
    /// Where edited shaders run, once one has.
    bench: Option<Bench>,
}

impl Engine {
    /// Loads a network for pictures of its own size. Chooses a backend and checks it: both run a known picture; one whose
    /// numbers are wrong is not used, and in [`BackendChoice::Auto`] the faster one is.
    ///
    /// # Errors
    /// If the network cannot be built, the CPU fails the check, or the GPU was asked for and cannot be used.
    pub async fn new(network: Network, choice: BackendChoice) -> Result<Self, EngineError> {
        let side = network.description.input.crop;
        Self::with_size(network, [side, side], choice).await
    }

    /// As [`Engine::new`], for inputs of another size, `[H, W]`.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub async fn with_size(network: Network, size: [usize; 2], choice: BackendChoice) -> Result<Self, EngineError> {
        let graph = network.graph(size)?;
        let input = &network.description.input;
        let side = size[0].max(size[1]);
        let square = Picture { width: side, height: side, rgb: check_picture(side) };
        let rgb =
            square.rgb.chunks_exact(3 * side).take(size[0]).flat_map(|row| &row[..3 * size[1]]).copied().collect();
        let check = padded(&input.normalise(&Picture { width: size[1], height: size[0], rgb }));
        // The recorded logits are those of the network's own size.
        let expected = network.description.check.as_ref().filter(|_| size == [input.crop, input.crop]);
        let expected = expected.map(|check| check.logits.as_slice());
        let backends = Backends::choose(graph, choice, check, Vec::new(), expected).await?;
        Ok(Self { network, size, backends, bench: None })
    }

    /// The network it runs.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Rows and columns of the pictures it runs on.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The network's kernels at this picture size.
    pub fn graph(&self) -> &Graph {
        self.backends.graph()
    }

    /// What runs, and why.
    pub fn report(&self) -> &BackendReport {
        self.backends.report()
    }

    /// How long the backend took to get ready.
    pub fn startup(&self) -> Startup {
        self.backends.startup()
    }

    /// A sentence to tell the visitor once, if the backend changed during the last run.
    pub fn take_notice(&mut self) -> Option<String> {
        self.backends.take_notice()
    }

    /// The session on the GPU, where that is the backend, for measurements.
    pub fn session(&mut self) -> Option<&mut gpu::Session> {
        self.backends.session()
    }

    /// Destroys the GPU's device as a driver's reset would, for tests of the recovery.
    pub fn lose_device(&self) {
        self.backends.lose_device();
    }

    /// What the network sees of a picture: the crop, and the normalised input `[side, side, 3]`.
    ///
    /// # Errors
    /// If the picture cannot be brought to the network's size.
    pub fn prepare(&self, picture: &Picture) -> Result<(Picture, Tensor), lambdascope_picture::PictureError> {
        let input = &self.network.description.input;
        let crop = lambdascope_picture::crop(input, picture)?;
        let tensor = input.normalise(&crop);
        Ok((crop, tensor))
    }

    /// Runs the network on an input `[H, W, 3]`. If the GPU fails, its device is made anew once; if that fails too, the CPU
    /// answers, and [`Engine::take_notice`] says so.
    ///
    /// # Errors
    /// [`EngineError::Input`] if the input has another size than the engine was loaded for.
    pub async fn run(&mut self, input: &Tensor) -> Result<Run, EngineError> {
        fits(self.size, input)?;
        let GraphRun { output: mut logits, trace, backend, milliseconds } = self.backends.run(&padded(input)).await;
        // The classifier's outputs are padded to a multiple of 4.
        logits.truncate(self.network.description.labels.len());
        Ok(Run { logits, trace, backend, milliseconds })
    }
}

/// Whether it is a picture `[H, W, 3]` of this size.
fn fits([height, width]: [usize; 2], input: &Tensor) -> Result<(), EngineError> {
    let expected = [height, width, 3];
    if input.shape() == expected { Ok(()) } else { Err(EngineError::Input { expected, found: input.shape().to_vec() }) }
}

/// Probabilities of logits, with the index of each, most probable first.
pub fn ranked_softmax(logits: &[f32]) -> Vec<(usize, f32)> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|l| (l - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    let mut ranked: Vec<(usize, f32)> = powers.into_iter().map(|p| p / sum).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_ranked_and_sum_to_one() {
        let ranked = ranked_softmax(&[1.0, 1000.0, 999.0]);
        assert_eq!(ranked.iter().map(|r| r.0).collect::<Vec<_>>(), [1, 2, 0]);
        assert!((ranked.iter().map(|r| r.1).sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
