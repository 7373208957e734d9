//! A GPU on trial: started beside whatever answers meanwhile, its numbers checked against the CPU's.

use std::sync::Arc;

use web_time::Instant;

use crate::error::CHECK_TOLERANCE;
use crate::gpu;
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
        match self.on(&device, &device.strategies()).await {
            // WGSL leaves open which invocations are neighbours in a subgroup: another order than the usual one shows here.
            Err(_) if device.has_subgroups() => self.on(&device, &device.strategies_without_subgroups()).await,
            tried => tried,
        }
    }

    /// The graph on a device in the fastest of some ways, its numbers compared.
    async fn on(&self, device: &gpu::Device, strategies: &[Strategy]) -> Result<Candidate, String> {
        let started = Instant::now();
        let session = gpu::Session::fastest(device, Arc::clone(&self.graph), &self.kept, strategies).await;
        let mut session = session.map_err(|e| e.to_string())?;
        session.set_context(&self.context).map_err(|e| e.to_string())?;
        let compile = milliseconds_since(started);
        let started = Instant::now();
        let output = session.run(&self.check, &[self.graph.logits]).await.map_err(|e| e.to_string())?;
        let first_run = milliseconds_since(started);
        let difference = relative_difference(&output[0], &self.right);
        // NaN is no agreement either.
        if difference <= CHECK_TOLERANCE {
            let gpu = Gpu { device: device.clone(), session };
            Ok(Candidate { gpu, startup: Startup { compile, first_run } })
        } else {
            Err(format!("its numbers differ by {difference:.1e} from the CPU's in the start-up check"))
        }
    }
}
