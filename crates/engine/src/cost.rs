//! What one layer costs here: the contestants of [`lambdascope_core::cost`] run one after the other on maps of growing size,
//! until one is refused. Which are to run, and when to stop, is the caller's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use crate::gpu;
use crate::gpu::GpuError;
use crate::on_cpu::{self, OnCpu};
use crate::run::milliseconds_since;
use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::formula::{Predicted, predicted};
use lambdascope_core::cost::graph::graph;
use lambdascope_core::cost::report::{Clock, Outcome, Point, Refusal};
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId};

/// Milliseconds that nothing is waited for: what would take longer is refused.
pub const LONGEST: f64 = 10_000.0;

/// Runs that a time is the median of, after one that warms up; a slow contestant has no more than fit into this time, and one at
/// least.
const RUNS: usize = 7;
const BUDGET: Duration = Duration::from_millis(1500);

/// A backend on which contestants run, and what they took so far.
pub struct Lab {
    /// None for the CPU.
    device: Option<gpu::Device>,
    /// Bytes that one contestant may take on the CPU.
    memory: u64,
    /// The largest that ran of each: multiplications, and milliseconds for one map.
    largest: BTreeMap<Contestant, (u64, f64)>,
}

impl Lab {
    /// On the CPU, where a contestant may take so many bytes.
    pub fn on_cpu(memory: u64) -> Self {
        Self { device: None, memory, largest: BTreeMap::new() }
    }

    /// On a GPU, with all that it offers rather than what every device has, so that nobody is refused who could run.
    ///
    /// # Errors
    /// If there is none.
    pub async fn on_gpu() -> Result<Self, GpuError> {
        Ok(Self { device: Some(gpu::Device::request_whole().await?), memory: u64::MAX, largest: BTreeMap::new() })
    }

    /// Which backend it is.
    pub fn backend(&self) -> Backend {
        if self.device.is_some() { Backend::Gpu } else { Backend::Cpu }
    }

    /// Its name.
    pub fn device(&self) -> String {
        self.device.as_ref().map_or_else(on_cpu::name, |device| device.adapter().name.clone())
    }

    /// Runs a contestant on `batch` maps one after the other, several times over, or says why it does not. Everything it took
    /// is given back. A device that was lost is asked for anew.
    pub async fn measure(&mut self, contestant: Contestant, setting: &Setting, batch: usize) -> Point {
        let predicted = predicted(contestant, setting);
        let outcome = match self.run(contestant, setting, batch, &predicted).await {
            Ok(outcome) => outcome,
            Err(refusal) => Outcome::Refused(refusal),
        };
        Point { contestant, side: setting.side, predicted, outcome }
    }

    async fn run(
        &mut self,
        contestant: Contestant,
        setting: &Setting,
        batch: usize,
        predicted: &Predicted,
    ) -> Result<Outcome, Refusal> {
        setting.check().map_err(|error| Refusal::Failed(error.to_string()))?;
        self.check_memory(predicted)?;
        if let Some(&(macs, milliseconds)) = self.largest.get(&contestant) {
            let expected = milliseconds * predicted.macs as f64 / macs as f64 * batch as f64;
            if expected > LONGEST {
                return Err(Refusal::Time { expected, longest: LONGEST });
            }
        }
        let graph = graph(contestant, setting).map_err(|error| Refusal::Failed(error.to_string()))?;
        let graph = Arc::new(graph);
        // An input that is neither zero nor the same everywhere.
        let input: Vec<f32> =
            (0..graph.values[graph.input].len()).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        // All are kept, so that each has an array of its own and what is made is what is predicted.
        let kept: Vec<ValueId> = (0..graph.values.len()).collect();
        let (milliseconds, clock, bytes) = match self.device.clone() {
            Some(device) => match on_gpu(&device, &graph, &kept, &input, batch).await {
                Ok(measured) => measured,
                Err(error) => return Err(self.refusal(error).await),
            },
            None => on_cpu(&graph, &kept, &input, batch)?,
        };
        let fastest = milliseconds.iter().copied().fold(f64::INFINITY, f64::min) / batch as f64;
        self.largest.insert(contestant, (predicted.macs, fastest));
        Ok(Outcome::Measured { milliseconds, clock, bytes })
    }

    /// What does not fit is not even laid out: on a 32-bit machine its length has no number.
    fn check_memory(&self, predicted: &Predicted) -> Result<(), Refusal> {
        let bytes = &predicted.bytes;
        let (whose, needed, allowed) = match &self.device {
            Some(device) => ("this device binds", bytes.map.max(bytes.ends / 2), device.largest_binding()),
            None => ("a layer may take here", bytes.values() + bytes.weights, self.memory),
        };
        if needed <= allowed { Ok(()) } else { Err(Refusal::Memory { whose: whose.into(), needed, allowed }) }
    }

    async fn refusal(&mut self, error: GpuError) -> Refusal {
        if matches!(error, GpuError::DeviceLost { .. })
            && let Ok(device) = gpu::Device::request_whole().await
        {
            self.device = Some(device);
        }
        match error {
            GpuError::Limit { what, unit: "bytes", needed, allowed } => {
                Refusal::Memory { whose: format!("for {what} this device has"), needed, allowed }
            }
            GpuError::Limit { what, unit, needed, allowed } => {
                Refusal::Limit { what, unit: unit.into(), needed, allowed }
            }
            other => Refusal::Failed(other.to_string()),
        }
    }
}

/// Milliseconds of each run, the clock that told them, and bytes of all that was made.
type Measured = (Vec<f64>, Clock, u64);

async fn on_gpu(
    device: &gpu::Device,
    graph: &Arc<Graph>,
    kept: &[ValueId],
    input: &[f32],
    batch: usize,
) -> Result<Measured, GpuError> {
    // One way without being timed for it, and sums in one piece: a lone layer has no parts beside what is predicted.
    let strategy = device.strategies().first().copied().unwrap_or(Strategy::SOFTWARE);
    let strategy = Strategy { cuts: false, ..strategy };
    let mut session =
        gpu::Session::reading_output(device, Arc::clone(graph), kept, |params| strategy.way(params)).await?;
    let output = [graph.logits];
    // As long as a run that was expected to be short enough may take.
    session.wait_for_runs(Duration::from_secs_f64(4.0 * LONGEST / 1e3));
    session.run(input, &output).await?;
    let (mut times, began) = (Vec::new(), Instant::now());
    let mut clock = Clock::Device;
    while times.is_empty() || (times.len() < RUNS && began.elapsed() < BUDGET) {
        let started = Instant::now();
        let mut kernels = 0.0;
        for _ in 0..batch {
            match session.profile(input).await? {
                Some(ops) => kernels += ops.iter().map(|op| op.nanoseconds).sum::<f64>() / 1e6,
                None => {
                    clock = Clock::Wall;
                    session.run(input, &output).await?;
                }
            }
        }
        times.push(if clock == Clock::Device { kernels } else { milliseconds_since(started) });
    }
    Ok((times, clock, session.bytes()))
}

fn on_cpu(graph: &Arc<Graph>, kept: &[ValueId], input: &[f32], batch: usize) -> Result<Measured, Refusal> {
    let mut cpu = OnCpu::new(Arc::clone(graph), kept).map_err(|error| Refusal::Failed(error.to_string()))?;
    cpu.run(input);
    let (mut times, began) = (Vec::new(), Instant::now());
    while times.is_empty() || (times.len() < RUNS && began.elapsed() < BUDGET) {
        let started = Instant::now();
        (0..batch).for_each(|_| cpu.run(input));
        times.push(milliseconds_since(started));
    }
    Ok((times, Clock::Wall, cpu.array_bytes()))
}
