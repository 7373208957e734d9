//! One graph on the backends that can run it: which is used, whether its numbers are right, and what happens when a device
//! is lost. Networks and pictures belong to [`Engine`](crate::Engine).

use std::sync::Arc;

use web_time::Instant;

use crate::error::{CHECK_TOLERANCE, EngineError};
use crate::{cpu, gpu};
use lambdascope_core::backend::{Backend, BackendChoice, BackendReport};
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::nn::trace::{Trace, gather};
use lambdascope_core::tensor::relative_difference;

/// What one run of a graph gives.
#[derive(Clone, Debug)]
pub struct GraphRun {
    /// The values of [`Graph::logits`].
    pub output: Vec<f32>,
    /// The lambda and attention layers.
    pub trace: Trace,
    /// The backend that computed it.
    pub backend: Backend,
    /// Milliseconds from the input to the numbers in memory.
    pub milliseconds: f64,
}

/// How long a backend took to get ready, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Startup {
    /// Buffers and shaders on the GPU; arrays on the CPU.
    pub compile: f64,
    /// The first run.
    pub first_run: f64,
}

/// A graph on the CPU and, where it is used, on the GPU.
pub struct Backends {
    graph: Arc<Graph>,
    kept: Vec<ValueId>,
    context: Vec<f32>,
    check: Vec<f32>,
    cpu: cpu::Executor,
    gpu: Option<Gpu>,
    startup: Startup,
    report: BackendReport,
    notice: Option<String>,
}

/// The GPU and the graph loaded on it.
struct Gpu {
    device: gpu::Device,
    session: gpu::Session,
}

impl Backends {
    /// Chooses a backend and checks it: both run the check input; one whose numbers are wrong is not used, and in
    /// [`BackendChoice::Auto`] the faster one is. `context` is that of a graph that has one, `expected` the output that is
    /// known beforehand, if one is.
    ///
    /// # Errors
    /// If the CPU does not give what is expected, or the GPU was asked for and cannot be used.
    pub async fn choose(
        graph: Graph,
        choice: BackendChoice,
        check: Vec<f32>,
        context: Vec<f32>,
        expected: Option<&[f32]>,
    ) -> Result<Self, EngineError> {
        let graph = Arc::new(graph);
        let kept = graph.traced();
        let started = Instant::now();
        let mut cpu = cpu::Executor::new(Arc::clone(&graph), &kept);
        let mut startup = Startup { compile: milliseconds_since(started), first_run: 0.0 };
        cpu.set_context(&context);
        let report = BackendReport { backend: Backend::Cpu, device: cpu_name().into(), reason: String::new() };
        let mut backends = Self { graph, kept, context, check, cpu, gpu: None, startup, report, notice: None };
        let right = backends.check_cpu();
        startup.first_run = right.milliseconds;
        backends.startup = startup;
        if let Some(expected) = expected {
            let difference = relative_difference(&right.output[..expected.len().min(right.output.len())], expected);
            if difference > CHECK_TOLERANCE || difference.is_nan() {
                return Err(EngineError::Check { difference });
            }
        }
        if choice == BackendChoice::Cpu {
            backends.report.reason = "The CPU was requested.".into();
            return Ok(backends);
        }
        match backends.start_gpu(&right).await {
            Ok(gpu_milliseconds) => {
                let cpu_milliseconds = backends.check_cpu().milliseconds;
                backends.settle(choice, gpu_milliseconds, cpu_milliseconds);
                if backends.gpu.is_none() {
                    backends.startup = startup;
                }
            }
            Err(cause) if choice == BackendChoice::Gpu => return Err(EngineError::Gpu(cause)),
            Err(cause) => backends.report.reason = format!("WebGPU is not used: {cause}."),
        }
        Ok(backends)
    }

    /// The kernels.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The kernels, for a session of one's own.
    pub fn shared_graph(&self) -> Arc<Graph> {
        Arc::clone(&self.graph)
    }

    /// How the convolutions run on the GPU; nothing where it is not used.
    pub fn strategy(&self) -> Option<Strategy> {
        self.gpu.as_ref().and_then(|gpu| gpu.session.strategy())
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

    /// The session on the GPU, where that is the backend.
    pub fn session(&mut self) -> Option<&mut gpu::Session> {
        self.gpu.as_mut().map(|gpu| &mut gpu.session)
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

    /// Runs the graph on an input of its own length. If the GPU fails, its device is made anew once; if that fails too,
    /// the CPU answers, and [`Backends::take_notice`] says so.
    ///
    /// # Panics
    /// If the input has another length.
    pub async fn run(&mut self, input: &[f32]) -> GraphRun {
        if self.report.backend == Backend::Gpu {
            let cause = match self.run_gpu(input).await {
                Ok(run) => return run,
                Err(cause) => cause,
            };
            if let Ok(run) = self.revive_gpu(input).await {
                self.notice =
                    Some(format!("The GPU was lost ({cause}) and has been restarted; no results are missing."));
                return run;
            }
            self.gpu = None;
            self.report.backend = Backend::Cpu;
            self.report.device = cpu_name().into();
            self.report.reason = format!("The GPU failed while running ({cause}), so the CPU took over.");
            self.notice = Some(self.report.reason.clone());
        }
        self.run_cpu(input)
    }

    fn settle(&mut self, choice: BackendChoice, gpu: f64, cpu: f64) {
        let speed = format!("one run takes {gpu:.0} ms on the GPU and {cpu:.0} ms on the CPU");
        let device = self.gpu.as_ref().map(|gpu| gpu.device.adapter().name.clone()).unwrap_or_default();
        if choice == BackendChoice::Gpu || gpu <= cpu {
            self.report.backend = Backend::Gpu;
            self.report.device = device;
            let why = if choice == BackendChoice::Gpu { "The GPU was requested" } else { "The GPU is faster" };
            self.report.reason = format!("{why}: {speed}. Its numbers agree with the CPU's.");
            // Where there was a choice, which one it was.
            if let Some(strategy) = self.strategy().filter(|strategy| Strategy::GPU.contains(strategy)) {
                self.report.reason +=
                    &format!(" Convolutions are fastest here when they read into {}.", strategy.memory);
            }
        } else {
            self.report.reason = format!("WebGPU works ({device}) but is slower here: {speed}.");
            self.gpu = None;
        }
    }

    /// Starts the GPU and checks its numbers against the CPU's; milliseconds of a warm run.
    async fn start_gpu(&mut self, right: &GraphRun) -> Result<f64, String> {
        let device = gpu::Device::request().await.map_err(|e| e.to_string())?;
        let started = Instant::now();
        let session = gpu::Session::new(&device, Arc::clone(&self.graph), &self.kept).await;
        let mut session = session.map_err(|e| e.to_string())?;
        session.set_context(&self.context).map_err(|e| e.to_string())?;
        let compile = milliseconds_since(started);
        self.gpu = Some(Gpu { device, session });
        let check = std::mem::take(&mut self.check);
        let agreed = self.run_gpu(&check).await.and_then(|run| {
            let difference = relative_difference(&run.output, &right.output);
            if difference <= CHECK_TOLERANCE {
                Ok(run.milliseconds)
            } else {
                Err(format!("its numbers differ by {difference:.1e} from the CPU's in the start-up check"))
            }
        });
        let warm = match agreed {
            Ok(first_run) => {
                self.startup = Startup { compile, first_run };
                self.run_gpu(&check).await
            }
            Err(cause) => Err(cause),
        };
        self.check = check;
        if warm.is_err() {
            self.gpu = None;
        }
        Ok(warm?.milliseconds)
    }

    async fn revive_gpu(&mut self, input: &[f32]) -> Result<GraphRun, String> {
        let right = self.check_cpu();
        self.start_gpu(&right).await?;
        self.run_gpu(input).await
    }

    async fn run_gpu(&mut self, input: &[f32]) -> Result<GraphRun, String> {
        let started = Instant::now();
        let Some(Gpu { session, .. }) = &mut self.gpu else { return Err("it has not been started".into()) };
        let values = session.run(input, &self.kept).await.map_err(|e| e.to_string())?;
        let milliseconds = milliseconds_since(started);
        let read = |id: ValueId| {
            let place = self.kept.iter().position(|kept| *kept == id).ok_or("a traced value was not kept")?;
            Ok::<_, String>(values[place].clone())
        };
        let output = read(self.graph.logits)?;
        Ok(GraphRun { output, trace: gather(&self.graph, read)?, backend: Backend::Gpu, milliseconds })
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
        let read = |id: ValueId| Ok::<_, std::convert::Infallible>(self.cpu.read(id).to_vec());
        let Ok(trace) = gather(&self.graph, read);
        let output = self.cpu.read(self.graph.logits).to_vec();
        GraphRun { output, trace, backend: Backend::Cpu, milliseconds }
    }
}

pub(crate) fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

fn cpu_name() -> &'static str {
    if cfg!(target_family = "wasm") { "WebAssembly SIMD" } else { "native code" }
}
