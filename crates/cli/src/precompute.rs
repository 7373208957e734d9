//! `precompute`: a sample's answer as a file, which the page shows until its engine has loaded.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::source::{self, Model};
use crate::terminal::say;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::network::sha256;
use lambdascope_engine::{AnswerError, Engine};
use lambdascope_protocol::Precomputed;

/// `precompute`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// One of the networks that the project ships; by default, the first of them.
    #[arg(long)]
    model: Option<String>,
    /// The pictures; the file for each is written beside it, with the extension `answer`.
    #[arg(required = true)]
    images: Vec<PathBuf>,
}

/// Writes a file for every picture.
///
/// # Errors
/// If the network or a picture cannot be used, or a file cannot be written.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let model = Model { model: arguments.model.clone(), weights: None };
    let network = source::network(&model)?;
    let name = network.description.name.clone();
    let Some(member) = source::shipped()?.iter().find(|member| member.name == name) else {
        bail!("`{name}` is not one of the networks that the page comes with");
    };
    let mut engine = pollster::block_on(Engine::new(network, choice))?;
    let card = NetworkCard::new(engine.network(), engine.graph(), member.bytes, member.sha256.clone());
    for image in &arguments.images {
        let bytes = fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
        // What took how long is not written.
        let answer = lambdascope_picture::open(&bytes)
            .map_err(AnswerError::from)
            .and_then(|opened| pollster::block_on(engine.answer(0, 0, &opened, 0.0, None)));
        let (answer, _) = answer.with_context(|| format!("cannot use {}", image.display()))?;
        let file = Precomputed { card: card.clone(), answer }.write()?;
        let path = image.with_extension("answer");
        fs::write(&path, &file).with_context(|| format!("cannot write {}", path.display()))?;
        say(format!("{}: {} bytes, SHA-256 {}", path.display(), file.len(), sha256(&file)))?;
    }
    Ok(())
}
