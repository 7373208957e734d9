//! Weights files: safetensors in F32, F16 or BF16, widened to f32, with the description from their metadata.

use std::collections::BTreeMap;

use half::{bf16, f16};

use crate::nn::description::Description;
use crate::nn::error::WeightsError;
use crate::nn::format::FORMAT;
use crate::tensor::Tensor;

mod container;

use container::{Dtype, Entry};

/// Named tensors as the file holds them, f32. A [`Reader`](crate::nn::reader::Reader) takes them out.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

/// Reads a weights file: its tensors, and the description of the network if it is one of ours.
///
/// # Errors
/// If the container is broken, a tensor has another dtype or holds a number that no network has, or the description
/// is not one this code reads.
pub fn read(bytes: &[u8]) -> Result<(Weights, Option<Description>), WeightsError> {
    let container = container::read(bytes)?;
    let description = container.description.as_deref().map(read_description).transpose()?;
    let mut tensors = BTreeMap::new();
    for entry in container.tensors {
        let tensor = widen(&entry)?;
        tensors.insert(entry.name, tensor);
    }
    Ok((Weights { tensors }, description))
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

/// The values of a tensor, every one of them finite and no variance negative.
fn widen(Entry { name, dtype, shape, data }: &Entry<'_>) -> Result<Tensor, WeightsError> {
    let values: Vec<f32> = match dtype {
        Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        Dtype::Bf16 => data.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        Dtype::I64 => Vec::new(),
    };
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(WeightsError::NotFinite { name: name.clone(), index, value: values[index] });
    }
    if let Some(index) = values.iter().position(|v| *v < 0.0).filter(|_| name.ends_with("running_var")) {
        return Err(WeightsError::Variance { name: name.clone(), index, value: values[index] });
    }
    Tensor::new(shape.as_slice(), values).map_err(|e| WeightsError::Container(format!("tensor `{name}`: {e}")))
}

impl Weights {
    /// Reads the tensors of a safetensors file, whatever its metadata say. BatchNorm's counters are left out.
    ///
    /// # Errors
    /// If the container is broken, or a tensor has another dtype or holds a number that no network has.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let entries = container::read(bytes)?.tensors;
        let stored = |entry: Entry<'_>| Ok((entry.name.clone(), widen(&entry)?));
        Ok(Self { tensors: entries.into_iter().map(stored).collect::<Result<_, WeightsError>>()? })
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
