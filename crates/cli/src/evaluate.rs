//! `evaluate`: accuracy over a folder of class folders.

use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::backend::{backend_name, many};
use crate::input::decode;
use crate::labelled::{Arguments, Labelled, labelled_files, rank_of};
use crate::source;
use crate::terminal::{progress, say};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::ablations::Hits;
use lambdascope_engine::Engine;

/// Pictures that the network is given at once: enough for a GPU to have no pause, few enough to see the progress.
const AT_ONCE: usize = 16;

#[derive(Serialize)]
struct Evaluated {
    top1: f64,
    top5: f64,
    images: usize,
    passed_over: usize,
    images_per_second: f64,
    backend: &'static str,
}

/// Runs the network on every picture.
///
/// # Errors
/// If a folder is not named after a class of the network, or a picture cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let network = source::network(&arguments.model)?;
    let Labelled { files, passed_over } = labelled_files(&arguments.data, &network.description.labels)?;
    let mut engine = pollster::block_on(Engine::new(network, choice))?;
    let bar = progress(files.len())?;
    let mut hits = Hits::default();
    let started = Instant::now();
    let mut seen = 0;
    for some in files.chunks(AT_ONCE) {
        let inputs = some.iter().map(|(path, _)| {
            let prepared = engine.prepare(&decode(path)?).with_context(|| format!("cannot use {}", path.display()));
            Ok(prepared?.1)
        });
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        for ((_, label), logits) in some.iter().zip(many(&mut engine, &inputs)?) {
            hits.add(rank_of(*label, &logits));
        }
        seen += some.len() as u64;
        bar.set_message(format!("top-1 {:.2} %", 100.0 * hits.top1_of(seen)));
        bar.inc(some.len() as u64);
    }
    bar.finish_and_clear();
    let images = files.len();
    let evaluated = Evaluated {
        top1: hits.top1_of(images as u64),
        top5: hits.top5_of(images as u64),
        images,
        passed_over,
        images_per_second: images as f64 / started.elapsed().as_secs_f64(),
        backend: backend_name(engine.report().backend),
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
