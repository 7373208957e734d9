//! A convolution alone: what lambda layers and attention are compared with.

use super::ops::{Builder, ConvShape};
use crate::kernels::Activation;
use crate::nn::fold::FoldedConv;
use crate::nn::graph::Graph;

/// The graph of one convolution of `[H, W, C]` with a window of `kernel` by `kernel`, to as many channels, without bias. Its
/// weights are `[kernel · kernel · C, C]`.
pub fn convolution_graph([height, width, channels]: [usize; 3], kernel: usize, weights: Vec<f32>) -> Graph {
    let mut builder = Builder::new([height, width, channels]);
    let folded = FoldedConv { weights, bias: vec![0.0; channels] };
    let shape = ConvShape { out: channels, kernel, stride: 1 };
    let input = builder.graph.input;
    builder.graph.logits = builder.conv("convolution", input, folded, shape, Activation::None, None);
    builder.graph
}
