//! What a network is: its description as data, its weights, BatchNorm folding, the graph of kernels it becomes, and the
//! trace a run leaves behind.
//!
//! Nothing here executes: the engine does.

pub mod attention_layer;
pub mod builder;
pub mod card;
pub mod description;
pub mod edit;
pub mod error;
pub mod evidence;
pub mod fold;
pub mod foreign;
pub mod format;
pub mod graph;
pub mod identify;
pub mod imagenet;
pub mod known;
pub mod lambda_layer;
pub mod limits;
pub mod liveness;
pub mod mask;
pub mod network;
pub mod reader;
pub mod trace;
pub mod weights;
