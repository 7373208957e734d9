//! The one door: choose a backend, load a network, run it, hand back logits and a trace.
//!
//! The page's worker and the command line both go through [`Engine`]; neither knows which backend ran, except to say so.

use std::sync::Arc;

use web_time::Instant;

use crate::cpu;
use crate::gpu;
use crate::nn::description::check_picture;
use crate::nn::graph::{Graph, ValueId};
use crate::nn::network::{Network, pad_picture};
use crate::nn::trace::{Trace, gather};
use crate::nn::weights::WeightsError;
use crate::picture::Picture;
use crate::protocol::{Backend, BackendChoice, BackendReport};
use crate::tensor::{Tensor, relative_difference};

/// The difference at which the start-up check calls a backend wrong, relative to the largest logit. Two right backends
/// differ by 1e-6 to 1e-5; a wrong one by far more than this.
const CHECK_TOLERANCE: f32 = 1e-3;

/// Why there is no engine, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The weights do not make a network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The GPU was asked for and cannot be used.
    #[error("the GPU was asked for, but {0}")]
    Gpu(String),
    /// The CPU backend does not reproduce the numbers that the weights file records.
    #[error(
        "the start-up check failed: this device's logits differ by {difference:.1e} from those the weights file records, \
         expected at most {CHECK_TOLERANCE:.0e}"
    )]
    Check {
        /// Relative to the largest logit.
        difference: f32,
    },
    /// The input has another size than the network takes.
    #[error("the network takes a picture of shape {expected:?}, found {found:?}")]
    Input {
        /// `[side, side, 3]`.
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
    /// The lambda layers.
    pub trace: Trace,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
}

/// A network on a backend.
pub struct Engine {
    network: Network,
    graph: Arc<Graph>,
    kept: Vec<ValueId>,
    cpu: cpu::Executor,
    gpu: Option<Gpu>,
    report: BackendReport,
    notice: Option<String>,
}

/// The GPU and the network loaded on it.
struct Gpu {
    device: gpu::Device,
    session: gpu::Session,
}

impl Engine {
    /// Chooses a backend and checks it: both run a known picture; one whose numbers are wrong is not used, and in
    /// [`BackendChoice::Auto`] the faster one is.
    ///
    /// # Errors
    /// If the network cannot be built, the CPU fails the check, or the GPU was asked for and cannot be used.
    pub async fn new(network: Network, choice: BackendChoice) -> Result<Self, EngineError> {
        let graph = Arc::new(network.graph([network.description.input.crop; 2])?);
        let kept = graph.traced();
        let cpu = cpu::Executor::new(Arc::clone(&graph), &kept);
        let report = BackendReport { backend: Backend::Cpu, device: cpu_name().into(), reason: String::new() };
        let mut engine = Self { network, graph, kept, cpu, gpu: None, report, notice: None };
        let check = engine.check_input();
        let right = engine.run_cpu(&check);
        if let Some(stored) = &engine.network.description.check {
            let difference = relative_difference(&right.logits, &stored.logits);
            if difference > CHECK_TOLERANCE || difference.is_nan() {
                return Err(EngineError::Check { difference });
            }
        }
        if choice == BackendChoice::Cpu {
            engine.report.reason = "The CPU was asked for.".into();
            return Ok(engine);
        }
        match engine.start_gpu(&check, &right).await {
            Ok(gpu_milliseconds) => {
                let cpu_milliseconds = engine.run_cpu(&check).milliseconds;
                engine.settle(choice, gpu_milliseconds, cpu_milliseconds);
            }
            Err(cause) if choice == BackendChoice::Gpu => return Err(EngineError::Gpu(cause)),
            Err(cause) => engine.report.reason = format!("WebGPU is not used: {cause}."),
        }
        Ok(engine)
    }

    /// The network it runs.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network's kernels at its own picture size.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// What runs, and why.
    pub fn report(&self) -> &BackendReport {
        &self.report
    }

    /// A sentence to tell the visitor once, if the backend changed during the last run.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// What the network sees of a picture: the crop, and the normalised input `[side, side, 3]`.
    ///
    /// # Errors
    /// If the picture cannot be brought to the network's size.
    pub fn prepare(&self, picture: &Picture) -> Result<(Picture, Tensor), crate::picture::PictureError> {
        let input = &self.network.description.input;
        let crop = input.crop(picture)?;
        let tensor = input.normalise(&crop);
        Ok((crop, tensor))
    }

    /// Runs the network. If the GPU fails, its device is made anew once; if that fails too, the CPU answers, and
    /// [`Engine::take_notice`] says so.
    ///
    /// # Errors
    /// [`EngineError::Input`] if the input has another size than the network takes.
    pub async fn run(&mut self, input: &Tensor) -> Result<Run, EngineError> {
        let side = self.network.description.input.crop;
        let expected = [side, side, 3];
        if input.shape() != expected {
            return Err(EngineError::Input { expected, found: input.shape().to_vec() });
        }
        let picture = pad_picture(input);
        if self.report.backend == Backend::Gpu {
            let cause = match self.run_gpu(&picture).await {
                Ok(run) => return Ok(run),
                Err(cause) => cause,
            };
            if let Ok(run) = self.revive_gpu(&picture).await {
                self.notice =
                    Some(format!("The GPU was lost ({cause}) and has been started again; nothing is missing."));
                return Ok(run);
            }
            self.gpu = None;
            self.report.backend = Backend::Cpu;
            self.report.device = cpu_name().into();
            self.report.reason = format!("The GPU failed while running ({cause}), so the CPU took over.");
            self.notice = Some(self.report.reason.clone());
        }
        Ok(self.run_cpu(&picture))
    }

    /// Destroys the GPU's device as a driver's reset would, for tests of the recovery.
    pub fn lose_device(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.device.destroy();
        }
    }

    fn check_input(&self) -> Vec<f32> {
        let input = &self.network.description.input;
        let crop = Picture { width: input.crop, height: input.crop, rgb: check_picture(input.crop) };
        pad_picture(&input.normalise(&crop))
    }

    fn settle(&mut self, choice: BackendChoice, gpu: f64, cpu: f64) {
        let speed = format!("one picture takes {gpu:.0} ms on the GPU and {cpu:.0} ms on the CPU");
        if choice == BackendChoice::Gpu || gpu <= cpu {
            self.report.backend = Backend::Gpu;
            self.report.device = self.gpu.as_ref().map(|gpu| gpu.device.adapter().name.clone()).unwrap_or_default();
            let why = if choice == BackendChoice::Gpu { "The GPU was asked for" } else { "The GPU is faster" };
            self.report.reason = format!("{why}: {speed}. Its numbers agree with the CPU's.");
        } else {
            let device = self.gpu.as_ref().map(|gpu| gpu.device.adapter().name.clone()).unwrap_or_default();
            self.report.reason = format!("WebGPU works ({device}) but is slower here: {speed}.");
            self.gpu = None;
        }
    }

    /// Starts the GPU and checks its numbers against the CPU's; milliseconds of a warm run.
    async fn start_gpu(&mut self, check: &[f32], right: &Run) -> Result<f64, String> {
        let device = gpu::Device::request().await.map_err(|e| e.to_string())?;
        let session =
            gpu::Session::new(&device, Arc::clone(&self.graph), &self.kept).await.map_err(|e| e.to_string())?;
        self.gpu = Some(Gpu { device, session });
        let first = self.run_gpu(check).await;
        let agreed = first.and_then(|run| {
            let difference = relative_difference(&run.logits, &right.logits);
            if difference <= CHECK_TOLERANCE {
                Ok(())
            } else {
                Err(format!("its logits differ by {difference:.1e} from the CPU's in the start-up check"))
            }
        });
        let warm = match agreed {
            Ok(()) => self.run_gpu(check).await,
            Err(cause) => Err(cause),
        };
        if warm.is_err() {
            self.gpu = None;
        }
        Ok(warm?.milliseconds)
    }

    async fn revive_gpu(&mut self, picture: &[f32]) -> Result<Run, String> {
        let check = self.check_input();
        let right = self.run_cpu(&check);
        self.start_gpu(&check, &right).await?;
        self.run_gpu(picture).await
    }

    async fn run_gpu(&mut self, picture: &[f32]) -> Result<Run, String> {
        let started = Instant::now();
        let Some(Gpu { session, .. }) = &mut self.gpu else { return Err("it has not been started".into()) };
        let mut values = session.run(picture, &self.kept).await.map_err(|e| e.to_string())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let kept = &self.kept;
        let mut read = |id: ValueId| {
            let place = kept.iter().position(|k| *k == id).ok_or("a traced value was not kept")?;
            Ok::<_, String>(std::mem::take(&mut values[place]))
        };
        let logits = read(self.graph.logits)?;
        let trace = gather(&self.graph, read)?;
        Ok(self.finish(logits, trace, Backend::Gpu, milliseconds))
    }

    fn run_cpu(&mut self, picture: &[f32]) -> Run {
        let started = Instant::now();
        self.cpu.run(picture);
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let read = |id: ValueId| Ok::<_, std::convert::Infallible>(self.cpu.read(id).to_vec());
        let Ok(trace) = gather(&self.graph, read);
        let logits = self.cpu.read(self.graph.logits).to_vec();
        self.finish(logits, trace, Backend::Cpu, milliseconds)
    }

    /// Cuts the padding off the logits.
    fn finish(&self, mut logits: Vec<f32>, trace: Trace, backend: Backend, milliseconds: f64) -> Run {
        logits.truncate(self.network.description.labels.len());
        Run { logits, trace, backend, milliseconds }
    }
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

fn cpu_name() -> &'static str {
    if cfg!(target_family = "wasm") { "WebAssembly SIMD" } else { "native code" }
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
