//! The network at another size of picture than its own, beside the present one: local lambda layers take any size, what has a
//! table for its own size does not.

use std::sync::Arc;

use web_time::Instant;

use super::Engine;
use crate::cost::LONGEST;
use crate::error::EngineError;
use crate::gpu;
use crate::on_cpu::OnCpu;
use crate::run::milliseconds_since;
use crate::softmax::predictions;
use lambdascope_core::answer::Resized;
use lambdascope_core::backend::Backend;
use lambdascope_core::cost::report::Refusal;
use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::nn::trace::gather_layer;
use lambdascope_core::picture::Picture;
use lambdascope_core::tensor::all_finite;

/// What a run took: multiplications, and milliseconds.
pub type Pace = (u64, f64);

impl Engine {
    /// Runs the network on a square crop of whatever size, on the backend in use, and gives its guesses and the trace of one
    /// layer. The time is of a second run, after one that warms up. Nothing is kept of it. `pace` is what another size took: what
    /// would take longer than [`LONGEST`] by that is refused.
    ///
    /// # Errors
    /// Why the network does not take this size, or why its backend does not.
    pub async fn at_size(&self, crop: &Picture, layer: usize, pace: Option<Pace>) -> Result<Resized, Refusal> {
        let failed = |error: EngineError| Refusal::Failed(error.to_string());
        let graph = self.network.graph([crop.height, crop.width]).map_err(|error| failed(error.into()))?;
        let graph = Arc::new(graph);
        let macs = graph.macs();
        if let Some((known, milliseconds)) = pace.filter(|(known, _)| *known > 0) {
            let expected = milliseconds * macs as f64 / known as f64;
            if expected > LONGEST {
                return Err(Refusal::Time { expected, longest: LONGEST });
            }
        }
        let site = graph.layers.get(layer);
        let mut kept: Vec<ValueId> = site.map(|site| site.values()).unwrap_or_default();
        kept.push(graph.logits);
        let input = padded(&self.network.description.input.normalise(crop));
        let Measured { values, milliseconds, bytes, backend } = match self.backends.gpu() {
            Some((device, strategy)) => {
                let strategies = strategy.as_slice();
                let session = gpu::Session::fastest(device, Arc::clone(&graph), &kept, strategies).await;
                let mut session = session.map_err(|error| Refusal::Failed(error.to_string()))?;
                on_gpu(&mut session, &input, &kept).await.map_err(|error| Refusal::Failed(error.to_string()))?
            }
            None => on_cpu(&graph, &input, &kept).map_err(failed)?,
        };
        let value = |id: ValueId| {
            let at = kept.iter().position(|kept| *kept == id);
            at.and_then(|at| values.get(at).cloned()).ok_or_else(|| Refusal::Failed(format!("value {id} is missing")))
        };
        let mut logits = value(graph.logits)?;
        // The classifier's outputs are padded to a multiple of 4.
        logits.truncate(self.network.description.labels.len());
        if !all_finite(&logits) {
            return Err(failed(EngineError::not_finite(&graph, graph.logits)));
        }
        let layer = site.map(|site| gather_layer(&graph, site, &mut |id| value(id))).transpose()?;
        let predictions = predictions(&self.network.description.labels, &logits);
        Ok(Resized { side: crop.width, predictions, layer, macs, bytes, milliseconds, backend })
    }
}

struct Measured {
    values: Vec<Vec<f32>>,
    milliseconds: f64,
    bytes: u64,
    backend: Backend,
}

async fn on_gpu(session: &mut gpu::Session, input: &[f32], kept: &[ValueId]) -> Result<Measured, gpu::GpuError> {
    session.run(input, kept).await?;
    let started = Instant::now();
    let values = session.run(input, kept).await?;
    Ok(Measured { values, milliseconds: milliseconds_since(started), bytes: session.bytes(), backend: Backend::Gpu })
}

fn on_cpu(graph: &Arc<Graph>, input: &[f32], kept: &[ValueId]) -> Result<Measured, EngineError> {
    let mut cpu = OnCpu::new(Arc::clone(graph), kept)?;
    cpu.run(input);
    let started = Instant::now();
    cpu.run(input);
    let milliseconds = milliseconds_since(started);
    let values = kept.iter().map(|id| cpu.read(*id).into_owned()).collect();
    Ok(Measured { values, milliseconds, bytes: cpu.array_bytes(), backend: Backend::Cpu })
}
