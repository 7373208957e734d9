//! `explain`: the maps, lambdas and output of one query of one lambda or attention layer, as arrays and as pictures.

mod attention;
mod lambda;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::error::ErrorKind;

use crate::backend::{answer, prepared};
use crate::input::{one_map, place};
use crate::layer::{self, LayerArguments};
use crate::source::Model;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_core::text::short_cell;

/// `explain`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The picture that the network sees.
    #[arg(long, conflicts_with = "input")]
    image: Option<PathBuf>,
    /// A prepared tensor, `[1, C, H, W]` or `[C, H, W]` (f32 .npy): the normalised picture for a network, the input for a
    /// single layer.
    #[arg(long)]
    input: Option<PathBuf>,
    /// The lambda or attention layer of the network, by its name (stages.1.1) or by its number, counted from 0; without it,
    /// --weights is read as a single lambda layer.
    #[arg(long)]
    layer: Option<String>,
    /// The query's row and column in the layer's map.
    #[arg(long, value_name = "Y,X", value_parser = place)]
    query: [usize; 2],
    /// The folder for the files; it is created if it does not exist.
    #[arg(long)]
    output: PathBuf,
    #[command(flatten)]
    single: LayerArguments,
}

/// Writes the files and prints how far the layer's output is from what the maps give.
///
/// # Errors
/// If the layer or the query does not exist, or a file cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let layer = match (&arguments.layer, &arguments.model.weights, &arguments.input) {
        (Some(layer), _, _) => of_network(arguments, layer, choice)?,
        (None, Some(weights), Some(input)) if arguments.model.model.is_none() => {
            let input = one_map(input)?;
            let mut run = layer::trace(weights, &arguments.single, &input, choice)?;
            run.trace.layers.pop().context("the layer left no trace")?
        }
        _ => {
            let message = "a network needs --layer; a single layer needs --weights and --input, and no --model";
            bail!(clap::Error::raw(ErrorKind::MissingRequiredArgument, message))
        }
    };
    let ([y, x], [height, width]) = (arguments.query, layer.map());
    ensure!(
        y < height && x < width,
        "the query {} lies outside {}, whose map has {height} rows and {width} columns",
        short_cell([y, x]),
        layer.name(),
    );
    let folder = &arguments.output;
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    match &layer {
        LayerTrace::Lambda(layer) => lambda::write(layer, [y, x], folder),
        LayerTrace::Attention(layer) => attention::write(layer, [y, x], folder),
    }
}

fn of_network(arguments: &Arguments, layer: &str, choice: BackendChoice) -> Result<LayerTrace> {
    let (mut engine, input) =
        prepared(&arguments.model, arguments.image.as_deref(), arguments.input.as_deref(), choice)?;
    let mut layers = answer(&mut engine, &input)?.trace.layers;
    let found = layers.iter().position(|trace| trace.name() == layer).or_else(|| layer.parse().ok());
    match found.filter(|index| *index < layers.len()) {
        Some(index) => Ok(layers.swap_remove(index)),
        None => {
            let names = layers.iter().map(|trace| trace.name()).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "none at all" } else { &names };
            bail!("the network has no lambda or attention layer `{layer}`; it has {names}")
        }
    }
}
