//! Weights files: safetensors in F32, F16 or BF16, widened to f32, with the description from their metadata.

use std::collections::BTreeMap;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use crate::nn::description::{Description, FORMAT, METADATA_KEY};
use crate::tensor::Tensor;

/// Named tensors as the file holds them, f32.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

/// Why a weights file could not be used. Each is a sentence that names the tensor, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The container is broken.
    #[error("this is not a usable safetensors file: {0}")]
    Container(String),
    /// The description cannot be read.
    #[error("the network description in the file's metadata cannot be read: {0}")]
    Description(#[from] serde_json::Error),
    /// A newer or older format.
    #[error("the network description has format {found}, expected {FORMAT}")]
    Format {
        /// The file's.
        found: u32,
    },
    /// A number format that weights do not come in.
    #[error("tensor `{name}` has dtype {found}, expected F32, F16 or BF16")]
    Dtype {
        /// The tensor.
        name: String,
        /// Its dtype.
        found: String,
    },
    /// NaN or infinity.
    #[error("tensor `{name}` holds {value} at position {index}, expected finite numbers only")]
    NotFinite {
        /// The tensor.
        name: String,
        /// Where.
        index: usize,
        /// What.
        value: f32,
    },
    /// A tensor the network needs is absent.
    #[error("tensor `{name}` is missing, expected with shape {expected:?}")]
    Missing {
        /// The tensor.
        name: String,
        /// The shape the description asks for.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the description asks for.
    #[error("tensor `{name}` has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// The shape the description asks for.
        expected: Vec<usize>,
        /// The file's.
        found: Vec<usize>,
    },
    /// A tensor that tells a network's sizes is absent.
    #[error("tensor `{name}` is missing, expected with {dimensions} dimension{}", plural(*.dimensions))]
    Absent {
        /// The tensor.
        name: String,
        /// How many dimensions it should have.
        dimensions: usize,
    },
    /// A tensor that tells a network's sizes has another number of dimensions.
    #[error("tensor `{name}` has shape {found:?}, expected {expected} dimension{}", plural(*.expected))]
    Dimensions {
        /// The tensor.
        name: String,
        /// How many dimensions it should have.
        expected: usize,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// The file is one lambda layer.
    #[error("the file holds a single lambda layer (`{name}`, as {package} writes it), expected a whole network")]
    SingleLayer {
        /// The tensor that tells it.
        name: &'static str,
        /// The package in whose names it is.
        package: &'static str,
    },
    /// The file is nothing that is known.
    #[error(
        "the file holds no network that is known here, expected a description in its metadata or the tensor \
         `{expected}`, found {}", first_tensor(.found.as_deref())
    )]
    Unknown {
        /// The tensor that timm's networks start with.
        expected: &'static str,
        /// The first tensor in the file.
        found: Option<String>,
    },
    /// A picture size that the network cannot be run at.
    #[error("pictures of {height}×{width} pixels (height × width) do not fit the network: {cause}")]
    Size {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Why not.
        cause: String,
    },
    /// The description asks for something this engine does not run.
    #[error("{what} is {found}, expected {expected}")]
    Unsupported {
        /// The part of the description.
        what: String,
        /// What was expected of it.
        expected: String,
        /// What it says.
        found: String,
    },
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn first_tensor(name: Option<&str>) -> String {
    name.map_or_else(|| "no tensor at all".into(), |name| format!("`{name}` first"))
}

impl Weights {
    /// Reads the tensors of a safetensors file. Integer tensors (BatchNorm's counters) are left out.
    ///
    /// # Errors
    /// If the container is broken, or a tensor has another dtype or holds a number that is not finite.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|e| WeightsError::Container(e.to_string()))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in file.iter() {
            let data = view.data();
            let values: Vec<f32> = match view.dtype() {
                Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
                Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
                Dtype::BF16 => data.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
                Dtype::I64 => continue,
                other => return Err(WeightsError::Dtype { name: name.into(), found: format!("{other:?}") }),
            };
            if let Some(index) = values.iter().position(|v| !v.is_finite()) {
                return Err(WeightsError::NotFinite { name: name.into(), index, value: values[index] });
            }
            let tensor =
                Tensor::new(view.shape(), values).map_err(|e| WeightsError::Container(format!("`{name}`: {e}")))?;
            tensors.insert(name.to_owned(), tensor);
        }
        Ok(Self { tensors })
    }

    /// The tensor of this name, whatever its shape.
    pub fn find(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// The tensor of this name, whose shape must be as expected.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] or [`WeightsError::Shape`].
    pub fn get(&self, name: &str, expected: &[usize]) -> Result<&Tensor, WeightsError> {
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| WeightsError::Missing { name: name.into(), expected: expected.into() })?;
        if tensor.shape() == expected {
            Ok(tensor)
        } else {
            Err(WeightsError::Shape { name: name.into(), expected: expected.into(), found: tensor.shape().into() })
        }
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

    /// The tensors whose name starts with `prefix`, under the rest of their name.
    pub fn under(&self, prefix: &str) -> Self {
        let strip = |(name, tensor): (&String, &Tensor)| Some((name.strip_prefix(prefix)?.to_owned(), tensor.clone()));
        Self { tensors: self.tensors.iter().filter_map(strip).collect() }
    }

    /// All values of all tensors, BatchNorm's running statistics left out: what a paper counts as parameters.
    pub fn parameters(&self) -> u64 {
        let learned = |name: &&String| !name.ends_with("running_mean") && !name.ends_with("running_var");
        self.tensors.iter().filter(|(name, _)| learned(name)).map(|(_, t)| t.len() as u64).sum()
    }
}

/// Reads the description that a weights file of ours carries, `None` if it carries none.
///
/// # Errors
/// If the file is broken or its description is not one this code reads.
pub fn read_description(bytes: &[u8]) -> Result<Option<Description>, WeightsError> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| WeightsError::Container(e.to_string()))?;
    let Some(text) = header.metadata().as_ref().and_then(|m| m.get(METADATA_KEY)) else { return Ok(None) };
    let description: Description = serde_json::from_str(text)?;
    if description.format == FORMAT {
        Ok(Some(description))
    } else {
        Err(WeightsError::Format { found: description.format })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;

    fn file(dtype: Dtype, bytes: &[u8], shape: &[usize]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
        safetensors::serialize([("a.weight", view)], None).unwrap()
    }

    #[test]
    fn halves_are_widened_and_shapes_checked() {
        let bytes: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        let weights = Weights::from_safetensors(&file(Dtype::F16, &bytes, &[2])).unwrap();
        assert_eq!(weights.get("a.weight", &[2]).unwrap().data(), [1.5, -2.0]);
        assert_eq!(
            weights.get("a.weight", &[3]).unwrap_err().to_string(),
            "tensor `a.weight` has shape [2], expected [3]"
        );
        assert_eq!(weights.get("b", &[1]).unwrap_err().to_string(), "tensor `b` is missing, expected with shape [1]");
        assert_eq!(weights.under("a.").get("weight", &[2]).unwrap().len(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let nan = file(Dtype::F32, &f32::NAN.to_le_bytes(), &[1]);
        assert!(
            Weights::from_safetensors(&nan).unwrap_err().to_string().contains("`a.weight` holds NaN at position 0")
        );
        let byte = file(Dtype::U8, &[1], &[1]);
        assert!(Weights::from_safetensors(&byte).unwrap_err().to_string().contains("dtype U8"));
        let whole = file(Dtype::F32, &[0; 16], &[4]);
        assert!(matches!(Weights::from_safetensors(&whole[..whole.len() - 3]), Err(WeightsError::Container(_))));
        assert!(matches!(read_description(&whole), Ok(None)));
    }
}
