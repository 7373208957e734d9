//! `classify`: the classes of a picture.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::backend::{answer, backend_name};
use crate::input::decode;
use crate::source::{self, Model};
use crate::terminal::say;
use lambdascope_core::backend::BackendChoice;
use lambdascope_engine::{Engine, Run, ranked_softmax};

/// `classify`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The picture.
    #[arg(long)]
    image: PathBuf,
    /// How many classes to print.
    #[arg(long, default_value_t = 5)]
    top: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Classified<'a> {
    backend: &'static str,
    predictions: Vec<Prediction<'a>>,
    ms: Milliseconds,
}

#[derive(Serialize)]
struct Prediction<'a> {
    label: &'a str,
    index: usize,
    probability: f32,
}

#[derive(Serialize)]
struct Milliseconds {
    decode: f64,
    preprocess: f64,
    network: f64,
}

/// Prints the classes.
///
/// # Errors
/// If the picture or the network cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let mut engine = pollster::block_on(Engine::new(source::network(&arguments.model)?, choice))?;
    let started = Instant::now();
    let picture = decode(&arguments.image)?;
    let decoded = Instant::now();
    let (_, input) = engine.prepare(&picture).with_context(|| format!("cannot use {}", arguments.image.display()))?;
    let prepared = Instant::now();
    let Run { logits, backend, milliseconds: network, .. } = answer(&mut engine, &input)?;
    let labels = &engine.network().description.labels;
    let predictions = ranked_softmax(&logits).into_iter().take(arguments.top);
    let predictions: Vec<Prediction> =
        predictions.map(|(index, probability)| Prediction { label: &labels[index], index, probability }).collect();
    let between = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
    let ms = Milliseconds { decode: between(started, decoded), preprocess: between(decoded, prepared), network };
    let classified = Classified { backend: backend_name(backend), predictions, ms };
    if arguments.json {
        return say(serde_json::to_string_pretty(&classified)?);
    }
    for Prediction { label, probability, .. } in &classified.predictions {
        say(format!("{:>6.2} %  {label}", probability * 100.0))?;
    }
    say(format!("{} ({}), {network:.1} ms", engine.report().device, classified.backend))
}
