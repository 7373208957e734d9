//! A network with its lambda layers changed, beside the one that it was made from: on the same backend, for logits alone.

use std::sync::Arc;

use web_time::Instant;

use super::Engine;
use crate::error::EngineError;
use crate::gpu;
use crate::on_cpu::OnCpu;
use crate::run::{fits, milliseconds_since};

use lambdascope_core::backend::Backend;
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::nn::graph::{Graph, padded};
use lambdascope_core::tensor::{Tensor, all_finite};

/// A changed network, ready to run.
pub struct Edited {
    edits: Edits,
    graph: Arc<Graph>,
    size: [usize; 2],
    labels: usize,
    gpu: Option<gpu::Session>,
    /// Laid out once it is needed.
    cpu: Option<OnCpu>,
}

/// What one run of a changed network gives.
#[derive(Clone, Debug)]
pub struct EditedRun {
    /// One a label.
    pub logits: Vec<f32>,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
}

impl Engine {
    /// The network with its lambda layers changed, beside the present one, which stays as it is. It runs on the GPU where
    /// the present one does and the device still takes it, else on the CPU.
    ///
    /// # Errors
    /// [`EngineError::Edit`] if the network lacks what is to be changed.
    pub async fn edited(&self, edits: &Edits) -> Result<Edited, EngineError> {
        edits.check(self.graph())?;
        let graph = Arc::new(self.network.edited(edits, self.size)?);
        let gpu = match self.backends.gpu() {
            Some((device, strategy)) => {
                let strategies = strategy.as_slice();
                gpu::Session::fastest(device, Arc::clone(&graph), &[graph.logits], strategies).await.ok()
            }
            None => None,
        };
        let labels = self.network.description.labels.len();
        Ok(Edited { edits: edits.clone(), graph, size: self.size, labels, gpu, cpu: None })
    }
}

impl Edited {
    /// What is changed.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// Runs it on an input `[H, W, 3]`. If the GPU fails, the CPU answers from then on.
    ///
    /// # Errors
    /// [`EngineError::Input`] if the input has another size than the engine was loaded for, [`EngineError::NotFinite`] if
    /// numbers leave the range of f32.
    pub async fn run(&mut self, input: &Tensor) -> Result<EditedRun, EngineError> {
        fits([self.size[0], self.size[1], 3], input)?;
        let input = padded(input);
        let started = Instant::now();
        let logits = self.graph.logits;
        let on_gpu = match &mut self.gpu {
            Some(session) => session.run(&input, &[logits]).await.ok().and_then(|values| values.into_iter().next()),
            None => None,
        };
        let (mut logits, backend) = match on_gpu {
            Some(values) => (values, Backend::Gpu),
            None => {
                self.gpu = None;
                let cpu = self.on_cpu()?;
                cpu.run(&input);
                (cpu.read(logits).into_owned(), Backend::Cpu)
            }
        };
        let milliseconds = milliseconds_since(started);
        if !all_finite(&logits) {
            let place = self.on_cpu()?.first_not_finite(&input).unwrap_or(self.graph.logits);
            return Err(EngineError::not_finite(&self.graph, place));
        }
        // The classifier's outputs are padded to a multiple of 4.
        logits.truncate(self.labels);
        Ok(EditedRun { logits, backend, milliseconds })
    }

    fn on_cpu(&mut self) -> Result<&mut OnCpu, EngineError> {
        let cpu = match self.cpu.take() {
            Some(cpu) => cpu,
            None => OnCpu::new(Arc::clone(&self.graph), &[self.graph.logits])?,
        };
        Ok(self.cpu.insert(cpu))
    }
}
