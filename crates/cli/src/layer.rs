//! `layer`: one lambda layer from a state dict.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::backend::backend_name;
use crate::npy;
use crate::terminal::{note, say};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::builder::LayerSetting;
use lambdascope_core::nn::lambda_layer::{FIRST_TENSORS, LambdaLayer};
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::reader::Reader;
use lambdascope_core::nn::weights::Weights;
use lambdascope_core::tensor::Tensor;
use lambdascope_engine::{LayerEngine, Run};

/// How a lambda layer runs: what its state dict does not say has to be said here.
#[derive(clap::Args)]
pub struct LayerArguments {
    /// The context `[C, Hc, Wc]` (f32 .npy), if it is not the input.
    #[arg(long)]
    context: Option<PathBuf>,
    /// What each query sees: a mask `[n, m]` (u8 .npy), zero for what is hidden.
    #[arg(long, conflicts_with = "causal")]
    mask: Option<PathBuf>,
    /// Let each query see only itself and what comes before it, row by row.
    #[arg(long)]
    causal: bool,
    /// 2 for a layer that is followed by timm's average pooling.
    #[arg(long, default_value_t = 1)]
    stride: usize,
    /// The intra-depth u of a layer that has no position tensors to infer it from.
    #[arg(long)]
    intra_depth: Option<usize>,
    /// Switch the content lambda off.
    #[arg(long)]
    no_content: bool,
}

/// `layer`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The state dict (safetensors), with timm's or lambda-networks' tensor names, under a prefix or not.
    #[arg(long)]
    weights: PathBuf,
    /// `[N, C, H, W]` or `[C, H, W]` (f32 .npy).
    #[arg(long)]
    input: PathBuf,
    /// Where the output goes, with the same axes as the input.
    #[arg(long)]
    output: PathBuf,
    #[command(flatten)]
    layer: LayerArguments,
}

/// Runs the layer.
///
/// # Errors
/// If the files do not fit each other.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let (maps, batched) = npy::read_maps(&arguments.input)?;
    let mut engine = None;
    let mut outputs = Vec::with_capacity(maps.len());
    for map in &maps {
        let engine = match &mut engine {
            Some(engine) => engine,
            none => none.insert(load(&arguments.weights, &arguments.layer, map, choice)?),
        };
        outputs.push(pollster::block_on(engine.run(map))?.logits);
    }
    let Some(engine) = engine else { return Ok(()) };
    npy::write_maps(&arguments.output, engine.output_shape(), &outputs, batched)?;
    let report = engine.report();
    say(format!("{} ({}): {}", report.device, backend_name(report.backend), report.reason))
}

/// The layer, ready for inputs of this one's size.
///
/// # Errors
/// If the files do not fit each other.
pub fn load(
    weights: &PathBuf,
    arguments: &LayerArguments,
    input: &Tensor,
    choice: BackendChoice,
) -> Result<LayerEngine> {
    let bytes = fs::read(weights).with_context(|| format!("cannot read {}", weights.display()))?;
    let unusable = || format!("cannot use {}", weights.display());
    let dict = Weights::from_checkpoint(&bytes, &FIRST_TENSORS).with_context(unusable)?;
    let layer = LambdaLayer::from_state_dict(&mut Reader::new(&dict), "", arguments.intra_depth);
    let mut layer = layer.map_err(|cause| dict.locate(cause)).with_context(unusable)?;
    dict.notes().iter().for_each(note);
    layer.content = !arguments.no_content;
    let &[height, width, _] = input.shape() else { unreachable!("maps have three axes") };
    let context = match &arguments.context {
        None => None,
        Some(path) => {
            let (mut maps, _) = npy::read_maps(path)?;
            ensure!(maps.len() == 1, "{} holds {} maps, expected one", path.display(), maps.len());
            maps.pop()
        }
    };
    let context_map = context.as_ref().map(|context| [context.shape()[0], context.shape()[1]]);
    let mask = match &arguments.mask {
        None if arguments.causal => Mask::Causal,
        None => Mask::None,
        Some(path) => {
            let npy::Array { shape, data } = npy::read_mask(path)?;
            let expected = [height * width, context_map.map_or(height * width, |[y, x]| y * x)];
            ensure!(shape == expected, "{} has shape {shape:?}, expected {expected:?}", path.display());
            Mask::Given(data)
        }
    };
    let setting =
        LayerSetting { map: [height, width], context: context_map, mask, stride: arguments.stride, order: None };
    let engine = LayerEngine::new(&layer, &setting, input, context.as_ref(), choice);
    pollster::block_on(engine).with_context(unusable)
}

/// What one run of a layer leaves behind.
///
/// # Errors
/// If the files do not fit each other.
pub fn trace(weights: &PathBuf, arguments: &LayerArguments, input: &Tensor, choice: BackendChoice) -> Result<Run> {
    Ok(pollster::block_on(load(weights, arguments, input, choice)?.run(input))?)
}
