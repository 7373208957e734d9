//! From a graph to what is replayed: buffers, bind groups and grids, all made at load.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU64;

use half::f16;
use lambdascope_core::kernels::{Grid, attention, attention_map, conv, lambda_apply, lambda_masked};
use lambdascope_core::nn::graph::{ConstantId, Graph, Op, ValueId};
use lambdascope_core::nn::liveness::{Slots, assign};
use lambdascope_core::tensor::max_abs;

use super::device::Device;
use super::dispatch::{Dispatch, Operand, dispatches};
use super::error::GpuError;
use super::pipelines::compile;

/// WebGPU's default alignment of storage and uniform bindings, in bytes.
const ALIGNMENT: u64 = 256;

/// One dispatch.
#[derive(Debug)]
pub struct Step {
    /// The op that it is, or is a part of.
    pub op: usize,
    /// The stem of the shader's file.
    pub kernel: &'static str,
    /// The first value of its op.
    pub output: Option<ValueId>,
    pub pipeline: wgpu::ComputePipeline,
    pub bindings: wgpu::BindGroup,
    pub grid: Grid,
}

impl Step {
    /// Adds it to a pass.
    pub fn encode(&self, pass: &mut wgpu::ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        let [x, y, z] = self.grid;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// A graph on a device.
#[derive(Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    slots: Slots,
    buffers: Vec<wgpu::Buffer>,
    /// Bytes of all its buffers.
    pub size: u64,
}

/// How convolutions run. One type for all, so that the code below is compiled once.
pub type Ways<'a> = dyn Fn(&conv::Params) -> conv::Way + 'a;

impl Plan {
    /// Lays out the buffers, uploads the weights and compiles the shaders; the values of `kept` get buffers of their own.
    ///
    /// # Errors
    /// [`GpuError::Limit`] if the graph is too large for the device, [`GpuError::Shader`], [`GpuError::Refused`] when
    /// memory runs out, or [`GpuError::DeviceLost`].
    pub async fn new(device: &Device, graph: &Graph, kept: &[ValueId], way: &Ways<'_>) -> Result<Self, GpuError> {
        let of_op = |(at, op)| dispatches(op, way).into_iter().map(move |dispatch| (at, dispatch));
        let (ops, dispatches): (Vec<usize>, Vec<Dispatch>) = graph.ops.iter().enumerate().flat_map(of_op).unzip();
        let slots = assign(graph, kept);
        let halved = halved(graph, &dispatches)?;
        let size = |id: ConstantId| bytes(graph.constants[id].len()) / if halved.contains_key(&id) { 2 } else { 1 };
        check_limits(&device.device.limits(), graph, size, &dispatches)?;

        let pipelines = compile(device, dispatches.iter().map(|dispatch| dispatch.shader.clone())).await?;
        let made = device.scoped(|gpu| {
            let buffers: Vec<wgpu::Buffer> =
                slots.lengths.iter().map(|&length| storage(gpu, "slot", bytes(length))).collect();
            let (weights, at) = upload(
                device,
                "weights",
                wgpu::BufferUsages::STORAGE,
                (0..graph.constants.len()).map(size).collect(),
                |id| match (halved.get(&id), blocks_of(graph, id)) {
                    (Some(halves), _) => bytemuck::cast_slice(halves).into(),
                    (None, Some(blocks)) => bytemuck::cast_slice(&blocks).to_vec().into(),
                    (None, None) => bytemuck::cast_slice(graph.constants[id].data()).into(),
                },
            );
            let (uniforms, params_at) = upload(
                device,
                "parameters",
                wgpu::BufferUsages::UNIFORM,
                dispatches.iter().map(|dispatch| dispatch.params.len() as u64).collect(),
                |at| dispatches[at].params.as_slice().into(),
            );
            // One for all sums that are cut, since each is joined before the next begins.
            let longest = dispatches.iter().map(Dispatch::parts).max().unwrap_or_default();
            let parts = storage(gpu, "parts", bytes(longest).max(ALIGNMENT));
            let array = |operand: &Operand| match *operand {
                Operand::Value(id) => range(&buffers[slots.of[id]], 0, bytes(graph.values[id].len())),
                Operand::Constant(id) | Operand::Halves(id) => range(&weights, at[id], size(id)),
                Operand::Parts(length) => range(&parts, 0, bytes(length)),
            };
            let steps = ops.iter().zip(&dispatches).zip(&params_at).map(|((&op, dispatch), &params_at)| {
                let entries: Vec<_> = (0..)
                    .zip(
                        std::iter::once(range(&uniforms, params_at, dispatch.params.len() as u64))
                            .chain(dispatch.reads.iter().map(array))
                            .chain(dispatch.writes.iter().map(array)),
                    )
                    .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                    .collect();
                let pipeline = &pipelines[&dispatch.shader];
                let bindings = gpu.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(dispatch.shader.name),
                    layout: &pipeline.layout,
                    entries: &entries,
                });
                Step {
                    op,
                    kernel: dispatch.shader.name,
                    output: graph.ops[op].outputs().first().copied(),
                    pipeline: pipeline.pipeline.clone(),
                    bindings,
                    grid: dispatch.grid,
                }
            });
            let size = buffers.iter().chain([&weights, &uniforms, &parts]).map(wgpu::Buffer::size).sum();
            (steps.collect(), buffers.clone(), size)
        });
        match made.await {
            Ok((steps, buffers, size)) => Ok(Self { steps, slots, buffers, size }),
            Err(reason) => {
                device.check()?;
                Err(GpuError::Refused(reason))
            }
        }
    }

    /// The buffer a value lives in, from its start.
    pub fn buffer(&self, value: ValueId) -> &wgpu::Buffer {
        &self.buffers[self.slots.of[value]]
    }
}

/// Bytes of so many f32.
pub fn bytes(length: usize) -> u64 {
    (length * size_of::<f32>()) as u64
}

/// `size` says how many bytes a constant takes.
fn check_limits(
    limits: &wgpu::Limits,
    graph: &Graph,
    size: impl Fn(ConstantId) -> u64,
    dispatches: &[Dispatch],
) -> Result<(), GpuError> {
    let check = |what: &str, unit: &'static str, needed: u64, allowed: u64| {
        if needed <= allowed { Ok(()) } else { Err(GpuError::Limit { what: what.into(), unit, needed, allowed }) }
    };
    let binding = limits.max_storage_buffer_binding_size;
    for value in &graph.values {
        check(&format!("the array {}", value.name), "bytes", bytes(value.len()), binding)?;
    }
    for (i, constant) in graph.constants.iter().enumerate() {
        check(&format!("weight array {i} of shape {:?}", constant.shape()), "bytes", size(i), binding)?;
    }
    let weights: u64 = (0..graph.constants.len()).map(|id| size(id).next_multiple_of(ALIGNMENT)).sum();
    check("the set of all weights", "bytes", weights, limits.max_buffer_size)?;
    for op in &graph.ops {
        let (what, numbers) = match op {
            Op::LambdaApply { order, params, .. } => (lambda_layer(params), order.workgroup_memory(params)),
            Op::LambdaMasked { params, .. } => (lambda_layer(params), lambda_masked::workgroup_memory(params)),
            Op::Attention { params, .. } => (attention_over(params), params.workgroup_memory()),
            Op::AttentionMap { params, .. } => (attention_over(params), attention_map::workgroup_memory(params)),
            _ => continue,
        };
        let allowed = u64::from(limits.max_compute_workgroup_storage_size);
        check(&what, "bytes of workgroup memory", bytes(numbers as usize), allowed)?;
    }
    for dispatch in dispatches {
        check("the parts of a convolution's sum", "bytes", bytes(dispatch.parts()), binding)?;
        let largest = dispatch.grid.into_iter().max().unwrap_or_default();
        let allowed = limits.max_compute_workgroups_per_dimension;
        let what = format!("the shader {}", dispatch.shader.name);
        check(&what, "workgroups along one axis", u64::from(largest), u64::from(allowed))?;
    }
    Ok(())
}

fn attention_over(params: &attention::Params) -> String {
    format!("attention over a map of {}×{}", params.height, params.width)
}

fn lambda_layer(params: &lambda_apply::Params) -> String {
    format!("a lambda layer with {} heads, k = {} and u = {}", params.heads, params.key_depth, params.intra)
}

fn storage(device: &wgpu::Device, label: &str, size: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

/// A constant as convolutions read it, if they do.
fn blocks_of(graph: &Graph, id: ConstantId) -> Option<Vec<f32>> {
    let params = convolution_by(graph, id)?;
    Some(conv::blocks(graph.constants[id].data(), params.out_channels as usize))
}

/// The constants that are read in half precision.
fn halved(graph: &Graph, dispatches: &[Dispatch]) -> Result<BTreeMap<ConstantId, Vec<f16>>, GpuError> {
    let operands = dispatches.iter().flat_map(|dispatch| &dispatch.reads);
    let ids = operands.filter_map(|operand| if let Operand::Halves(id) = *operand { Some(id) } else { None });
    let halve = |id| {
        let constant = &graph.constants[id];
        let halves =
            convolution_by(graph, id).and_then(|params| conv::halves(constant.data(), params.out_channels as usize));
        let halves = halves.ok_or_else(|| {
            let largest = max_abs(constant.data());
            GpuError::Refused(format!(
                "weights as large as {largest:e} do not fit in half precision, which ends at {}",
                f16::MAX
            ))
        })?;
        Ok((id, halves))
    };
    ids.map(halve).collect()
}

fn convolution_by(graph: &Graph, id: ConstantId) -> Option<&conv::Params> {
    graph.ops.iter().find_map(|op| match op {
        Op::Conv { params, weights, .. } if *weights == id => Some(params),
        _ => None,
    })
}

/// Puts parts of these lengths, in bytes, one after the other into a new buffer, each aligned; returns where they start.
fn upload<'a>(
    device: &Device,
    label: &str,
    usage: wgpu::BufferUsages,
    lengths: Vec<u64>,
    part: impl Fn(usize) -> Cow<'a, [u8]>,
) -> (wgpu::Buffer, Vec<u64>) {
    let mut size = 0;
    let place = |length: u64| {
        let start = size;
        size += length.next_multiple_of(ALIGNMENT);
        start
    };
    let starts: Vec<u64> = lengths.into_iter().map(place).collect();
    let buffer = device.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: size.max(ALIGNMENT),
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    for (at, &start) in starts.iter().enumerate() {
        device.queue.write_buffer(&buffer, start, &part(at));
    }
    (buffer, starts)
}

fn range(buffer: &wgpu::Buffer, offset: u64, size: u64) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: NonZeroU64::new(size) })
}
