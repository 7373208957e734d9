//! A network ready to run: the plan replayed for one picture after the other.

use std::sync::Arc;

use crate::kernels::conv;
use crate::nn::graph::{Graph, ValueId};

use super::GpuError;
use super::device::Device;
use super::plan::{Plan, bytes};

/// A graph loaded on a device.
#[derive(Debug)]
pub struct Session {
    device: Device,
    graph: Arc<Graph>,
    plan: Plan,
    kept: Vec<ValueId>,
    /// Where results are read from, large enough for every kept value.
    staging: wgpu::Buffer,
    /// Whether a run left `staging` mapped because its future was dropped.
    mapped: bool,
}

impl Session {
    /// Loads a graph; the values of `kept` can be read after a run.
    ///
    /// # Errors
    /// If the graph is too large for the device, a shader does not compile, or the device is out of memory or lost.
    pub async fn new(device: &Device, graph: Arc<Graph>, kept: &[ValueId]) -> Result<Self, GpuError> {
        Self::with_tiles(device, graph, kept, conv::Params::tile).await
    }

    /// As [`Session::new`], with another choice of the convolutions' tiles, for tests and measurements.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub async fn with_tiles(
        device: &Device,
        graph: Arc<Graph>,
        kept: &[ValueId],
        tile: impl Fn(&conv::Params) -> conv::Tile,
    ) -> Result<Self, GpuError> {
        device.check()?;
        let plan = Plan::new(device, &graph, kept, tile).await?;
        let size = kept.iter().map(|&id| bytes(graph.values[id].len())).sum();
        let staging = device.scoped(|device| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("results"),
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        let staging = staging.await.map_err(GpuError::Refused)?;
        device.check()?;
        Ok(Self { device: device.clone(), graph, plan, kept: kept.to_vec(), staging, mapped: false })
    }

    /// The graph it runs.
    pub fn graph(&self) -> &Graph {
        &self.graph
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
    /// [`GpuError::Input`], [`GpuError::NotKept`], [`GpuError::DeviceLost`], or [`GpuError::Refused`].
    pub async fn run(&mut self, picture: &[f32], wanted: &[ValueId]) -> Result<Vec<Vec<f32>>, GpuError> {
        let expected = self.graph.values[self.graph.input].len();
        if picture.len() != expected {
            return Err(GpuError::Input { expected, found: picture.len() });
        }
        if let Some(&id) = wanted.iter().find(|id| !self.kept.contains(id)) {
            let value = self.graph.values.get(id);
            return Err(GpuError::NotKept(value.map_or_else(|| format!("value {id}"), |value| value.name.clone())));
        }
        self.device.check()?;
        if std::mem::take(&mut self.mapped) {
            self.staging.unmap();
        }

        self.submit(picture, wanted);
        let size: u64 = wanted.iter().map(|&id| bytes(self.graph.values[id].len())).sum();
        if size == 0 {
            return Ok(wanted.iter().map(|_| Vec::new()).collect());
        }
        self.map(size).await?;
        let results = self.read(size, wanted);
        self.staging.unmap();
        self.mapped = false;
        self.device.check()?;
        results
    }

    /// Writes the picture and submits every step and copy at once.
    fn submit(&self, picture: &[f32], wanted: &[ValueId]) {
        let Device { device, queue, .. } = &self.device;
        queue.write_buffer(self.plan.buffer(self.graph.input), 0, bytemuck::cast_slice(picture));
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("run") });
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("run"), timestamp_writes: None });
        for step in &self.plan.steps {
            pass.set_pipeline(&step.pipeline);
            pass.set_bind_group(0, &step.bindings, &[]);
            let [x, y, z] = step.grid;
            pass.dispatch_workgroups(x, y, z);
        }
        drop(pass);
        let mut at = 0;
        for &id in wanted {
            let size = bytes(self.graph.values[id].len());
            encoder.copy_buffer_to_buffer(self.plan.buffer(id), 0, &self.staging, at, size);
            at += size;
        }
        queue.submit([encoder.finish()]);
    }

    /// Waits until the results can be read.
    async fn map(&mut self, size: u64) -> Result<(), GpuError> {
        let (waker, done) = self.device.wait();
        self.mapped = true;
        self.staging.map_async(wgpu::MapMode::Read, ..size, |mapped| {
            waker.wake(mapped.map_err(|_| GpuError::Refused("the results could not be mapped".into())));
        });
        #[cfg(not(target_family = "wasm"))]
        if let Err(error) = self.device.device.poll(wgpu::PollType::wait_indefinitely()) {
            self.device.check()?;
            return Err(GpuError::Refused(error.to_string()));
        }
        match done.await {
            Ok(Ok(())) => Ok(()),
            // An error scope or the loss of the device says more than a failed map.
            Ok(Err(error)) => self.device.check().and(Err(error)),
            Err(_) => self.device.check().and(Err(GpuError::DeviceLost("it stopped answering".into()))),
        }
    }

    fn read(&self, size: u64, wanted: &[ValueId]) -> Result<Vec<Vec<f32>>, GpuError> {
        let view = self.staging.get_mapped_range(..size).map_err(|error| GpuError::Refused(error.to_string()))?;
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
