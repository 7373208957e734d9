//! What all of lambdascope speaks of: tensors, pictures, kernels as typed parameters with their WGSL, networks as data with
//! the trace that a run leaves behind, what is said of them, and how numbers are written.
//!
//! Nothing here executes a kernel, decodes a file, draws, or knows a browser or a device; whoever does that depends on this
//! crate, which depends on none of the others.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
pub mod backend;
pub mod catalogue;
pub mod cost;
pub mod kernels;
pub mod nn;
pub mod picture;
pub mod shader_edit;
pub mod tensor;
pub mod text;
