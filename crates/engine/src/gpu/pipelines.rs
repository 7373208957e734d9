//! Pipelines: one for each specialisation of a shader, made once a device.

use std::collections::HashMap;

use lambdascope_core::kernels::Shader;

use super::device::Device;
use super::error::GpuError;

/// A compiled shader with the layout of its bindings.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// Compiles every shader of a plan, each once; all of them are under way before the first is waited for.
///
/// # Errors
/// [`GpuError::Shader`] for the first that does not compile.
pub async fn compile(
    device: &Device,
    shaders: impl IntoIterator<Item = Shader>,
) -> Result<HashMap<Shader, Pipeline>, GpuError> {
    let mut layouts = HashMap::new();
    let mut started = HashMap::new();
    for shader in shaders {
        if started.contains_key(&shader) {
            continue;
        }
        let arrays = [shader.reads, shader.writes];
        let layout = layouts.entry(arrays).or_insert_with(|| bind_group_layout(&device.device, arrays)).clone();
        let compiling = device.scoped(|device| pipeline(device, &shader, &layout));
        started.insert(shader, compiling);
    }
    let mut pipelines = HashMap::with_capacity(started.len());
    for (shader, compiling) in started {
        match compiling.await {
            Ok(pipeline) => drop(pipelines.insert(shader, pipeline)),
            Err(reason) => {
                // On a lost device nothing compiles, and that is the news.
                device.check()?;
                return Err(GpuError::Shader { shader: shader.name, reason });
            }
        }
    }
    Ok(pipelines)
}

fn bind_group_layout(device: &wgpu::Device, [reads, writes]: [u32; 2]) -> wgpu::BindGroupLayout {
    let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
    let types = std::iter::once(wgpu::BufferBindingType::Uniform)
        .chain((0..reads).map(|_| storage(true)))
        .chain((0..writes).map(|_| storage(false)));
    let entries: Vec<_> = (0..)
        .zip(types)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

fn pipeline(device: &wgpu::Device, shader: &Shader, layout: &wgpu::BindGroupLayout) -> Pipeline {
    // Natively wgpu translates by naga; a browser gets the source as it is.
    let source = if cfg!(target_family = "wasm") { &shader.source } else { shader.source_for_naga() };
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(shader.name),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let constants: Vec<_> = shader.overrides.iter().map(|&(name, value)| (name, f64::from(value))).collect();
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(shader.name),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(shader.name),
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions {
            constants: &constants,
            // Every shader writes its workgroup memory before it reads it. The browser clears it all the same.
            zero_initialize_workgroup_memory: false,
        },
        cache: None,
    });
    Pipeline { pipeline, layout: layout.clone() }
}
