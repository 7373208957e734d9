//! What each kernel of a run takes on the device, by its own clock.

use super::device::Device;
use super::error::GpuError;
use super::patience;
use super::plan::Plan;
use super::session::Session;
use crate::run::OpTime;

impl Session {
    /// Runs the graph on a picture `[H, W, 4]` and says what each kernel took, in their order; nothing if the device has
    /// no clock to ask (`timestamp-query`).
    ///
    /// Each kernel gets a pass of its own, so that the whole takes longer than an ordinary run, which pays nothing for
    /// this. Results are not read back.
    ///
    /// # Errors
    /// [`GpuError::Input`], [`GpuError::Limit`] if there are more kernels than a query set holds,
    /// [`GpuError::DeviceLost`], or [`GpuError::Refused`].
    pub async fn profile(&mut self, picture: &[f32]) -> Result<Option<Vec<OpTime>>, GpuError> {
        let device = self.device.clone();
        self.check_picture(picture)?;
        device.check()?;
        if !device.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(None);
        }
        let count = 2 * self.plan.steps.len();
        let queries = u32::try_from(count).ok().filter(|&queries| queries <= wgpu::QUERY_SET_MAX_QUERIES);
        let Some(queries) = queries else {
            let allowed = u64::from(wgpu::QUERY_SET_MAX_QUERIES);
            let (what, unit, needed) = ("the profile".into(), "timestamps", count as u64);
            return Err(GpuError::Limit { what, unit, needed, allowed });
        };
        if queries == 0 {
            return Ok(Some(Vec::new()));
        }
        device.queue.write_buffer(self.plan.buffer(self.graph.input), 0, bytemuck::cast_slice(picture));
        let ticks = timestamps(&device, &self.plan, queries).await?;
        let period = f64::from(device.queue.get_timestamp_period());
        let times = self.plan.steps.iter().zip(ticks.chunks_exact(2)).map(|(step, ticks)| OpTime {
            kernel: step.kernel,
            output: step.output.map(|id| self.graph.values[id].name.clone()).unwrap_or_default(),
            // A clock that was set back between the two gives 0.
            nanoseconds: ticks[1].saturating_sub(ticks[0]) as f64 * period,
        });
        Ok(Some(times.collect()))
    }
}

/// Runs every step in a pass of its own; two timestamps a step, in the device's ticks.
async fn timestamps(device: &Device, plan: &Plan, queries: u32) -> Result<Vec<u64>, GpuError> {
    let size = u64::from(queries) * u64::from(wgpu::QUERY_SIZE);
    let made = device.scoped(|gpu| {
        let query_set = gpu.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("profile"),
            ty: wgpu::QueryType::Timestamp,
            count: queries,
        });
        let buffer = |usage| {
            gpu.create_buffer(&wgpu::BufferDescriptor {
                label: Some("profile"),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let resolved = buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
        let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        (query_set, resolved, staging)
    });
    let (query_set, resolved, staging) = made.await.map_err(GpuError::Refused)?;
    let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("profile") });
    for (first, step) in (0..queries).step_by(2).zip(&plan.steps) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some(step.kernel),
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &query_set,
                beginning_of_pass_write_index: Some(first),
                end_of_pass_write_index: Some(first + 1),
            }),
        });
        step.encode(&mut pass);
    }
    encoder.resolve_query_set(&query_set, 0..queries, &resolved, 0);
    encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, size);
    device.queue.submit([encoder.finish()]);
    device.map(&staging, size, patience::for_run(None)).await?;
    let view = staging.get_mapped_range(..size).map_err(|error| GpuError::Refused(error.to_string()))?;
    Ok(bytemuck::pod_collect_to_vec(&view))
}
