//! A shader that was edited: whether it can stand in for the original, and what of it runs.
//!
//! naga reads it as wgpu does, with no more capabilities than WebGPU's core has. What it lets pass the device's own compiler
//! may still refuse: naga does not look for barriers under non-uniform control flow.

mod bounded;

use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroU32;

use naga::back::PipelineConstants;
use naga::back::pipeline_constants::process_overrides;
use naga::back::wgsl::{WriterFlags, write_string};
use naga::compact::{KeepUnused, compact};
use naga::front::wgsl;
use naga::proc::IndexableLength;
use naga::valid::{Capabilities, ModuleInfo, ValidationError, ValidationFlags, Validator};
use naga::{
    AddressSpace, ArraySize, Handle, Module, ResourceBinding, ShaderStage, Span, StorageAccess, Type, TypeInner,
    WithSpan,
};

use bounded::bound;
use lambdascope_core::shader_edit::{Fault, SourcePlace};

/// What an edit is to stand in for.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// WGSL.
    pub source: &'a str,
    /// The values of its `override` constants.
    pub overrides: &'a [(&'a str, u32)],
}

/// Reads an edited source that shall stand in for a shader: it must be valid, have the entry point `main` and the same
/// arrays at the same bindings. What comes back is what runs: the edit with its constants filled in and every loop bounded.
///
/// # Errors
/// What is wrong, and where.
pub fn check(original: &Original, source: &str) -> Result<String, Fault> {
    let (module, info) = valid(source)?;
    let (known, _) = valid(original.source)?;
    fits(&known, &module, source)?;
    let constants: PipelineConstants = original
        .overrides
        .iter()
        .filter(|(name, _)| module.overrides.iter().any(|(_, own)| own.name.as_deref() == Some(*name)))
        .map(|&(name, value)| (name.to_owned(), f64::from(value)))
        .collect();
    let filled = process_overrides(&module, &info, Some((ShaderStage::Compute, "main")), &constants);
    let (filled, _) = filled.map_err(|error| Fault::of(&innermost(&error)))?;
    let mut module = filled.into_owned();
    settle_sizes(&mut module);
    bound(&mut module);
    let info = validate(&module, source)?;
    let bounded = write_string(&module, &info, WriterFlags::empty());
    bounded.map_err(|error| Fault::of(&format!("the shader was read, but cannot be written out to run: {error}")))
}

/// Writes the lengths of arrays out that constants were filled in for; naga's writer cannot name them.
fn settle_sizes(module: &mut Module) {
    let pending: Vec<_> = module
        .types
        .iter()
        .filter_map(|(handle, ty)| match ty.inner {
            TypeInner::Array { base, size: size @ ArraySize::Pending(_), stride } => Some((handle, base, size, stride)),
            _ => None,
        })
        .collect();
    for (handle, base, size, stride) in pending {
        let Ok(IndexableLength::Known(length)) = size.resolve(module.to_ctx()) else { continue };
        let Some(length) = NonZeroU32::new(length) else { continue };
        let inner = TypeInner::Array { base, size: ArraySize::Constant(length), stride };
        let settled = module.types.insert(Type { name: None, inner }, Span::UNDEFINED);
        for (_, global) in module.global_variables.iter_mut().filter(|(_, global)| global.ty == handle) {
            global.ty = settled;
        }
    }
    compact(module, KeepUnused::No);
}

/// The names of the arrays of a source by their binding; the uniform parameters are binding 0.
pub fn variables(source: &str) -> BTreeMap<u32, String> {
    let Ok(module) = wgsl::parse_str(source) else { return BTreeMap::new() };
    let globals = module.global_variables.iter();
    globals.filter_map(|(_, global)| Some((global.binding?.binding, global.name.clone()?))).collect()
}

fn valid(source: &str) -> Result<(Module, ModuleInfo), Fault> {
    let module = wgsl::parse_str(source).map_err(|error| {
        let labels: Vec<(Span, &str)> = error.labels().collect();
        let label = labels.first().map(|(_, label)| *label).filter(|label| !label.is_empty());
        let message = match label {
            Some(label) if label != error.message() => format!("{}: {label}", error.message()),
            _ => error.message().to_owned(),
        };
        let place = labels.first().and_then(|(span, _)| place(*span, source));
        Fault { message, notes: error.notes().map(str::to_owned).collect(), place }
    })?;
    let info = validate(&module, source)?;
    Ok((module, info))
}

fn validate(module: &Module, source: &str) -> Result<ModuleInfo, Fault> {
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    validator.validate(module).map_err(|error| refused(&error, source))
}

/// The cause of causes first, what it came to as notes; of the places the narrowest.
fn refused(error: &WithSpan<ValidationError>, source: &str) -> Fault {
    let mut causes = vec![error.as_inner().to_string()];
    let mut next = error.as_inner().source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let message = causes.pop().unwrap_or_default();
    causes.reverse();
    let spans = error.spans().filter_map(|(span, _)| span.to_range().map(|range| (range.len(), *span)));
    let place = spans.min_by_key(|(length, _)| *length).and_then(|(_, span)| place(span, source));
    Fault { message, notes: causes, place }
}

fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(cause) = error.source() {
        error = cause;
    }
    error.to_string()
}

/// Where a span lies, if it lies within the text.
fn place(span: Span, source: &str) -> Option<SourcePlace> {
    let range = span.to_range()?;
    let (before, within) = (source.get(..range.start)?, source.get(range)?);
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    let marked = within.lines().next().unwrap_or_default();
    Some(SourcePlace {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        length: marked.chars().count(),
    })
}

/// Whether an edit has the original's entry point and arrays.
fn fits(known: &Module, edit: &Module, source: &str) -> Result<(), Fault> {
    if !edit.entry_points.iter().any(|entry| entry.stage == ShaderStage::Compute && entry.name == "main") {
        return Err(Fault::of("there is no `@compute fn main`, the function that is called"));
    }
    let bound = |module: &Module| -> Vec<(ResourceBinding, String, Handle<Type>, AddressSpace, Span)> {
        let all = module.global_variables.iter();
        let bound = all.filter_map(|(handle, global)| {
            let span = module.global_variables.get_span(handle);
            Some((global.binding?, global.name.clone().unwrap_or_default(), global.ty, global.space, span))
        });
        bound.collect()
    };
    let (theirs, own) = (bound(known), bound(edit));
    for (binding, name, ty, space, _) in &theirs {
        let at = format!("binding {} of group {}", binding.binding, binding.group);
        let Some((_, found, found_ty, found_space, span)) = own.iter().find(|global| global.0 == *binding) else {
            return Err(Fault::of(&format!("{at} is missing: the layer binds `{name}` there")));
        };
        let place = place(*span, source);
        if found_space != space {
            let (expected, found_space) = (access(*space), access(*found_space));
            let message =
                format!("{at}, `{found}`, must be `var<{expected}>` as in the original, found `var<{found_space}>`");
            return Err(Fault { message, place, notes: Vec::new() });
        }
        if !same_type((known, *ty), (edit, *found_ty)) {
            let message = format!(
                "{at}, `{found}`, has a different type from the original’s `{name}`, so the layer’s array would be misread"
            );
            return Err(Fault { message, place, notes: Vec::new() });
        }
    }
    let surplus = own.iter().find(|global| !theirs.iter().any(|known| known.0 == global.0));
    surplus.map_or(Ok(()), |(binding, name, _, _, span)| {
        let message = format!(
            "`{name}` is binding {} of group {}, where the layer binds nothing",
            binding.binding, binding.group
        );
        Err(Fault { message, place: place(*span, source), notes: Vec::new() })
    })
}

/// An address space as WGSL writes it.
fn access(space: AddressSpace) -> &'static str {
    match space {
        AddressSpace::Uniform => "uniform",
        AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => "storage, read_write",
        AddressSpace::Storage { .. } => "storage, read",
        _ => "another space",
    }
}

/// Whether two types lie in memory alike; what their fields are called does not matter.
fn same_type((a, of_a): (&Module, Handle<Type>), (b, of_b): (&Module, Handle<Type>)) -> bool {
    match (&a.types[of_a].inner, &b.types[of_b].inner) {
        (TypeInner::Array { base: x, size: m, stride: s }, TypeInner::Array { base: y, size: n, stride: t }) => {
            m == n && s == t && same_type((a, *x), (b, *y))
        }
        (TypeInner::Struct { members: x, span: s }, TypeInner::Struct { members: y, span: t }) => {
            let fields = |(x, y): (&naga::StructMember, &naga::StructMember)| {
                x.offset == y.offset && same_type((a, x.ty), (b, y.ty))
            };
            s == t && x.len() == y.len() && x.iter().zip(y).all(fields)
        }
        (x, y) => x == y,
    }
}
