//! A network as data: the JSON that a weights file of ours carries in its safetensors metadata.
//!
//! Everything a new small network needs is said here, so that it needs no new Rust. The families it can express are
//! timm's ByobNet with conv, lambda and self-attention bottlenecks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernels::Activation;
use crate::picture::Preprocessing;

mod check;

/// A LambdaResNet: stem, stages of bottlenecks, mean pool, one linear layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Must be [`FORMAT`](crate::nn::format::FORMAT).
    pub format: u32,
    /// The file's stem, such as `lambda_resnet_mini`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// From a picture to the network's input.
    pub input: Preprocessing,
    /// Class names in the order of the logits.
    pub labels: Vec<String>,
    /// The activation after every convolution but a block's last, after the norm of a lambda or attention layer, and after
    /// the addition.
    pub activation: Activation,
    /// The first convolutions.
    pub stem: Stem,
    /// From fine to coarse.
    pub stages: Vec<Stage>,
    /// What training measured, if it did.
    #[serde(default)]
    pub accuracy: Option<Accuracy>,
    /// What the start-up check compares with, if it was recorded.
    #[serde(default)]
    pub check: Option<Check>,
}

/// 3×3 convolutions, each with BatchNorm and activation, then a 3×3 max pool with stride 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stem {
    /// `stem.conv1`, `stem.conv2`, ….
    pub convs: Vec<StemConv>,
    /// Whether the max pool follows.
    pub pool: bool,
}

/// One convolution of the stem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StemConv {
    /// Output channels.
    pub out: usize,
    /// 1 or 2.
    pub stride: usize,
}

/// Bottlenecks of one width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Output channels of every block.
    pub out: usize,
    /// Channels inside the bottleneck.
    pub mid: usize,
    /// The blocks in order; the first has the projection shortcut.
    pub blocks: Vec<Block>,
}

/// A bottleneck: 1×1 convolution, its middle, 1×1 convolution, the shortcut added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// The middle is a 3×3 convolution.
    Conv {
        /// 1 or 2.
        stride: usize,
    },
    /// The middle is a lambda layer, average-pooled 2×2 when the stride is 2, then BatchNorm and activation.
    Lambda {
        /// 1 or 2.
        stride: usize,
        /// h.
        heads: usize,
        /// k.
        k: usize,
        /// u, the intra-depth.
        #[serde(default = "one")]
        u: usize,
        /// Whether the layer has a content lambda.
        #[serde(default = "yes")]
        content: bool,
        /// How context positions are told apart.
        position: Position,
    },
    /// The middle is global self-attention with relative positions, whose tables fix the largest map; what follows is as
    /// for a lambda layer.
    Attention {
        /// 1 or 2.
        stride: usize,
        /// h.
        heads: usize,
        /// k: query and key depth of one head.
        k: usize,
    },
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

impl Block {
    /// Pixels between two outputs.
    pub fn stride(&self) -> usize {
        match self {
            Self::Conv { stride } | Self::Lambda { stride, .. } | Self::Attention { stride, .. } => *stride,
        }
    }
}

/// How a lambda layer tells context positions apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Position {
    /// Not at all: the layer has a content lambda alone.
    None,
    /// A lambda convolution over an r×r window.
    Local {
        /// The window's odd side.
        r: usize,
    },
    /// A table of all offsets within the map, `[2H − 1, 2W − 1, k]`, which fixes the map's size.
    Global,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Local { r } => write!(f, "a window of {r}×{r}"),
            Self::Global => f.write_str("a table of the whole map"),
        }
    }
}

/// Accuracy measured by the training project on the exported weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// The pictures it was measured on.
    pub dataset: String,
    /// How many they were.
    pub images: usize,
    /// Fraction whose most probable class is right.
    pub top1: f64,
    /// Fraction whose class is among the five most probable.
    pub top5: f64,
}

/// Logits of the check picture (see [`check_picture`]), computed by the training project in f32.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// One a label.
    pub logits: Vec<f32>,
}

/// The picture of the start-up check: `[side, side, 3]` 8-bit values that any program can make again.
pub fn check_picture(side: usize) -> Vec<u8> {
    let value = |y: usize, x: usize, c: usize| ((7 * y + 13 * x + 61 * c + ((y * x) >> 3)) & 255) as u8;
    (0..side).flat_map(|y| (0..side).flat_map(move |x| (0..3).map(move |c| value(y, x, c)))).collect()
}
