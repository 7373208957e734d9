//! An answer that was computed ahead of the visit and lies beside the page as a file, so that the views have numbers while
//! the engine is on its way. `lambdascope precompute` writes such files.

use half::f16;
use half::slice::HalfFloatSliceExt;
use serde::{Deserialize, Serialize};

use lambdascope_core::answer::Answer;
use lambdascope_core::nn::card::NetworkCard;

use super::codec::{decode, encode};
use lambdascope_core::nn::trace::Trace;
use lambdascope_core::tensor::{Tensor, TensorError};

/// The answer to one picture, and the network that gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Precomputed {
    /// The network; its hash tells whether it is the one that the page will run.
    pub card: NetworkCard,
    /// The answer, its trace rounded to half precision.
    pub answer: Answer,
}

/// Why a file is none.
#[derive(Debug, thiserror::Error)]
pub enum PrecomputedError {
    /// It is of another version of the program, or damaged.
    #[error("it cannot be read: {0}")]
    Format(#[from] postcard::Error),
    /// The arrays do not fit their shapes.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// It has shapes for more arrays than its trace has, or for fewer.
    #[error("its trace has {expected} arrays, found the shapes of {found}")]
    Arrays {
        /// The arrays of its layers.
        expected: usize,
        /// The shapes that are there.
        found: usize,
    },
    /// It has more values than its shapes ask for, or fewer.
    #[error("its {found} values are not those that its shapes ask for")]
    Values {
        /// What is there.
        found: usize,
    },
}

/// What stands in the file: the answer without the numbers of its trace, and those.
#[derive(Serialize, Deserialize)]
struct File {
    card: NetworkCard,
    answer: Answer,
    /// The shapes of the trace's arrays, in its order.
    shapes: Vec<Vec<usize>>,
    /// Their values, half precision, little-endian.
    values: Vec<u8>,
}

impl Precomputed {
    /// The file. How long the answer took and on what is left out: it says nothing of the visitor's machine.
    ///
    /// # Errors
    /// Only if postcard cannot write it.
    pub fn write(self) -> Result<Vec<u8>, postcard::Error> {
        let Self { card, mut answer } = self;
        answer.computed = None;
        let (mut shapes, mut values) = (Vec::new(), Vec::new());
        for tensor in tensors(&mut answer.trace) {
            let own = std::mem::replace(tensor, Tensor::zeros([0]));
            shapes.push(own.shape().to_vec());
            let mut halves = vec![f16::ZERO; own.len()];
            halves.convert_from_f32_slice(own.data());
            values.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
        }
        encode(&File { card, answer, shapes, values })
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, PrecomputedError> {
        let File { card, mut answer, shapes, values } = decode(bytes)?;
        let values: Vec<f32> = values.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
        let own = tensors(&mut answer.trace);
        if own.len() != shapes.len() {
            return Err(PrecomputedError::Arrays { expected: own.len(), found: shapes.len() });
        }
        let wrong = PrecomputedError::Values { found: values.len() };
        let mut rest = values.as_slice();
        for (tensor, shape) in own.into_iter().zip(shapes) {
            let Some((data, later)) = rest.split_at_checked(shape.iter().product()) else { return Err(wrong) };
            *tensor = Tensor::new(shape, data.to_vec())?;
            rest = later;
        }
        if rest.is_empty() { Ok(Self { card, answer }) } else { Err(wrong) }
    }
}

/// All arrays of a trace, in its order.
fn tensors(trace: &mut Trace) -> Vec<&mut Tensor> {
    trace.layers.iter_mut().flat_map(|layer| layer.tensors_mut()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(Precomputed::read(b"").is_err());
        assert!(Precomputed::read(&[7; 300]).is_err());
    }
}
