//! Runs networks: a twin of every kernel on the [`cpu`], the same kernels as compute shaders on the [`gpu`], and the one door
//! to both, [`Engine`], which chooses between them and checks their numbers.
//!
//! Whoever runs a network goes through the engine; nobody else knows which backend ran, except to say so. Messages, pages and
//! explanations do not belong here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cpu;
mod engine;
pub mod gpu;

pub use engine::*;
