//! Weights files: safetensors in F32, F16, BF16 or F64, brought to f32, with the description from their metadata.
//!
//! F64, in which a state dict may be cast as a whole, is rounded as PyTorch's `.float()` does, and that is said. BatchNorm's
//! counters, which inference has no use for, are left out whatever their dtype. Everything else that is left out is said
//! (`root`) or refused.

use std::collections::BTreeMap;

use half::{bf16, f16};

use crate::nn::description::Description;
use crate::nn::error::WeightsError;
use crate::nn::format::FORMAT;
use crate::tensor::Tensor;

mod container;
mod root;

use container::{Dtype, Entry};
use root::Root;

/// The most dimensions of a tensor that is read.
const MAX_DIMENSIONS: usize = 8;

/// Named tensors as the file holds them, f32. A [`Reader`](crate::nn::reader::Reader) takes them out.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
    root: Root,
}

/// Reads a weights file: its tensors, and the description of the network if it is one of ours. Without one the network may
/// stand under a prefix, beside an averaged copy or among what else a training run saves; `first` are the names that one of
/// its tensors must have there.
///
/// # Errors
/// If the container is broken, holds several networks, a tensor has another dtype or holds a number that no network has, or
/// the description is not one this code reads.
pub fn read(bytes: &[u8], first: &[&str]) -> Result<(Weights, Option<Description>), WeightsError> {
    let container = container::read(bytes)?;
    let description = container.description.as_deref().map(read_description).transpose()?;
    let first = if description.is_some() { &[] } else { first };
    Ok((Weights::below(container.tensors, first)?, description))
}

fn read_description(text: &str) -> Result<Description, WeightsError> {
    let description: Description =
        serde_json::from_str(text).map_err(|e| WeightsError::Description(container::brief(&e.to_string())))?;
    if description.format != FORMAT {
        return Err(WeightsError::Format { found: description.format });
    }
    description.check()?;
    Ok(description)
}

/// Whether a tensor is a counter of BatchNorm's, which inference has no use for.
fn is_counter(name: &str) -> bool {
    name.rsplit('.').next() == Some("num_batches_tracked")
}

/// The values of a tensor, every one of them finite and no variance negative.
fn widen(Entry { name, dtype, shape, data }: &Entry<'_>) -> Result<Tensor, WeightsError> {
    if shape.len() > MAX_DIMENSIONS || shape.contains(&0) {
        let found = container::brief(&format!("{shape:?}"));
        return Err(WeightsError::Container(format!(
            "tensor `{name}` has shape {found}, expected at most {MAX_DIMENSIONS} dimensions, none of them 0"
        )));
    }
    let values: Vec<f32> = match dtype {
        Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        Dtype::Bf16 => data.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        Dtype::F64 => narrow(name, data)?,
        _ => return Err(WeightsError::Dtype { name: name.clone(), found: dtype.to_string() }),
    };
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(WeightsError::NotFinite { name: name.clone(), index, value: values[index] });
    }
    if let Some(index) = values.iter().position(|v| *v < 0.0).filter(|_| name.ends_with("running_var")) {
        return Err(WeightsError::Variance { name: name.clone(), index, value: values[index] });
    }
    Tensor::new(shape.as_slice(), values).map_err(|e| WeightsError::Container(format!("tensor `{name}`: {e}")))
}

/// Double precision rounded to single.
fn narrow(name: &str, data: &[u8]) -> Result<Vec<f32>, WeightsError> {
    let wide = |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
    let narrow = |(index, b)| {
        let (value, rounded) = (wide(b), wide(b) as f32);
        if value.is_finite() && !rounded.is_finite() {
            return Err(WeightsError::Unsupported {
                what: format!("the number at position {index} of tensor `{name}`"),
                expected: "one that single precision can hold".into(),
                found: format!("{value:e}"),
            });
        }
        Ok(rounded)
    };
    data.chunks_exact(8).enumerate().map(narrow).collect()
}

impl Weights {
    /// Reads the tensors of a safetensors file under their own names, whatever its metadata say.
    ///
    /// # Errors
    /// If the container is broken, or a tensor has another dtype or holds a number that no network has.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        Self::from_checkpoint(bytes, &[])
    }

    /// Reads the tensors of a network or a layer in a safetensors file, whatever its metadata say: those below the prefix
    /// under which a tensor has one of the names `first`, which is left off.
    ///
    /// # Errors
    /// If the container is broken, there are several such prefixes, or a tensor has another dtype or holds a number that no
    /// network has.
    pub fn from_checkpoint(bytes: &[u8], first: &[&str]) -> Result<Self, WeightsError> {
        Self::below(container::read(bytes)?.tensors, first)
    }

    fn below(mut entries: Vec<Entry<'_>>, first: &[&str]) -> Result<Self, WeightsError> {
        entries.retain(|entry| !is_counter(&entry.name));
        let mut root = Root::find(&entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), first)?;
        let (mut tensors, mut rounded) = (BTreeMap::new(), false);
        for entry in &entries {
            let Some(name) = entry.name.strip_prefix(&root.prefix) else { continue };
            rounded |= entry.dtype == Dtype::F64;
            tensors.insert(name.to_owned(), widen(entry)?);
        }
        if rounded {
            root.notes.push("Numbers in double precision (F64) were rounded to single precision.".to_owned());
        }
        Ok(Self { tensors, root })
    }

    /// What was chosen in the file, left out of it or rounded, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.root.notes
    }

    /// What is wrong with these tensors, with the prefix that their names lack.
    pub fn locate(&self, cause: WeightsError) -> WeightsError {
        match self.root.prefix.as_str() {
            "" => cause,
            prefix => WeightsError::Under { prefix: prefix.to_owned(), cause: Box::new(cause) },
        }
    }

    /// The tensor of this name, whatever its shape, and the name as it is held here.
    pub fn find(&self, name: &str) -> Option<(&str, &Tensor)> {
        self.tensors.get_key_value(name).map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The shape of the tensor of this name, if there is one.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(Tensor::shape)
    }

    /// The names of all tensors in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Whether a tensor's name starts with `prefix`.
    pub fn any_under(&self, prefix: &str) -> bool {
        self.tensors.range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// All values of all tensors, BatchNorm's running statistics left out: what a paper counts as parameters.
    pub fn parameters(&self) -> u64 {
        let learned = |name: &&String| !name.ends_with("running_mean") && !name.ends_with("running_var");
        self.tensors.iter().filter(|(name, _)| learned(name)).map(|(_, tensor)| tensor.len() as u64).sum()
    }
}
