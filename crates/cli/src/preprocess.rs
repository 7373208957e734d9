//! `preprocess`: what a network sees of a picture.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::input::decode;
use crate::npy;
use crate::source::{self, Model};

/// `preprocess`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The picture.
    #[arg(long)]
    image: PathBuf,
    /// Where the normalised crop goes, `[1, 3, H, W]` (f32 .npy).
    #[arg(long)]
    output: PathBuf,
}

/// Writes the tensor.
///
/// # Errors
/// If the picture cannot be read or the tensor cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let input = source::preprocessing(&arguments.model)?;
    let crop = lambdascope_picture::crop(&input, &decode(&arguments.image)?);
    let crop = crop.with_context(|| format!("cannot use {}", arguments.image.display()))?;
    let tensor = input.normalise(&crop);
    npy::write_maps(&arguments.output, [crop.height, crop.width, 3], &[tensor.into_data()], true)
}
