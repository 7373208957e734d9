//! The device that edited shaders run on: one of its own, so that whatever an edit does, the engine's own device and numbers
//! stay as they are.

use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use crate::gpu::{Device, GpuError, Session};
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::shader_edit::Fault;

/// Why an edited shader gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShaderError {
    /// The layer has no such step.
    #[error("step {step} of layer {layer} does not exist in this network")]
    NoStep {
        /// The layer's place in the trace.
        layer: usize,
        /// The step's place in the layer.
        step: usize,
    },
    /// The source is no shader that could stand in for the original.
    #[error("{}", .0.message)]
    Fault(Fault),
    /// There is no GPU to run it on.
    #[error("a shader needs WebGPU, which cannot be used here: {0}")]
    NoGpu(String),
    /// The GPU failed with it.
    #[error("the GPU could not run this shader: {0}")]
    Failed(String),
    /// The input has another size than the network takes.
    #[error("expected an input of {expected} values, found {found}")]
    Input {
        /// The length of the graph's input.
        expected: usize,
        /// What was given.
        found: usize,
    },
}

/// How long an edited shader is waited for: it may well be many times slower than the original. Who asks for a run gives up
/// earlier.
const LIMIT: Duration = Duration::from_secs(120);

/// The device that edited shaders run on, with the network as it is.
pub(crate) struct Bench {
    /// The device, for nothing but this.
    pub(crate) device: Device,
    /// The network on it, all shaders the original.
    pub(crate) session: Session,
    /// What a run reads back: the traced values and all that the traced layers write.
    pub(crate) kept: Vec<ValueId>,
}

impl Bench {
    /// Requests a device and loads the network.
    ///
    /// # Errors
    /// If there is no device, or it does not take the network.
    pub(crate) async fn new(graph: &Arc<Graph>, strategy: Strategy) -> Result<Self, GpuError> {
        let device = Device::request().await?;
        let mut kept = graph.traced();
        for layer in 0..graph.layers.len() {
            kept.extend(graph.layer_ops(layer).into_iter().flat_map(|op| graph.ops[op].outputs()));
        }
        kept.sort_unstable();
        kept.dedup();
        let way = |params: &_| strategy.way(params);
        let mut session = Session::with_ways(&device, Arc::clone(graph), &kept, way).await?;
        // The first run of a pipeline takes longer than those that follow.
        let picture = vec![0.0; graph.values[graph.input].len()];
        session.run(&picture, &[graph.logits]).await?;
        session.wait_for_runs(LIMIT);
        Ok(Self { device, session, kept })
    }

    /// All kept values, and the milliseconds of the run.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub(crate) async fn run(&mut self, input: &[f32]) -> Result<(Vec<Vec<f32>>, f64), GpuError> {
        let started = Instant::now();
        let values = self.session.run(input, &self.kept).await?;
        Ok((values, started.elapsed().as_secs_f64() * 1e3))
    }
}
