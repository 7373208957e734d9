//! Weights files: safetensors in F32, F16 or BF16, widened to f32, with the description from their metadata.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};

use crate::nn::description::Description;
use crate::nn::error::WeightsError;
use crate::nn::format::FORMAT;
use crate::tensor::Tensor;

mod container;

use container::{Dtype, Entry};

/// Named tensors as the file holds them, f32. Which of them were asked for is remembered, so that a tensor that belongs
/// to nothing can be named.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Stored>,
}

/// A tensor and whether somebody asked for it.
#[derive(Debug)]
struct Stored {
    tensor: Tensor,
    read: AtomicBool,
}

impl Stored {
    fn new(tensor: Tensor) -> Self {
        Self { tensor, read: AtomicBool::new(false) }
    }
}

impl Clone for Stored {
    fn clone(&self) -> Self {
        Self { tensor: self.tensor.clone(), read: AtomicBool::new(self.read.load(Ordering::Relaxed)) }
    }
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
        let tensor = Stored::new(widen(&entry)?);
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
        let stored = |entry: Entry<'_>| Ok((entry.name.clone(), Stored::new(widen(&entry)?)));
        Ok(Self { tensors: entries.into_iter().map(stored).collect::<Result<_, WeightsError>>()? })
    }

    /// The tensor of this name, whatever its shape.
    pub fn find(&self, name: &str) -> Option<&Tensor> {
        let Stored { tensor, read } = self.tensors.get(name)?;
        read.store(true, Ordering::Relaxed);
        Some(tensor)
    }

    /// The tensor of this name, whose shape must be as expected.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] or [`WeightsError::Shape`].
    pub fn get(&self, name: &str, expected: &[usize]) -> Result<&Tensor, WeightsError> {
        match self.find(name) {
            None => Err(WeightsError::Missing { name: name.into(), expected: expected.into() }),
            Some(tensor) if tensor.shape() == expected => Ok(tensor),
            Some(tensor) => {
                let found = tensor.shape().into();
                Err(WeightsError::Shape { name: name.into(), expected: expected.into(), found })
            }
        }
    }

    /// The first tensor that nobody has asked for so far.
    pub fn first_unread(&self) -> Option<&str> {
        let unread = |(_, stored): &(&String, &Stored)| !stored.read.load(Ordering::Relaxed);
        self.tensors.iter().find(unread).map(|(name, _)| name.as_str())
    }

    /// The shape of the tensor of this name, if there is one.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|stored| stored.tensor.shape())
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
        self.tensors.iter().filter(|(name, _)| learned(name)).map(|(_, stored)| stored.tensor.len() as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    fn file(dtype: Dtype, bytes: &[u8], shape: &[usize]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
        safetensors::serialize([("a.weight", view)], None).unwrap()
    }

    #[test]
    fn halves_are_widened_and_shapes_checked() {
        let bytes: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        let weights = Weights::from_safetensors(&file(Dtype::F16, &bytes, &[2])).unwrap();
        assert_eq!(weights.first_unread(), Some("a.weight"));
        assert_eq!(
            weights.get("a.weight", &[3]).unwrap_err().to_string(),
            "tensor `a.weight` has shape [2], expected [3]"
        );
        assert_eq!(weights.get("a.weight", &[2]).unwrap().data(), [1.5, -2.0]);
        assert_eq!(weights.first_unread(), None);
        assert_eq!(weights.get("b", &[1]).unwrap_err().to_string(), "tensor `b` is missing, expected with shape [1]");
        let bytes: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect();
        let weights = Weights::from_safetensors(&file(Dtype::BF16, &bytes, &[2, 1])).unwrap();
        assert_eq!(weights.get("a.weight", &[2, 1]).unwrap().data(), [1.5, -2.0]);
    }
}
