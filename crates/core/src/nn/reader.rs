//! Taking tensors out of weights, each held against the shape that is asked for.

use std::collections::BTreeSet;

use crate::nn::error::WeightsError;
use crate::nn::weights::Weights;
use crate::tensor::Tensor;

/// Takes tensors out of weights and remembers which, so that one that belongs to nothing can be named.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    weights: &'a Weights,
    read: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    /// Nothing of these weights has been read.
    pub fn new(weights: &'a Weights) -> Self {
        Self { weights, read: BTreeSet::new() }
    }

    /// The tensor of this name, whatever its shape.
    pub fn find(&mut self, name: &str) -> Option<&'a Tensor> {
        let (name, tensor) = self.weights.find(name)?;
        self.read.insert(name);
        Some(tensor)
    }

    /// The tensor of this name, whose shape must be as expected.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] or [`WeightsError::Shape`].
    pub fn get(&mut self, name: &str, expected: &[usize]) -> Result<&'a Tensor, WeightsError> {
        match self.find(name) {
            None => Err(WeightsError::Missing { name: name.into(), expected: expected.into() }),
            Some(tensor) if tensor.shape() == expected => Ok(tensor),
            Some(tensor) => {
                let found = tensor.shape().into();
                Err(WeightsError::Shape { name: name.into(), expected: expected.into(), found })
            }
        }
    }

    /// The first tensor that has not been read.
    pub fn first_unread(&self) -> Option<&'a str> {
        self.weights.names().find(|name| !self.read.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::{bf16, f16};
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
        let mut reader = Reader::new(&weights);
        assert_eq!(reader.first_unread(), Some("a.weight"));
        assert_eq!(
            reader.get("a.weight", &[3]).unwrap_err().to_string(),
            "tensor `a.weight` has shape [2], expected [3]"
        );
        assert_eq!(reader.get("a.weight", &[2]).unwrap().data(), [1.5, -2.0]);
        assert_eq!(reader.first_unread(), None);
        assert_eq!(reader.get("b", &[1]).unwrap_err().to_string(), "tensor `b` is missing, expected with shape [1]");
        let bytes: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect();
        let weights = Weights::from_safetensors(&file(Dtype::BF16, &bytes, &[2, 1])).unwrap();
        assert_eq!(Reader::new(&weights).get("a.weight", &[2, 1]).unwrap().data(), [1.5, -2.0]);
    }
}
