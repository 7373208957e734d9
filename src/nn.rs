//! What a network is: its description as data, its weights, BatchNorm folding, the graph of kernels it becomes, and the
//! trace a run leaves behind.
//!
//! Nothing here executes: [`crate::cpu`] and [`crate::gpu`] do.

pub mod trace;
