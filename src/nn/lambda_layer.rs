//! The lambda layer's own parameters, ready for the kernels: one projection to q | k | v with the norms folded in, the
//! position kernel and its bias.
//!
//! Source of the layout: timm's `LambdaLayer` (`qkv` rows are q, then k, then v; channel = head · k + i).

use crate::nn::fold::{Affine, FoldedConv, fold_conv};
use crate::nn::weights::{Weights, WeightsError};
use crate::tensor::Tensor;

/// Sizes of a lambda layer that do not depend on the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LambdaShape {
    /// Channels of the layer's input and output, d = heads · value_depth.
    pub channels: usize,
    /// h.
    pub heads: usize,
    /// k.
    pub key_depth: usize,
    /// r, odd.
    pub window: usize,
}

impl LambdaShape {
    /// v = d / h.
    pub fn value_depth(&self) -> usize {
        self.channels / self.heads
    }

    /// Where the keys start in a row q | k | v.
    pub fn key_offset(&self) -> usize {
        self.heads * self.key_depth
    }

    /// Where the values start in a row q | k | v.
    pub fn value_offset(&self) -> usize {
        self.key_offset() + self.key_depth
    }

    /// Values in a row q | k | v.
    pub fn row(&self) -> usize {
        self.value_offset() + self.value_depth()
    }

    /// The shape, if the kernels can run it.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] names the size that does not fit.
    pub fn checked(self, name: &str) -> Result<Self, WeightsError> {
        let unsupported = |what: &str, expected: &str, found: String| WeightsError::Unsupported {
            what: format!("{what} of `{name}`"),
            expected: expected.into(),
            found,
        };
        if self.heads == 0 || !self.channels.is_multiple_of(self.heads) {
            return Err(unsupported(
                "the number of heads",
                &format!("a divisor of its {} channels", self.channels),
                self.heads.to_string(),
            ));
        }
        if !self.value_depth().is_multiple_of(4) || self.value_depth() == 0 {
            return Err(unsupported("the value depth", "a multiple of 4", self.value_depth().to_string()));
        }
        if self.key_depth == 0 || !self.value_offset().is_multiple_of(4) {
            return Err(unsupported(
                "the query and key width",
                "a positive multiple of 4 in all",
                self.value_offset().to_string(),
            ));
        }
        if self.window.is_multiple_of(2) {
            return Err(unsupported("the window", "an odd side", self.window.to_string()));
        }
        if self.heads * self.window * self.window > MAX_WINDOW_WEIGHTS {
            return Err(unsupported(
                "heads · window²",
                &format!("at most {MAX_WINDOW_WEIGHTS}"),
                (self.heads * self.window * self.window).to_string(),
            ));
        }
        Ok(self)
    }
}

/// The q·E weights of one query that fit into the 16 KiB of workgroup storage every WebGPU device has.
const MAX_WINDOW_WEIGHTS: usize = 4000;

/// A lambda layer's parameters.
#[derive(Clone, Debug)]
pub struct LambdaLayer {
    /// Its sizes.
    pub shape: LambdaShape,
    /// The 1×1 convolution to q | k | v; the norms of q and v are folded in, keys have neither norm nor bias.
    pub projection: FoldedConv,
    /// E, `[r · r, k]`.
    pub position: Tensor,
    /// b, `[k]`.
    pub position_bias: Tensor,
}

impl LambdaLayer {
    /// Reads the layer stored under `prefix` (such as `stages.1.1.self_attn.`) in timm's names.
    ///
    /// Folding v's norm is exact, because the convolution's zero padding acts on the normalised values.
    ///
    /// # Errors
    /// If a tensor is missing or misshapen, or the kernels cannot run the sizes.
    pub fn from_timm(weights: &Weights, prefix: &str, shape: LambdaShape) -> Result<Self, WeightsError> {
        let shape = shape.checked(prefix.trim_end_matches('.'))?;
        let LambdaShape { channels, key_depth: k, window: r, .. } = shape;
        let norm = Affine::batch_norm(weights, &format!("{prefix}norm_q"), shape.key_offset())?
            .concat(Affine::identity(k))
            .concat(Affine::batch_norm(weights, &format!("{prefix}norm_v"), shape.value_depth())?);
        let qkv = weights.get(&format!("{prefix}qkv.weight"), &[shape.row(), channels, 1, 1])?;
        let kernel = weights.get(&format!("{prefix}conv_lambda.weight"), &[k, 1, r, r, 1])?;
        let bias = weights.get(&format!("{prefix}conv_lambda.bias"), &[k])?;
        let mut position = Tensor::zeros([r * r, k]);
        for (offset, row) in position.data_mut().chunks_exact_mut(k).enumerate() {
            for (i, e) in row.iter_mut().enumerate() {
                *e = kernel.data()[i * r * r + offset];
            }
        }
        Ok(Self {
            shape,
            projection: fold_conv(qkv.data(), [shape.row(), channels, 1], channels, &norm),
            position,
            position_bias: bias.clone(),
        })
    }
}
