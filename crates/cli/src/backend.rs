//! The backend that computes: how it is asked for, what it is called, an engine on it, and its answers.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::input::{decode, one_map};
use crate::source::{self, Model};
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
    /// The same with weights in half precision.
    GpuF16,
    /// The CPU.
    Cpu,
}

impl Choice {
    /// The same to the engine.
    pub fn protocol(self) -> BackendChoice {
        match self {
            Self::Auto => BackendChoice::Auto,
            Self::Gpu => BackendChoice::Gpu,
            Self::GpuF16 => BackendChoice::GpuHalves,
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

/// A network's engine for a picture or a prepared tensor, and the tensor `[H, W, 3]`.
///
/// # Errors
/// If the network or what it is given cannot be used, or nothing is given.
pub fn prepared(
    model: &Model,
    image: Option<&Path>,
    input: Option<&Path>,
    choice: BackendChoice,
) -> Result<(Engine, Tensor)> {
    let network = source::network(model)?;
    match (image, input) {
        (Some(image), _) => {
            let engine = pollster::block_on(Engine::new(network, choice))?;
            let (_, input) =
                engine.prepare(&decode(image)?).with_context(|| format!("cannot use {}", image.display()))?;
            Ok((engine, input))
        }
        (None, Some(input)) => {
            let input = one_map(input)?;
            let size = [input.shape()[0], input.shape()[1]];
            Ok((pollster::block_on(Engine::with_size(network, size, choice))?, input))
        }
        (None, None) => bail!("a network can only be explained on a picture: give --image or --input"),
    }
}

/// The logits for several tensors `[H, W, 3]`, in their order; what the engine has to say of it goes to stderr.
///
/// # Errors
/// If the engine cannot run one of them.
pub fn many(engine: &mut Engine, inputs: &[Tensor]) -> Result<Vec<Vec<f32>>> {
    let logits = pollster::block_on(engine.logits_of_many(inputs))?;
    if let Some(notice) = engine.take_notice() {
        eprintln!("{notice}");
    }
    Ok(logits)
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
