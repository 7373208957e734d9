//! A GPU on trial: started beside whatever answers meanwhile, its numbers checked against the CPU's.

use std::sync::Arc;

use web_time::Instant;

use crate::error::{CHECK_TOLERANCE, HALVES_TOLERANCE};
use crate::gpu;
use crate::gpu::GpuError;
use crate::run::milliseconds_since;
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::tensor::{all_finite, relative_difference};

/// How long a backend took to get ready, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Startup {
    /// Buffers and shaders on the GPU; arrays on the CPU.
    pub compile: f64,
    /// The first run.
    pub first_run: f64,
}

/// The GPU and the graph loaded on it.
pub(super) struct Gpu {
    pub(super) device: gpu::Device,
    pub(super) session: gpu::Session,
}

/// A GPU that runs the graph with the right numbers. Whether it is used is for [`Backends::settle`](super::Backends::settle).
pub struct Candidate {
    pub(super) gpu: Gpu,
    pub(super) startup: Startup,
}

/// What a GPU is tried with, so that nothing of the engine is held while it starts.
pub(super) struct Trial {
    /// The kernels.
    pub(super) graph: Arc<Graph>,
    /// The values that a run reads back.
    pub(super) kept: Vec<ValueId>,
    /// The context of a graph that has one.
    pub(super) context: Vec<f32>,
    /// The check input.
    pub(super) check: Vec<f32>,
    /// What the CPU makes of it.
    pub(super) right: Vec<f32>,
    /// Whether its weights are to be in half precision.
    pub(super) halves: bool,
}

impl Trial {
    /// Starts the GPU and compares its numbers.
    ///
    /// # Errors
    /// Why it cannot be used, as the end of a sentence.
    pub(super) async fn run(self) -> Result<Candidate, String> {
        if !all_finite(&self.right) {
            return Err(
                "the network's numbers overflow on the check picture, so there is nothing to compare with".into()
            );
        }
        let device = gpu::Device::request().await.map_err(|e| e.to_string())?;
        let tried = match self.on(&device, &device.strategies()).await {
            // WGSL leaves open which invocations are neighbours in a subgroup: another order than the usual one shows here.
            // What is silent or lost stays so, and is not waited for twice.
            Ok((_, difference)) if device.has_subgroups() && !self.is_right(difference) => {
                self.without_subgroups(&device).await
            }
            Err(GpuError::Shader { .. }) if device.has_subgroups() => self.without_subgroups(&device).await,
            tried => tried,
        };
        let (candidate, difference) = tried.map_err(|error| error.to_string())?;
        if self.is_right(difference) {
            Ok(candidate)
        } else {
            Err(format!("its numbers differ by {difference:.1e} from the CPU's in the start-up check"))
        }
    }

    /// NaN is no agreement either.
    fn is_right(&self, difference: f32) -> bool {
        difference <= if self.halves { HALVES_TOLERANCE } else { CHECK_TOLERANCE }
    }

    async fn without_subgroups(&self, device: &gpu::Device) -> Result<(Candidate, f32), GpuError> {
        self.on(device, &device.strategies_without_subgroups()).await
    }

    /// The graph on a device in the fastest of some ways, and how far its numbers are from the CPU's.
    async fn on(&self, device: &gpu::Device, strategies: &[Strategy]) -> Result<(Candidate, f32), GpuError> {
        let started = Instant::now();
        let strategies: Vec<_> = strategies.iter().map(|&way| Strategy { halves: self.halves, ..way }).collect();
        let mut session = gpu::Session::fastest(device, Arc::clone(&self.graph), &self.kept, &strategies).await?;
        session.set_context(&self.context)?;
        let compile = milliseconds_since(started);
        let started = Instant::now();
        let output = session.run(&self.check, &[self.graph.logits]).await?;
        let first_run = milliseconds_since(started);
        let difference = relative_difference(&output[0], &self.right);
        let gpu = Gpu { device: device.clone(), session };
        Ok((Candidate { gpu, startup: Startup { compile, first_run } }, difference))
    }
}
