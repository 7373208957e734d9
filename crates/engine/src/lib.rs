//! Runs networks: a twin of every kernel on the CPU ([`cpu`]), the same kernels as compute shaders on the [`gpu`], and the one door
//! to both, [`Engine`], which chooses between them and checks their numbers.
//!
//! Whoever runs a network goes through the engine; nobody else knows which backend ran, except to say so. Messages, pages and
//! explanations do not belong here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod backends;
pub mod cost;
#[cfg(target_family = "wasm")]
pub mod cpu_module;
mod engine;
mod error;
pub mod gpu;
#[cfg(target_family = "wasm")]
mod guest;
mod layer;
mod on_cpu;
mod run;
mod shader_bench;
#[cfg(target_family = "wasm")]
pub mod shader_module;
mod softmax;

pub use backends::{Candidate, Startup};
pub use engine::Engine;
pub use engine::answer::{AnswerError, FIRST, Seen};
pub use engine::edited::{Edited, EditedRun};
pub use engine::resized::Pace;
pub use error::EngineError;
pub use lambdascope_cpu as cpu;
pub use layer::LayerEngine;
pub use run::{OpTime, Run};
pub use shader_bench::ShaderError;
pub use softmax::{predictions, ranked_softmax};
