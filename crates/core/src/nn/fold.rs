//! BatchNorm folding: an affine map per output channel, multiplied into the convolution before it.
//!
//! At inference BatchNorm is y = (x − mean) · γ / √(var + ε) + β with stored statistics.

use crate::nn::error::WeightsError;
use crate::nn::reader::Reader;

/// ε of every BatchNorm in the public implementations.
pub const EPSILON: f32 = 1e-5;

/// y = scale · x + shift, per channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// γ / √(var + ε), `[C]`.
    pub scale: Vec<f32>,
    /// β − mean · scale, `[C]`.
    pub shift: Vec<f32>,
}

impl Affine {
    /// The BatchNorm stored under `prefix` as an affine map.
    ///
    /// # Errors
    /// If one of its four tensors is missing or has another length than `channels`.
    pub fn batch_norm(reader: &mut Reader<'_>, prefix: &str, channels: usize) -> Result<Self, WeightsError> {
        let mut get = |part: &str| Ok::<_, WeightsError>(reader.get(&format!("{prefix}.{part}"), &[channels])?.data());
        let (gamma, beta, mean, var) = (get("weight")?, get("bias")?, get("running_mean")?, get("running_var")?);
        let scale: Vec<f32> = gamma.iter().zip(var).map(|(g, v)| g / (v + EPSILON).sqrt()).collect();
        let shift = (0..channels).map(|c| beta[c] - mean[c] * scale[c]).collect();
        Ok(Self { scale, shift })
    }

    /// The map that changes nothing.
    pub fn identity(channels: usize) -> Self {
        Self { scale: vec![1.0; channels], shift: vec![0.0; channels] }
    }

    /// `self` for the first channels, `other` for those after them.
    #[must_use]
    pub fn concat(mut self, other: Self) -> Self {
        self.scale.extend(other.scale);
        self.shift.extend(other.shift);
        self
    }
}

/// A convolution's weights as the kernels want them, with what followed folded in.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedConv {
    /// `[kernel · kernel · in_channels, out_channels]`.
    pub weights: Vec<f32>,
    /// `[out_channels]`.
    pub bias: Vec<f32>,
}

/// Repacks PyTorch's `[out, in, kernel, kernel]` to `[kernel · kernel · padded_in, out]` and folds `affine` in. Input
/// channels from `in_channels` to `padded_in` get zeros, so that a picture's three channels may travel as four.
pub fn fold_conv(
    weight: &[f32],
    [out, in_channels, kernel]: [usize; 3],
    padded_in: usize,
    affine: &Affine,
) -> FoldedConv {
    let taps = kernel * kernel;
    let mut weights = vec![0.0; taps * padded_in * out];
    for o in 0..out {
        for i in 0..in_channels {
            for tap in 0..taps {
                weights[(tap * padded_in + i) * out + o] = weight[(o * in_channels + i) * taps + tap] * affine.scale[o];
            }
        }
    }
    FoldedConv { weights, bias: affine.shift.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_scales_each_output_and_pads_inputs() {
        let affine = Affine { scale: vec![2.0, 3.0], shift: vec![0.5, -0.5] };
        let folded = fold_conv(&[1.0, 10.0, 100.0, 1000.0], [2, 2, 1], 3, &affine);
        assert_eq!(folded.weights, [2.0, 300.0, 20.0, 3000.0, 0.0, 0.0]);
        assert_eq!(folded.bias, [0.5, -0.5]);
    }
}
