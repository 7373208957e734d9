//! `infer`: logits for a prepared tensor.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::backend::answer;
use crate::npy;
use crate::source::{self, Model};
use crate::terminal::progress;
use lambdascope_core::backend::BackendChoice;
use lambdascope_engine::Engine;

/// `infer`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// Normalised pictures `[N, 3, H, W]` or `[3, H, W]` (f32 .npy), of any size that the network takes.
    #[arg(long)]
    input: PathBuf,
    /// Where the logits go: `[N, classes]`, or `[classes]` for an input without a batch axis.
    #[arg(long)]
    output: PathBuf,
}

/// Runs the network on every picture of the tensor.
///
/// # Errors
/// If the tensor does not fit the network.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let (maps, batched) = npy::read_maps(&arguments.input)?;
    let &[height, width, channels] = maps[0].shape() else { unreachable!("maps have three axes") };
    ensure!(channels == 3, "{} has {channels} channels, expected 3", arguments.input.display());
    let network = source::network(&arguments.model)?;
    let mut engine = pollster::block_on(Engine::with_size(network, [height, width], choice))?;
    let bar = progress(maps.len())?;
    let mut logits = Vec::new();
    for map in &maps {
        logits.extend(answer(&mut engine, map)?.logits);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let shape = [maps.len(), logits.len() / maps.len()];
    npy::write(&arguments.output, if batched { &shape } else { &shape[1..] }, &logits)
}
