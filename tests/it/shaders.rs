//! Every shader in `shaders/`: known to a kernel, valid to naga with its overrides applied, and its uniform struct laid
//! out as the Rust one.
//!
//! Pipelines compile lazily, so that a broken shader could hide until its layer runs. naga does not see barriers under
//! non-uniform control flow; Tint does, in `tests/browser.rs`.

use std::collections::BTreeSet;
use std::mem::{offset_of, size_of};

use bytemuck::Zeroable;
use lambdascope_core::kernels::{
    Shader, attention, attention_map, attention_values, conv, conv_join, lambda_apply, lambda_build, lambda_content,
    lambda_masked, max_pool, mean_pool, pool_affine, without_enabling,
};
use naga::back::PipelineConstants;
use naga::back::pipeline_constants::process_overrides;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, StorageAccess, TypeInner};

/// Every shader in every specialisation that is used, or stands for those that are.
fn shaders() -> Vec<Shader> {
    let layer = |heads, key_depth, intra| lambda_apply::Params { heads, key_depth, intra, ..Zeroable::zeroed() };
    let mut all: Vec<Shader> = [false, true]
        .into_iter()
        .flat_map(|halves| conv::TILES.map(|tile| conv::shader(conv::Way { halves, ..tile.into() })))
        .collect();
    for params in [layer(4, 16, 1), layer(512, 5, 4), layer(1, 2000, 1)] {
        all.extend([params.shader(), lambda_build::shader(&params), lambda_masked::shader(&params)]);
    }
    for side in [1, 16, 144] {
        let params = attention::Params { height: side, width: side, ..Zeroable::zeroed() };
        all.extend([params.shader(), attention_map::shader(&params)]);
    }
    all.extend([
        attention_values::shader(),
        conv_join::shader(),
        lambda_content::shader(),
        max_pool::shader(),
        mean_pool::shader(),
        pool_affine::shader(),
    ]);
    all
}

/// With no more than WebGPU's core has, or subgroups too.
fn validator(subgroups: bool) -> Validator {
    let extra = if subgroups { Capabilities::SUBGROUP } else { Capabilities::empty() };
    // Core too, though naga has a name for it: unpack2x16float, which every WebGPU device has.
    let core = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
    let mut validator = Validator::new(ValidationFlags::all(), core | extra);
    if subgroups {
        validator.subgroup_stages(naga::valid::ShaderStages::COMPUTE);
        validator.subgroup_operations(naga::valid::SubgroupOperationSet::QUAD_FRAGMENT_COMPUTE);
    }
    validator
}

fn parse(shader: &Shader) -> Module {
    naga::front::wgsl::parse_str(shader.source_for_naga())
        .unwrap_or_else(|error| panic!("{}: {}", shader.name, error.emit_to_string(shader.source_for_naga())))
}

#[test]
fn every_file_belongs_to_a_kernel() {
    let files: BTreeSet<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut known: BTreeSet<String> = shaders().iter().map(|shader| format!("{}.wgsl", shader.name)).collect();
    // A part of the convolutions, in those that are valid below.
    known.insert("conv_halves.wgsl".into());
    assert_eq!(files, known);
}

#[test]
fn every_specialisation_is_valid() {
    for shader in shaders() {
        let module = parse(&shader);
        let mut validator = validator(shader.needs_subgroups());
        let info = validator.validate(&module).unwrap_or_else(|error| panic!("{}: {error:?}", shader.name));
        let names: BTreeSet<_> = module.overrides.iter().filter_map(|(_, o)| o.name.as_deref()).collect();
        assert_eq!(names, shader.overrides.iter().map(|(name, _)| *name).collect(), "{}", shader.name);
        let constants: PipelineConstants =
            shader.overrides.iter().map(|&(name, value)| (name.to_owned(), f64::from(value))).collect();
        let (module, _) = process_overrides(&module, &info, Some((ShaderStage::Compute, "main")), &constants)
            .unwrap_or_else(|error| panic!("{} with {:?}: {error}", shader.name, shader.overrides));
        validator.reset();
        let _ = validator.validate(&module).unwrap_or_else(|error| panic!("{}: {error:?}", shader.name));
        let invocations: u32 = module.entry_points[0].workgroup_size.iter().product();
        assert!(invocations <= 256, "{}: {invocations} invocations in a workgroup", shader.name);
    }
}

/// The templates of the register tiles are shaders themselves, so that editors and naga understand them.
#[test]
fn every_file_is_valid_as_it_stands() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let source = without_enabling(&text);
        let module = naga::front::wgsl::parse_str(source)
            .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.emit_to_string(source)));
        let mut validator = validator(source.len() < text.len());
        let _ = validator.validate(&module).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    }
}

#[test]
fn bindings_are_parameters_then_reads_then_writes() {
    for shader in shaders() {
        let module = parse(&shader);
        let mut found: Vec<_> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| Some((variable.binding?, variable.space)))
            .collect();
        found.sort_by_key(|(binding, _)| binding.binding);
        let storage = |access| AddressSpace::Storage { access };
        let expected: Vec<_> = std::iter::once(AddressSpace::Uniform)
            .chain((0..shader.reads).map(|_| storage(StorageAccess::LOAD)))
            .chain((0..shader.writes).map(|_| storage(StorageAccess::LOAD | StorageAccess::STORE)))
            .collect();
        assert_eq!(found.iter().map(|(_, space)| *space).collect::<Vec<_>>(), expected, "{}", shader.name);
        for (i, (binding, _)) in found.iter().enumerate() {
            assert_eq!((binding.group, binding.binding as usize), (0, i), "{}", shader.name);
        }
    }
}

/// A struct's fields with their offsets, and its size, in bytes.
type Layout = (Vec<(String, u32)>, u32);

/// The layout of a kernel's `Params`; a field left out does not compile.
macro_rules! layout {
    ($kernel:ident { $($field:ident),* $(,)? }) => {{
        let _ = |$kernel::Params { $($field: _),* }: $kernel::Params| ();
        let fields = vec![$((stringify!($field).to_owned(), offset_of!($kernel::Params, $field) as u32)),*];
        (fields, size_of::<$kernel::Params>() as u32)
    }};
}

/// `Params` as naga lays it out for the uniform address space.
fn reflected(shader: &Shader) -> Layout {
    let module = parse(shader);
    let (_, params) = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Params")).unwrap();
    let TypeInner::Struct { members, span } = &params.inner else { panic!("{}: Params is no struct", shader.name) };
    (members.iter().map(|member| (member.name.clone().unwrap(), member.offset)).collect(), *span)
}

#[test]
fn parameter_structs_are_laid_out_as_in_rust() {
    let expected = |shader: &Shader| -> Layout {
        match shader.name {
            "conv" | "conv_join" | "conv_quads" | "conv_shared" => layout!(conv {
                in_height,
                in_width,
                in_channels,
                out_height,
                out_width,
                out_channels,
                kernel,
                stride,
                padding,
                activation,
                residual,
                parts,
            }),
            "lambda_apply" | "lambda_build" | "lambda_masked" => layout!(lambda_apply {
                height,
                width,
                context_height,
                context_width,
                query_row,
                context_row,
                key_offset,
                value_offset,
                heads,
                key_depth,
                value_depth,
                intra,
                window_height,
                window_width,
                origin_y,
                origin_x,
                content,
                mask,
            }),
            "attention" | "attention_map" | "attention_values" => {
                layout!(attention { height, width, row, key_offset, value_offset, heads, key_depth, value_depth })
            }
            "lambda_content" => {
                layout!(lambda_content { positions, row, key_offset, value_offset, key_depth, value_depth, intra })
            }
            "max_pool" => layout!(max_pool { in_height, in_width, out_height, out_width, channels }),
            "mean_pool" => layout!(mean_pool { pixels, channels }),
            "pool_affine" => layout!(pool_affine { in_height, in_width, channels, pool, activation }),
            name => panic!("{name}: no layout is known"),
        }
    };
    for shader in shaders() {
        assert_eq!(reflected(&shader), expected(&shader), "{}", shader.name);
    }
}
