//! One graph on the backends that can run it: which is used, whether its numbers are right, and what happens when a device
//! is lost. Networks and pictures belong to [`Engine`](crate::Engine).

mod candidate;

use std::sync::Arc;

use web_time::Instant;

use crate::error::{CHECK_TOLERANCE, EngineError};
use crate::gpu;
use crate::gpu::GpuError;
use crate::on_cpu::{self, OnCpu};
use crate::run::{OpTime, milliseconds_since};
pub use candidate::{Candidate, Startup};
use candidate::{Gpu, Trial};
use lambdascope_core::backend::{Backend, BackendChoice, BackendReport};
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::evidence::Head;
use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::nn::trace::{Trace, gather};
use lambdascope_core::tensor::{all_finite, relative_difference};

/// What one run of a graph gives.
#[derive(Clone, Debug)]
pub struct GraphRun {
    /// The values of [`Graph::logits`].
    pub output: Vec<f32>,
    /// The lambda and attention layers.
    pub trace: Trace,
    /// The last map, `[H · W · C]`; nothing where the graph has no classifier.
    pub features: Vec<f32>,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
    /// Whether all that was read back are numbers.
    is_finite: bool,
}

/// A graph on the CPU and, where it is used, on the GPU.
pub struct Backends {
    graph: Arc<Graph>,
    head: Option<Head>,
    kept: Vec<ValueId>,
    context: Vec<f32>,
    check: Vec<f32>,
    /// What the CPU makes of the check input.
    right: Vec<f32>,
    cpu: OnCpu,
    cpu_startup: Startup,
    gpu: Option<Gpu>,
    startup: Startup,
    report: BackendReport,
    notice: Option<String>,
}

impl Backends {
    /// The graph on the CPU, checked: it runs the check input. `context` is that of a graph that has one, `expected` the
    /// output that is known beforehand, if one is.
    ///
    /// # Errors
    /// If the CPU does not give what is expected.
    pub fn on_cpu(
        graph: Graph,
        check: Vec<f32>,
        context: Vec<f32>,
        expected: Option<&[f32]>,
    ) -> Result<Self, EngineError> {
        let graph = Arc::new(graph);
        let head = Head::of(&graph);
        let mut kept = graph.traced();
        kept.extend(head.map(|head| head.features).filter(|id| !kept.contains(id)));
        let started = Instant::now();
        let mut cpu = OnCpu::new(Arc::clone(&graph), &kept)?;
        let compile = milliseconds_since(started);
        cpu.set_context(&context);
        let report = BackendReport { backend: Backend::Cpu, device: on_cpu::name(), reason: String::new() };
        let startup = Startup::default();
        let mut backends = Self {
            graph,
            head,
            kept,
            context,
            check,
            right: Vec::new(),
            cpu,
            cpu_startup: startup,
            gpu: None,
            startup,
            report,
            notice: None,
        };
        let right = backends.check_cpu();
        backends.cpu_startup = Startup { compile, first_run: right.milliseconds };
        backends.right = right.output;
        if let Some(expected) = expected {
            let found = &backends.right[..expected.len().min(backends.right.len())];
            let difference = relative_difference(found, expected);
            if difference > CHECK_TOLERANCE || difference.is_nan() {
                return Err(EngineError::Check { difference });
            }
        }
        backends.take_cpu("The CPU was requested.".into());
        Ok(backends)
    }

    /// Chooses a backend: unless the CPU was asked for, a GPU is tried, and used if its numbers are right and it was asked for
    /// or is the faster one.
    ///
    /// # Errors
    /// If the GPU was asked for and cannot be used.
    pub async fn choose(&mut self, choice: BackendChoice) -> Result<(), EngineError> {
        if choice == BackendChoice::Cpu {
            return Ok(());
        }
        let candidate = self.candidate(choice.halves()).await;
        match self.settle(choice, candidate).await {
            Err(cause) if choice.is_gpu() => Err(EngineError::Gpu(cause)),
            _ => Ok(()),
        }
    }

    /// Starts a GPU for the graph and checks its numbers. Nothing of this is borrowed meanwhile, so that pictures can be
    /// answered until [`Backends::settle`] takes what comes of it. With `halves` its weights are in half precision.
    pub fn candidate(&self, halves: bool) -> impl Future<Output = Result<Candidate, String>> + use<> {
        let trial = Trial {
            graph: Arc::clone(&self.graph),
            kept: self.kept.clone(),
            context: self.context.clone(),
            check: self.check.clone(),
            right: self.right.clone(),
            halves,
        };
        trial.run()
    }

    /// Takes a GPU that was tried: it is used from now on if it was asked for or is faster than the CPU. The report says
    /// which backend it is and why.
    ///
    /// # Errors
    /// Why the GPU cannot be used, as the end of a sentence; the CPU is used then.
    pub async fn settle(&mut self, choice: BackendChoice, candidate: Result<Candidate, String>) -> Result<(), String> {
        let timed = match candidate {
            Ok(Candidate { gpu, startup }) => {
                self.gpu = Some(gpu);
                self.startup = startup;
                let check = self.check.clone();
                self.run_gpu(&check).await.map(|run| run.milliseconds).map_err(|error| error.to_string())
            }
            Err(cause) => Err(cause),
        };
        match timed {
            Ok(gpu) => {
                let cpu = self.check_cpu().milliseconds;
                self.compare(choice, gpu, cpu);
                Ok(())
            }
            Err(cause) => {
                self.take_cpu(if choice.is_gpu() {
                    format!("The GPU was requested, but {cause}.")
                } else {
                    format!("WebGPU is not used: {cause}.")
                });
                Err(cause)
            }
        }
    }

    /// Uses the CPU from now on, for a reason that is a sentence.
    pub fn take_cpu(&mut self, reason: String) {
        self.gpu = None;
        self.startup = self.cpu_startup;
        self.report = BackendReport { backend: Backend::Cpu, device: on_cpu::name(), reason };
    }

    /// The kernels.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The end of the graph, if it has a classifier.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// The kernels, for a session of one's own.
    pub fn shared_graph(&self) -> Arc<Graph> {
        Arc::clone(&self.graph)
    }

    /// How the convolutions run on the GPU; nothing where it is not used.
    pub fn strategy(&self) -> Option<Strategy> {
        self.gpu.as_ref().and_then(|gpu| gpu.session.strategy())
    }

    /// What brings another graph to where this one runs.
    pub fn running(&self) -> BackendChoice {
        match (&self.gpu, self.has_halves()) {
            (None, _) => BackendChoice::Cpu,
            (Some(_), false) => BackendChoice::Gpu,
            (Some(_), true) => BackendChoice::GpuHalves,
        }
    }

    /// Whether the GPU has its weights in half precision.
    fn has_halves(&self) -> bool {
        self.strategy().is_some_and(|strategy| strategy.halves)
    }

    /// What runs, and why.
    pub fn report(&self) -> &BackendReport {
        &self.report
    }

    /// How long the backend took to get ready.
    pub fn startup(&self) -> Startup {
        self.startup
    }

    /// A sentence to tell the visitor once, if the backend changed during the last run.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// Runs the graph and says what each kernel took; nothing on a GPU that has no clock to ask.
    ///
    /// # Errors
    /// As [`gpu::Session::profile`].
    pub async fn profile(&mut self, input: &[f32]) -> Result<Option<Vec<OpTime>>, GpuError> {
        match &mut self.gpu {
            Some(gpu) => gpu.session.profile(input).await,
            None => Ok(Some(self.cpu.profile(input))),
        }
    }

    /// The GPU that runs the graph, and how its convolutions run; none where the CPU is the backend.
    pub fn gpu(&self) -> Option<(&gpu::Device, Option<Strategy>)> {
        self.gpu.as_ref().map(|gpu| (&gpu.device, gpu.session.strategy()))
    }

    /// Destroys the GPU's device as a driver's reset would, for tests of the recovery.
    pub fn lose_device(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.device.destroy();
        }
    }

    /// Runs the graph on an input of its own length. If the GPU is lost, its device is made anew once; if that fails too, or
    /// it does not answer, the CPU does from then on, and [`Backends::take_notice`] says so.
    ///
    /// # Errors
    /// [`EngineError::NotFinite`] if numbers leave the range of f32: there is no answer then, on no backend.
    ///
    /// # Panics
    /// If the input has another length.
    pub async fn run(&mut self, input: &[f32]) -> Result<GraphRun, EngineError> {
        let run = self.run_somewhere(input).await;
        if run.is_finite {
            return Ok(run);
        }
        match self.cpu.first_not_finite(input) {
            Some(place) => Err(EngineError::not_finite(&self.graph, place)),
            // Sums that are taken in another order may stay just within the range.
            None => {
                self.notice = Some("The numbers overflowed on the GPU, so the CPU answered this picture.".into());
                Ok(self.run_cpu(input))
            }
        }
    }

    /// The output for several inputs of the graph's own length, in their order. A GPU is given all of them at once; where it
    /// fails, or its numbers leave the range of f32, each input is run by itself as [`Backends::run`] does.
    ///
    /// # Errors
    /// As [`Backends::run`].
    ///
    /// # Panics
    /// If an input has another length.
    pub async fn outputs_of_many(&mut self, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>, EngineError> {
        if let Some(Gpu { session, .. }) = &mut self.gpu {
            match session.run_many(inputs, self.graph.logits).await {
                Ok(outputs) if outputs.iter().all(|output| all_finite(output)) => return Ok(outputs),
                Err(cause @ GpuError::Silent { .. }) => self.give_gpu_up(&cause),
                _ => {}
            }
        }
        let mut outputs = Vec::with_capacity(inputs.len());
        for input in inputs {
            outputs.push(self.run(input).await?.output);
        }
        Ok(outputs)
    }

    async fn run_somewhere(&mut self, input: &[f32]) -> GraphRun {
        if self.gpu.is_some() {
            let cause = match self.run_gpu(input).await {
                Ok(run) => return run,
                Err(cause) => cause,
            };
            // What does not answer once is not waited for again.
            if !matches!(cause, GpuError::Silent { .. })
                && let Ok(run) = self.revive_gpu(input).await
            {
                self.notice =
                    Some(format!("The GPU was lost ({cause}) and has been restarted; no results are missing."));
                return run;
            }
            self.give_gpu_up(&cause);
        }
        self.run_cpu(input)
    }

    /// Goes over to the CPU for good, and says why.
    fn give_gpu_up(&mut self, cause: &GpuError) {
        self.take_cpu(format!("The GPU failed while running ({cause}), so the CPU took over."));
        self.notice = Some(self.report.reason.clone());
    }

    /// Takes the faster of the two, or the one that was asked for; milliseconds of a run.
    fn compare(&mut self, choice: BackendChoice, gpu: f64, cpu: f64) {
        let speed = format!("one run takes {gpu:.0} ms on the GPU and {cpu:.0} ms on the CPU");
        let device = self.gpu.as_ref().map(|gpu| gpu.device.adapter().name.clone()).unwrap_or_default();
        if choice.is_gpu() || gpu <= cpu {
            self.report.backend = Backend::Gpu;
            self.report.device = device;
            let why = if choice.is_gpu() { "The GPU was requested" } else { "The GPU is faster" };
            let agreement = if self.has_halves() {
                "Its weights are in half precision, so that its numbers agree with the CPU's to two or three digits."
            } else {
                "Its numbers agree with the CPU's."
            };
            self.report.reason = format!("{why}: {speed}. {agreement}");
            // Where there was a choice, which one it was.
            if let Some(strategy) = self.strategy().filter(|strategy| strategy.is_chosen()) {
                let cut = if strategy.cuts { " and sums over small maps are cut" } else { "" };
                self.report.reason +=
                    &format!(" Convolutions are fastest here when they read into {}{cut}.", strategy.memory);
            }
        } else {
            self.take_cpu(format!("WebGPU works ({device}) but is slower here: {speed}."));
        }
    }

    async fn revive_gpu(&mut self, input: &[f32]) -> Result<GraphRun, String> {
        let Candidate { gpu, startup } = self.candidate(self.has_halves()).await?;
        self.gpu = Some(gpu);
        self.startup = startup;
        self.run_gpu(input).await.map_err(|error| error.to_string())
    }

    async fn run_gpu(&mut self, input: &[f32]) -> Result<GraphRun, GpuError> {
        let started = Instant::now();
        let Some(Gpu { session, .. }) = &mut self.gpu else {
            return Err(GpuError::Refused("it has not been started".into()));
        };
        let values = session.run(input, &self.kept).await?;
        Ok(self.given(&values, Backend::Gpu, milliseconds_since(started)))
    }

    /// A run by the values that it has kept, in their order.
    fn given(&self, values: &[Vec<f32>], backend: Backend, milliseconds: f64) -> GraphRun {
        let read = |id: ValueId| {
            let Some(place) = self.kept.iter().position(|kept| *kept == id) else {
                unreachable!("what a trace needs is kept")
            };
            Ok::<_, std::convert::Infallible>(values[place].clone())
        };
        let Ok(output) = read(self.graph.logits);
        let Ok(trace) = gather(&self.graph, read);
        let features = self.head.map(|head| read(head.features).unwrap_or_default()).unwrap_or_default();
        let is_finite = values.iter().all(|values| all_finite(values));
        GraphRun { output, trace, features, backend, milliseconds, is_finite }
    }

    fn check_cpu(&mut self) -> GraphRun {
        let check = std::mem::take(&mut self.check);
        let run = self.run_cpu(&check);
        self.check = check;
        run
    }

    fn run_cpu(&mut self, input: &[f32]) -> GraphRun {
        let started = Instant::now();
        self.cpu.run(input);
        let milliseconds = milliseconds_since(started);
        // Read once: out of a module every reading is a copy.
        let values: Vec<Vec<f32>> = self.kept.iter().map(|&id| self.cpu.read(id).into_owned()).collect();
        self.given(&values, Backend::Cpu, milliseconds)
    }
}
