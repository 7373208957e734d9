//! A network ready to run: the plan replayed for one picture after the other.

use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use lambdascope_core::kernels::Shader;
use lambdascope_core::kernels::conv;
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId};

use super::device::Device;
use super::error::GpuError;
use super::patience;
use super::patience::within;
use super::pipelines::compile;
use super::plan::{Plan, Ways, bytes};

/// A graph loaded on a device.
#[derive(Debug)]
pub struct Session {
    pub(super) device: Device,
    pub(super) graph: Arc<Graph>,
    pub(super) plan: Plan,
    kept: Vec<ValueId>,
    /// Where results are read from, large enough for every kept value.
    staging: wgpu::Buffer,
    /// Whether a run left `staging` mapped because its future was dropped.
    mapped: bool,
    strategy: Option<Strategy>,
    /// Whether it has run.
    has_run: bool,
    /// How long the slowest run took but for the first, in which drivers may still compile.
    slowest: Option<Duration>,
    /// How long a run is waited for, where that is not told by the slowest one.
    limit: Option<Duration>,
}

/// A pipeline that can stand in for a step's own, until it is exchanged again.
#[derive(Debug)]
pub struct Replacement {
    step: usize,
    pipeline: wgpu::ComputePipeline,
}

/// Runs of which the fastest tells how fast a strategy is; a slow device is given no more time than this, so that four
/// strategies take 300 ms.
const TRIALS: usize = 3;
const TRIAL: Duration = Duration::from_millis(75);

/// The faster of two, or the one that works.
fn faster<T>(one: Result<(f64, T), GpuError>, other: Result<(f64, T), GpuError>) -> Result<(f64, T), GpuError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(if other.0 < one.0 { other } else { one }),
        (Ok(one), Err(_)) => Ok(one),
        (Err(_), other) => other,
    }
}

/// A buffer of so many bytes that results are copied to and read from.
async fn staging(device: &Device, size: u64) -> Result<wgpu::Buffer, GpuError> {
    let made = device.scoped(|device| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("results"),
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    });
    made.await.map_err(GpuError::Refused)
}

impl Session {
    /// Loads a graph; the values of `kept` can be read after a run.
    ///
    /// On a GPU the convolutions are tried with and without workgroup memory, with subgroups where it offers these, and with
    /// long sums over small maps cut, and the fastest way stays: which it is depends on caches and drivers that nothing
    /// describes. On a software adapter it is known.
    ///
    /// # Errors
    /// If the graph is too large for the device, a shader does not compile, or the device is out of memory or lost.
    pub async fn new(device: &Device, graph: Arc<Graph>, kept: &[ValueId]) -> Result<Self, GpuError> {
        Self::fastest(device, graph, kept, &device.strategies()).await
    }

    /// As [`Session::new`], with the fastest of the given strategies. One that fails is passed over if another works.
    ///
    /// # Errors
    /// As [`Session::new`], and [`GpuError::Refused`] if no strategy is given.
    pub async fn fastest(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        strategies: &[Strategy],
    ) -> Result<Self, GpuError> {
        if let [strategy] = *strategies {
            return Self::by(device, graph, kept, strategy).await;
        }
        let mut best: Result<(f64, Self), GpuError> = Err(GpuError::Refused("no strategy was given".into()));
        for &strategy in strategies {
            best = faster(best, Self::timed(device, &graph, kept, strategy).await);
        }
        // Whether sums are better cut is asked of the best way without: a way more to try, and not twice as many.
        let fastest = best.as_ref().ok().and_then(|(_, session)| session.strategy);
        if let Some((whole, cut)) = fastest.and_then(|fastest| Some((fastest, fastest.cut()?)))
            && graph.convolutions().any(|params| whole.way(params) != cut.way(params))
        {
            best = faster(best, Self::timed(device, &graph, kept, cut).await);
        }
        let (_, session) = best?;
        if let Some(strategy) = session.strategy {
            device.note_fastest(strategy);
        }
        Ok(session)
    }

    async fn by(device: &Device, graph: Arc<Graph>, kept: &[ValueId], strategy: Strategy) -> Result<Self, GpuError> {
        let session = Self::with_ways(device, graph, kept, |params| strategy.way(params)).await?;
        Ok(Self { strategy: Some(strategy), ..session })
    }

    /// A session by a strategy, and how many seconds a run takes it.
    async fn timed(
        device: &Device,
        graph: &Arc<Graph>,
        kept: &[ValueId],
        strategy: Strategy,
    ) -> Result<(f64, Self), GpuError> {
        let mut session = Self::by(device, Arc::clone(graph), kept, strategy).await?;
        Ok((session.trial().await?, session))
    }

    /// How its convolutions run; nothing if [`Session::with_ways`] was told.
    pub fn strategy(&self) -> Option<Strategy> {
        self.strategy
    }

    /// Seconds of the fastest run, after one that warms up.
    async fn trial(&mut self) -> Result<f64, GpuError> {
        let picture = vec![0.0; self.graph.values[self.graph.input].len()];
        // Without anything to read a run would not wait for the device.
        let wanted: Vec<ValueId> =
            self.kept.iter().copied().min_by_key(|&id| self.graph.values[id].len()).into_iter().collect();
        self.run(&picture, &wanted).await?;
        let mut fastest = f64::INFINITY;
        let began = Instant::now();
        for _ in 0..TRIALS {
            let started = Instant::now();
            self.run(&picture, &wanted).await?;
            fastest = fastest.min(started.elapsed().as_secs_f64());
            if began.elapsed() > TRIAL {
                break;
            }
        }
        Ok(fastest)
    }

    /// As [`Session::new`], with another choice of how convolutions run, for tests and measurements.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub async fn with_ways(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        way: impl Fn(&conv::Params) -> conv::Way,
    ) -> Result<Self, GpuError> {
        Self::loaded(device, graph, kept, kept, &way).await
    }

    /// As [`Session::with_ways`], where values of `kept` have arrays of their own, and no more than the output is ever read.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub async fn reading_output(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        way: impl Fn(&conv::Params) -> conv::Way,
    ) -> Result<Self, GpuError> {
        let read = [graph.logits];
        Self::loaded(device, graph, kept, &read, &way).await
    }

    /// The values of `kept` have arrays of their own, those of `read` can be read after a run.
    async fn loaded(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        read: &[ValueId],
        way: &Ways<'_>,
    ) -> Result<Self, GpuError> {
        device.check()?;
        let started = Instant::now();
        let limit = patience::for_load(patience::slowest_load());
        let session = within(limit, "compile its shaders", Self::load(device, graph, kept, read, way)).await??;
        patience::note_load(started.elapsed());
        Ok(session)
    }

    /// Bytes of all the buffers that were made for it.
    pub fn bytes(&self) -> u64 {
        self.plan.size + self.staging.size()
    }

    async fn load(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        read: &[ValueId],
        way: &Ways<'_>,
    ) -> Result<Self, GpuError> {
        let plan = Plan::new(device, &graph, kept, way).await?;
        let size = read.iter().map(|&id| bytes(graph.values[id].len())).sum();
        let staging = staging(device, size).await?;
        device.check()?;
        let (kept, device) = (read.to_vec(), device.clone());
        Ok(Self {
            device,
            graph,
            plan,
            kept,
            staging,
            mapped: false,
            strategy: None,
            has_run: false,
            slowest: None,
            limit: None,
        })
    }

    /// Waits this long for every run from now on, however long others took.
    pub fn wait_for_runs(&mut self, limit: Duration) {
        self.limit = Some(limit);
    }

    /// The graph it runs.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Compiles a shader that can stand in for the first one of an op, whose arrays it takes over.
    ///
    /// # Errors
    /// [`GpuError::Shader`] with what the device's compiler says, or [`GpuError::DeviceLost`].
    ///
    /// # Panics
    /// If there is no such op.
    pub async fn replacement(&self, op: usize, shader: Shader) -> Result<Replacement, GpuError> {
        let Some(step) = self.plan.steps.iter().position(|step| step.op == op) else {
            panic!("the session's graph has no op {op}")
        };
        let key = shader.clone();
        let mut compiled = compile(&self.device, [shader]).await?;
        let missing = || GpuError::Refused(format!("no pipeline was created for {}", key.name));
        Ok(Replacement { step, pipeline: compiled.remove(&key).ok_or_else(missing)?.pipeline })
    }

    /// Puts the replacement in the place of the step's pipeline and keeps that in it: doing it twice changes nothing.
    pub fn exchange(&mut self, replacement: &mut Replacement) {
        std::mem::swap(&mut self.plan.steps[replacement.step].pipeline, &mut replacement.pipeline);
    }

    /// Gives a lone lambda layer its context `[Hc, Wc, C]`, which stays until the next; without effect on a graph whose
    /// context is its input.
    ///
    /// # Errors
    /// [`GpuError::Input`] if it has another size than the graph's.
    pub fn set_context(&mut self, context: &[f32]) -> Result<(), GpuError> {
        let Some(id) = self.graph.context else { return Ok(()) };
        let expected = self.graph.values[id].len();
        if context.len() != expected {
            return Err(GpuError::Input { expected, found: context.len() });
        }
        self.device.queue.write_buffer(self.plan.buffer(id), 0, bytemuck::cast_slice(context));
        Ok(())
    }

    /// Runs the graph on a picture `[H, W, 4]` and reads back the wanted values, in their order.
    ///
    /// Natively this blocks until the device is done; in the browser it waits for the map's callback.
    ///
    /// # Errors
    /// [`GpuError::Input`], [`GpuError::NotKept`], [`GpuError::DeviceLost`], [`GpuError::Refused`], or [`GpuError::Silent`] if
    /// nothing comes in a time that is many times what the slowest run took.
    pub async fn run(&mut self, picture: &[f32], wanted: &[ValueId]) -> Result<Vec<Vec<f32>>, GpuError> {
        self.check_picture(picture)?;
        if let Some(&id) = wanted.iter().find(|id| !self.kept.contains(id)) {
            let value = self.graph.values.get(id);
            return Err(GpuError::NotKept(value.map_or_else(|| format!("value {id}"), |value| value.name.clone())));
        }
        self.device.check()?;
        if std::mem::take(&mut self.mapped) {
            self.staging.unmap();
        }

        self.submit(picture, wanted, &self.staging, 0);
        let size: u64 = wanted.iter().map(|&id| bytes(self.graph.values[id].len())).sum();
        if size == 0 {
            return Ok(wanted.iter().map(|_| Vec::new()).collect());
        }
        self.mapped = true;
        let started = Instant::now();
        let limit = self.limit.unwrap_or_else(|| patience::for_run(self.slowest));
        self.device.map(&self.staging, size, limit).await?;
        if std::mem::replace(&mut self.has_run, true) {
            self.slowest = self.slowest.max(Some(started.elapsed()));
        }
        let results = self.read(&self.staging, size, wanted);
        self.staging.unmap();
        self.mapped = false;
        self.device.check()?;
        results
    }

    /// Runs the graph on several pictures `[H, W, 4]` and reads one value of each back, in their order. All of them are handed to
    /// the device before anything is waited for, so that it has no pause between two pictures; [`Session::run`] waits for the
    /// way there and back of each.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn run_many(&mut self, pictures: &[&[f32]], wanted: ValueId) -> Result<Vec<Vec<f32>>, GpuError> {
        for picture in pictures {
            self.check_picture(picture)?;
        }
        let value = self.graph.values.get(wanted).filter(|_| self.kept.contains(&wanted));
        let Some(value) = value else { return Err(GpuError::NotKept(format!("value {wanted}"))) };
        let (length, each) = (value.len(), bytes(value.len()));
        if pictures.is_empty() || length == 0 {
            return Ok(pictures.iter().map(|_| Vec::new()).collect());
        }
        self.device.check()?;
        let size = each * pictures.len() as u64;
        let results = staging(&self.device, size).await?;
        for (picture, at) in pictures.iter().zip((0..).step_by(each as usize)) {
            // What is written to the queue comes before what is submitted after it, and after what was before.
            self.submit(picture, &[wanted], &results, at);
        }
        let started = Instant::now();
        let count = u32::try_from(pictures.len()).unwrap_or(u32::MAX);
        let limit = self.limit.unwrap_or_else(|| patience::for_run(self.slowest)).saturating_mul(count);
        self.device.map(&results, size, limit).await?;
        if std::mem::replace(&mut self.has_run, true) {
            self.slowest = self.slowest.max(Some(started.elapsed() / count));
        }
        let read = self.read(&results, size, &vec![wanted; pictures.len()]);
        self.device.check()?;
        read
    }

    pub(super) fn check_picture(&self, picture: &[f32]) -> Result<(), GpuError> {
        let expected = self.graph.values[self.graph.input].len();
        if picture.len() == expected { Ok(()) } else { Err(GpuError::Input { expected, found: picture.len() }) }
    }

    /// Writes the picture and submits every step at once, and the copies of what is wanted into `results` from a place on.
    fn submit(&self, picture: &[f32], wanted: &[ValueId], results: &wgpu::Buffer, mut at: u64) {
        let Device { device, queue, .. } = &self.device;
        queue.write_buffer(self.plan.buffer(self.graph.input), 0, bytemuck::cast_slice(picture));
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("run") });
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("run"), timestamp_writes: None });
        for step in &self.plan.steps {
            step.encode(&mut pass);
        }
        drop(pass);
        for &id in wanted {
            let size = bytes(self.graph.values[id].len());
            encoder.copy_buffer_to_buffer(self.plan.buffer(id), 0, results, at, size);
            at += size;
        }
        queue.submit([encoder.finish()]);
    }

    fn read(&self, results: &wgpu::Buffer, size: u64, wanted: &[ValueId]) -> Result<Vec<Vec<f32>>, GpuError> {
        let view = results.get_mapped_range(..size).map_err(|error| GpuError::Refused(error.to_string()))?;
        let mut rest: &[u8] = &view;
        Ok(wanted
            .iter()
            .map(|&id| {
                let (value, tail) = rest.split_at(self.graph.values[id].len() * size_of::<f32>());
                rest = tail;
                bytemuck::pod_collect_to_vec(value)
            })
            .collect())
    }
}
