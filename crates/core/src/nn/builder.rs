//! From a description and its weights to the graph of kernels at one picture size.
//!
//! The block structure is timm's ByobNet: bottlenecks whose first of a stage has a projection shortcut, BatchNorm folded
//! into every convolution, `post_attn` after a lambda or attention layer.

mod attention;
mod convolution;
mod lambda;
mod network;
mod ops;

pub use attention::{attention_layer_graph, stored_attention_graph};
pub use convolution::convolution_graph;
pub use lambda::{LayerSetting, lambda_layer_graph};
pub use network::{PICTURE_CHANNELS, network_graph};
