//! `explain`: the maps, lambdas and output of one query of one lambda layer, as arrays and as pictures.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::CommandFactory;
use clap::error::ErrorKind;

use super::figure::{Figure, Panel};
use super::layer::LayerArguments;
use super::{Model, answer, decode, layer, npy, place, say, source};
use crate::engine::Engine;
use crate::explain::implicit_attention::{ImplicitAttention, Proof, Query, every_u, reconstruct};
use crate::explain::lambda::{content_lambda, normalised_keys, position_lambda};
use crate::nn::trace::LambdaTrace;
use crate::protocol::BackendChoice;
use crate::tensor::{max_abs, transposed};

/// `explain`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The picture that the network sees.
    #[arg(long, conflicts_with = "input")]
    image: Option<PathBuf>,
    /// A ready tensor, `[1, C, H, W]` or `[C, H, W]` (f32 .npy): for a network normalised, for a layer its input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// The lambda layer of the network, by its name (stages.1.1) or its number from 0; without it --weights is a layer.
    #[arg(long)]
    layer: Option<String>,
    /// The query's row and column in the layer's map.
    #[arg(long, value_name = "Y,X", value_parser = place)]
    query: [usize; 2],
    /// The folder that the files go to; it is made if it is not there.
    #[arg(long)]
    output: PathBuf,
    #[command(flatten)]
    single: LayerArguments,
}

/// Writes the files and prints how far Σ a·v + q·b is from the layer's output.
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
            let message = "a network needs --layer; a layer of its own needs --weights and --input, and no --model";
            super::Arguments::command().error(ErrorKind::MissingRequiredArgument, message).exit()
        }
    };
    let [y, x] = arguments.query;
    let dims = &layer.dims;
    ensure!(
        y < dims.height && x < dims.width,
        "the query {y},{x} lies outside of {}, whose map has {} rows and {} columns",
        layer.name,
        dims.height,
        dims.width
    );
    let folder = &arguments.output;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    write(&layer, [y, x], folder)
}

fn of_network(arguments: &Arguments, layer: &str, choice: BackendChoice) -> Result<LambdaTrace> {
    let network = source::network(&arguments.model)?;
    let (mut engine, input) = match (&arguments.image, &arguments.input) {
        (Some(image), _) => {
            let engine = pollster::block_on(Engine::new(network, choice))?;
            let (_, input) =
                engine.prepare(&decode(image)?).with_context(|| format!("cannot use {}", image.display()))?;
            (engine, input)
        }
        (None, Some(input)) => {
            let input = one_map(input)?;
            let size = [input.shape()[0], input.shape()[1]];
            (pollster::block_on(Engine::with_size(network, size, choice))?, input)
        }
        (None, None) => bail!("a network is explained on a picture: give --image or --input"),
    };
    let mut layers = answer(&mut engine, &input)?.trace.layers;
    let found = layers.iter().position(|trace| trace.name == layer).or_else(|| layer.parse().ok());
    match found.filter(|index| *index < layers.len()) {
        Some(index) => Ok(layers.swap_remove(index)),
        None => {
            let names = layers.iter().map(|trace| trace.name.as_str()).collect::<Vec<_>>().join(", ");
            bail!("the network has no lambda layer `{layer}`; it has {names}")
        }
    }
}

fn one_map(path: &Path) -> Result<crate::tensor::Tensor> {
    let (mut maps, _) = npy::read_maps(path)?;
    ensure!(maps.len() == 1, "{} holds {} maps, expected one", path.display(), maps.len());
    maps.pop().context("no map was read")
}

/// One of a query's maps.
type Kind = fn(&ImplicitAttention) -> &Vec<f32>;

/// The three kinds of map with their files' stems.
const KINDS: [(&str, Kind); 3] =
    [("content", |map| &map.content), ("position", |map| &map.position), ("total", |map| &map.total)];

fn write(layer: &LambdaTrace, [y, x]: [usize; 2], folder: &Path) -> Result<()> {
    let dims = &layer.dims;
    let (h, u, k, v) = (dims.heads, dims.intra, dims.key_depth, dims.value_depth);
    let size = [dims.context_height, dims.context_width];
    let query = |head| Query { y, x, head, u: 0 };
    let maps: Vec<Vec<ImplicitAttention>> = (0..h).map(|head| every_u(layer, query(head))).collect();
    let every = || maps.iter().enumerate().flat_map(|(head, maps)| maps.iter().map(move |map| (head, map)));

    // u has an axis of its own only where there is more than one.
    let shape: Vec<usize> = [h].into_iter().chain((u > 1).then_some(u)).chain(size).collect();
    let limit = every().flat_map(|(_, map)| KINDS.map(|(_, kind)| max_abs(kind(map)))).fold(0.0, f32::max);
    // Without a context of its own the query stands in the maps as well.
    let marked = (size == [dims.height, dims.width]).then_some([y, x]);
    for (name, kind) in KINDS {
        let data: Vec<f32> = every().flat_map(|(_, map)| kind(map)).copied().collect();
        npy::write(&folder.join(format!("{name}.npy")), &shape, &data)?;
        let panel = |(i, (head, map)): (usize, (usize, &ImplicitAttention))| Panel {
            title: if u > 1 { format!("head {head}, u {}", i % u) } else { format!("head {head}") },
            values: kind(map).clone(),
        };
        let title = format!("{name} map of {} for the query {y},{x}", layer.name);
        let panels = every().enumerate().map(panel).collect();
        let columns = if u > 1 { u } else { 4 };
        Figure { title, panels, size, columns, limit, marked }.write(&folder.join(format!("{name}.png")))?;
    }

    let keys = transposed(&normalised_keys(layer, query(0).n(layer)), u * k);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([k]).chain(size).collect();
    npy::write(&folder.join("key_maps.npy"), &shape, &keys)?;
    let panel = |(i, values): (usize, &[f32])| Panel {
        title: if u > 1 { format!("u {}, key {}", i / k, i % k) } else { format!("key {i}") },
        values: values.to_vec(),
    };
    let panels = keys.chunks_exact(size[0] * size[1]).enumerate().map(panel).collect();
    let title = format!("normalised keys of {}, each summing to 1", layer.name);
    let limit = max_abs(&keys);
    Figure { title, panels, size, columns: 8, limit, marked }.write(&folder.join("key_maps.png"))?;

    let lambdas = [
        ("lambda_content", content_lambda(layer, query(0)).into_owned()),
        ("lambda_position", position_lambda(layer, query(0))),
    ];
    let limit = lambdas.iter().map(|(_, lambda)| max_abs(lambda.data())).fold(0.0, f32::max);
    for (name, lambda) in lambdas {
        npy::write(&folder.join(format!("{name}.npy")), &[k, v], lambda.data())?;
        let title = format!("{} of {}: {k} keys by {v} values", name.replace('_', " "), layer.name);
        let panels = vec![Panel { title: String::new(), values: lambda.into_data() }];
        Figure { title, panels, size: [k, v], columns: 1, limit, marked: None }
            .write(&folder.join(format!("{name}.png")))?;
    }
    let bias: Vec<f32> = maps.iter().map(|maps| maps.first().map_or(0.0, |map| map.bias)).collect();
    npy::write(&folder.join("bias.npy"), &[h], &bias)?;
    let values = transposed(layer.value.data(), u * v);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([v]).chain(size).collect();
    npy::write(&folder.join("value.npy"), &shape, &values)?;
    let output = transposed(layer.output.data(), h * v);
    npy::write(&folder.join("output.npy"), &[h * v, dims.height, dims.width], &output)?;

    let proofs = (0..h).map(|head| Proof::of(layer, query(head), &reconstruct(layer, &maps[head])));
    let worst = proofs.max_by(|a, b| a.relative().total_cmp(&b.relative()));
    let worst = worst.context("the layer has no head")?;
    say(format!(
        "maps times values plus bias differ from the layer's output by {:.2e} at most, {:.2e} of its largest value",
        worst.difference,
        worst.relative()
    ))
}
