//! The backend that computes: how it is asked for, what it is called, and its answers.

use anyhow::Result;
use clap::ValueEnum;

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::tensor::Tensor;
use lambdascope_engine::{Engine, Run};

/// The backend that is asked for.
#[derive(Clone, Copy, ValueEnum)]
pub enum Choice {
    /// Whichever is faster, once its numbers have been checked.
    Auto,
    /// Vulkan, Metal or DX12, even where the CPU is faster.
    Gpu,
    /// The CPU.
    Cpu,
}

impl Choice {
    /// The same to the engine.
    pub fn protocol(self) -> BackendChoice {
        match self {
            Self::Auto => BackendChoice::Auto,
            Self::Gpu => BackendChoice::Gpu,
            Self::Cpu => BackendChoice::Cpu,
        }
    }
}

/// A backend's name in what is printed.
pub fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Gpu => "gpu",
        Backend::Cpu => "cpu",
    }
}

/// The network's answer to a tensor `[H, W, 3]`; what the engine has to say of it goes to stderr.
///
/// # Errors
/// If the engine cannot run it.
pub fn answer(engine: &mut Engine, input: &Tensor) -> Result<Run> {
    let run = pollster::block_on(engine.run(input))?;
    if let Some(notice) = engine.take_notice() {
        eprintln!("{notice}");
    }
    Ok(run)
}
