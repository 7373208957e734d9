//! How a picture becomes a network's input, as its weights file says it. The crop itself is cut where pictures are decoded.

use serde::{Deserialize, Serialize};

use super::pixels::Picture;
use crate::tensor::Tensor;

/// The filter used for resizing; either is widened when shrinking, so that nothing aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// Cubic convolution with a = −0.5 (Catmull-Rom), support 2.
    Bicubic,
    /// A triangle, support 1.
    Bilinear,
}

/// How a picture becomes the input of a network: the `input` object of a weights file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// The shorter side after resizing, in pixels.
    pub resize: usize,
    /// The side of the square cut from the centre, in pixels; at most `resize`.
    pub crop: usize,
    /// The filter for resizing.
    pub interpolation: Interpolation,
    /// Mean of red, green and blue over the training set, on the scale 0..1.
    pub mean: [f32; 3],
    /// Standard deviation of red, green and blue over the training set, on the scale 0..1.
    pub std: [f32; 3],
}

impl Preprocessing {
    /// `(p / 255 − mean) / std` for every value of a crop: `[H, W, 3]`.
    pub fn normalise(&self, crop: &Picture) -> Tensor {
        let mut tensor = Tensor::zeros([crop.height, crop.width, 3]);
        for (pixel, values) in crop.rgb.chunks_exact(3).zip(tensor.data_mut().chunks_exact_mut(3)) {
            for c in 0..3 {
                values[c] = (f32::from(pixel[c]) / 255.0 - self.mean[c]) / self.std[c];
            }
        }
        tensor
    }
}
