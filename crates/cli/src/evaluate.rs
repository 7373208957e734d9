//! `evaluate`: accuracy over a folder of class folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::backend::{answer, backend_name};
use crate::input::decode;
use crate::source::{self, Model};
use crate::terminal::{progress, say};
use lambdascope_core::backend::BackendChoice;
use lambdascope_engine::{Engine, Run, ranked_softmax};

/// `evaluate`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The folder: DIR/<class>/*.{webp,jpg,jpeg,png}. A class is one of the network's labels (case is ignored, and `_`
    /// counts as a space) or its index.
    #[arg(long)]
    data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Evaluated {
    top1: f64,
    top5: f64,
    images: usize,
    images_per_second: f64,
    backend: &'static str,
}

/// Runs the network on every picture.
///
/// # Errors
/// If a folder is not named after a class of the network, or a picture cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let network = source::network(&arguments.model)?;
    let files = labelled_files(&arguments.data, &network.description.labels)?;
    let mut engine = pollster::block_on(Engine::new(network, choice))?;
    let bar = progress(files.len())?;
    let (mut top1, mut top5, mut last) = (0usize, 0usize, engine.report().backend);
    let started = Instant::now();
    for (seen, (path, label)) in files.iter().enumerate() {
        let input = engine.prepare(&decode(path)?).with_context(|| format!("cannot use {}", path.display()))?.1;
        let Run { logits, backend, .. } = answer(&mut engine, &input)?;
        let rank = ranked_softmax(&logits).iter().position(|(i, _)| i == label).unwrap_or(usize::MAX);
        top1 += usize::from(rank == 0);
        top5 += usize::from(rank < 5);
        last = backend;
        bar.set_message(format!("top-1 {:.2} %", 100.0 * top1 as f64 / (seen + 1) as f64));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let images = files.len();
    let evaluated = Evaluated {
        top1: top1 as f64 / images as f64,
        top5: top5 as f64 / images as f64,
        images,
        images_per_second: images as f64 / started.elapsed().as_secs_f64(),
        backend: backend_name(last),
    };
    if arguments.json {
        return say(serde_json::to_string_pretty(&evaluated)?);
    }
    let Evaluated { top1, top5, images_per_second, backend, .. } = evaluated;
    say(format!(
        "top-1 {:.2} %, top-5 {:.2} % over {images} images, {images_per_second:.0} images/s ({backend})",
        top1 * 100.0,
        top5 * 100.0
    ))
}

/// Every picture below `data` with its class's index, in a fixed order.
fn labelled_files(data: &Path, labels: &[String]) -> Result<Vec<(PathBuf, usize)>> {
    let plain = |label: &str| label.replace('_', " ").to_lowercase();
    let class_of = |folder: &str| {
        let named = labels.iter().position(|label| plain(label) == plain(folder));
        named.or_else(|| folder.parse().ok().filter(|index| *index < labels.len()))
    };
    let mut files = Vec::new();
    let folders = fs::read_dir(data).with_context(|| format!("cannot list {}", data.display()))?;
    for folder in folders {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        let Some(label) = class_of(&folder.file_name().unwrap_or_default().to_string_lossy()) else {
            let some = labels.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!(
                "the folder {} is not named after any of the network's {} classes ({some} …)",
                folder.display(),
                labels.len()
            );
        };
        for file in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = file?.path();
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if ["webp", "jpg", "jpeg", "png"].contains(&extension.as_str()) {
                files.push((path, label));
            }
        }
    }
    ensure!(!files.is_empty(), "{} contains no class folder with pictures", data.display());
    files.sort();
    Ok(files)
}
