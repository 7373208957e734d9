//! A network with its lambda layers changed, beside the one that it was made from: on the same backend, for its logits and what
//! they come from.

use std::sync::Arc;

use web_time::Instant;

use super::Engine;
use crate::error::EngineError;
use crate::gpu;
use crate::on_cpu::OnCpu;
use crate::run::{fits, milliseconds_since};

use lambdascope_core::backend::Backend;
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::nn::evidence::{Evidence, Head};
use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::tensor::{Tensor, all_finite};

/// A changed network, ready to run.
pub struct Edited {
    edits: Edits,
    graph: Arc<Graph>,
    head: Option<Head>,
    /// The logits, and the last map where there is one.
    kept: Vec<ValueId>,
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
    /// The last map, as [`crate::Run::features`].
    pub features: Vec<f32>,
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
        let head = Head::of(&graph);
        let kept: Vec<ValueId> = std::iter::once(graph.logits).chain(head.map(|head| head.features)).collect();
        let gpu = match self.backends.gpu() {
            Some((device, strategy)) => {
                let strategies = strategy.as_slice();
                gpu::Session::fastest(device, Arc::clone(&graph), &kept, strategies).await.ok()
            }
            None => None,
        };
        let labels = self.network.description.labels.len();
        Ok(Edited { edits: edits.clone(), graph, head, kept, size: self.size, labels, gpu, cpu: None })
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
        let on_gpu = match &mut self.gpu {
            Some(session) => session.run(&input, &self.kept).await.ok(),
            None => None,
        };
        let (values, backend) = match on_gpu {
            Some(values) => (values, Backend::Gpu),
            None => {
                self.gpu = None;
                let kept = self.kept.clone();
                let cpu = self.on_cpu()?;
                cpu.run(&input);
                (kept.into_iter().map(|id| cpu.read(id).into_owned()).collect(), Backend::Cpu)
            }
        };
        let mut values = values.into_iter();
        let (mut logits, features) = (values.next().unwrap_or_default(), values.next().unwrap_or_default());
        let milliseconds = milliseconds_since(started);
        if !all_finite(&logits) {
            let place = self.on_cpu()?.first_not_finite(&input).unwrap_or(self.graph.logits);
            return Err(EngineError::not_finite(&self.graph, place));
        }
        // The classifier's outputs are padded to a multiple of 4.
        logits.truncate(self.labels);
        Ok(EditedRun { logits, features, backend, milliseconds })
    }

    /// What the positions of the last map add to the logits of some classes, as [`Engine::evidence`].
    pub fn evidence(&self, run: &EditedRun, classes: impl IntoIterator<Item = usize>) -> Evidence {
        let of = |head: Head| head.evidence_of(&self.graph, &run.features, &run.logits, classes);
        self.head.map(of).unwrap_or_default()
    }

    fn on_cpu(&mut self) -> Result<&mut OnCpu, EngineError> {
        let cpu = match self.cpu.take() {
            Some(cpu) => cpu,
            None => OnCpu::new(Arc::clone(&self.graph), &self.kept)?,
        };
        Ok(self.cpu.insert(cpu))
    }
}
