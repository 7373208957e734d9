//! The command line: arguments, files and tables around the [`Engine`]. No arithmetic on pictures or networks is here.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::engine::{Engine, Run, ranked_softmax};
use crate::nn::network::Network;
use crate::picture;
use crate::protocol::{Backend, BackendChoice, Prediction};

/// LambdaNetworks with the page's own engine.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The weights file; by default the network that the project ships.
    #[arg(long, global = true, default_value = "www/weights/lambda_resnet_mini.safetensors")]
    model: PathBuf,
    /// What computes.
    #[arg(long, global = true, value_enum, default_value_t = Choice::Auto)]
    backend: Choice,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    Auto,
    Gpu,
    Cpu,
}

#[derive(Subcommand)]
enum Command {
    /// Name the classes of a picture.
    Classify {
        /// The picture.
        #[arg(long)]
        image: PathBuf,
        /// How many classes to print.
        #[arg(long, default_value_t = 5)]
        top: usize,
    },
    /// Measure accuracy over a folder of class folders: DIR/<class>/*.{webp,jpg,jpeg,png}.
    Evaluate {
        /// The folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Time the network on the chosen backend.
    Bench {
        /// How often it runs after a warm-up.
        #[arg(long, default_value_t = 30)]
        runs: usize,
    },
}

#[derive(Serialize)]
struct Classified {
    backend: &'static str,
    predictions: Vec<Prediction>,
    ms: f64,
}

#[derive(Serialize)]
struct Evaluated {
    top1: f64,
    top5: f64,
    images: usize,
    images_per_second: f64,
    backend: &'static str,
}

#[derive(Serialize)]
struct Benched {
    backend: &'static str,
    device: String,
    median_ms: f64,
    p95_ms: f64,
    runs: usize,
    macs: u64,
    parameters: u64,
}

/// Runs the command that the process was started with.
///
/// # Errors
/// If a file cannot be read, does not hold what it should, or the engine cannot start.
pub fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let bytes = fs::read(&arguments.model).with_context(|| format!("cannot read {}", arguments.model.display()))?;
    let network =
        Network::from_safetensors(&bytes).with_context(|| format!("cannot use {}", arguments.model.display()))?;
    let choice = match arguments.backend {
        Choice::Auto => BackendChoice::Auto,
        Choice::Gpu => BackendChoice::Gpu,
        Choice::Cpu => BackendChoice::Cpu,
    };
    let mut engine = pollster::block_on(Engine::new(network, choice))?;
    match arguments.command {
        Command::Classify { image, top } => classify(&mut engine, &image, top, arguments.json),
        Command::Evaluate { data } => evaluate(&mut engine, &data, arguments.json),
        Command::Bench { runs } => bench(&mut engine, runs, arguments.json),
    }
}

fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Gpu => "gpu",
        Backend::Cpu => "cpu",
    }
}

/// The network's answer to a file.
fn run(engine: &mut Engine, image: &Path) -> Result<Run> {
    let bytes = fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
    let picture = picture::decode(&bytes).with_context(|| format!("cannot decode {}", image.display()))?;
    let (_, input) = engine.prepare(&picture).with_context(|| format!("cannot use {}", image.display()))?;
    let run = pollster::block_on(engine.run(&input))?;
    if let Some(notice) = engine.take_notice() {
        eprintln!("{notice}");
    }
    Ok(run)
}

fn classify(engine: &mut Engine, image: &Path, top: usize, json: bool) -> Result<()> {
    let Run { logits, backend, milliseconds: ms, .. } = run(engine, image)?;
    let labels = &engine.network().description.labels;
    let predictions: Vec<Prediction> = ranked_softmax(&logits)
        .into_iter()
        .take(top)
        .map(|(i, probability)| Prediction { label: labels[i].clone(), probability })
        .collect();
    let classified = Classified { backend: backend_name(backend), predictions, ms };
    if json {
        println!("{}", serde_json::to_string_pretty(&classified)?);
    } else {
        for Prediction { label, probability } in &classified.predictions {
            println!("{:>6.2} %  {label}", probability * 100.0);
        }
        println!("{} ({}), {ms:.1} ms", engine.report().device, classified.backend);
    }
    Ok(())
}

fn evaluate(engine: &mut Engine, data: &Path, json: bool) -> Result<()> {
    let files = labelled_files(data, &engine.network().description.labels)?;
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta} left")?;
    let progress = ProgressBar::new(files.len() as u64).with_style(style);
    let (mut top1, mut top5, mut last) = (0usize, 0usize, engine.report().backend);
    let started = std::time::Instant::now();
    for (seen, (path, label)) in files.iter().enumerate() {
        let Run { logits, backend, .. } = run(engine, path)?;
        let ranked = ranked_softmax(&logits);
        let rank = ranked.iter().position(|(i, _)| i == label).unwrap_or(usize::MAX);
        top1 += usize::from(rank == 0);
        top5 += usize::from(rank < 5);
        last = backend;
        progress.set_message(format!("top-1 {:.2} %", 100.0 * top1 as f64 / (seen + 1) as f64));
        progress.inc(1);
    }
    progress.finish_and_clear();
    let images = files.len();
    let evaluated = Evaluated {
        top1: top1 as f64 / images as f64,
        top5: top5 as f64 / images as f64,
        images,
        images_per_second: images as f64 / started.elapsed().as_secs_f64(),
        backend: backend_name(last),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&evaluated)?);
    } else {
        let Evaluated { top1, top5, images_per_second, backend, .. } = evaluated;
        println!(
            "top-1 {:.2} %, top-5 {:.2} % over {images} images, {images_per_second:.0} images/s ({backend})",
            top1 * 100.0,
            top5 * 100.0
        );
    }
    Ok(())
}

/// Every picture below `data` with the index of its folder's name among the labels, in a fixed order.
fn labelled_files(data: &Path, labels: &[String]) -> Result<Vec<(PathBuf, usize)>> {
    let mut files = Vec::new();
    let folders = fs::read_dir(data).with_context(|| format!("cannot list {}", data.display()))?;
    for folder in folders {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        let class = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(label) = labels.iter().position(|l| *l == class) else {
            bail!("the folder {} is not one of the network's classes: {}", folder.display(), labels.join(", "));
        };
        for file in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = file?.path();
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if ["webp", "jpg", "jpeg", "png"].contains(&extension.as_str()) {
                files.push((path, label));
            }
        }
    }
    ensure!(!files.is_empty(), "{} holds no class folder with pictures", data.display());
    files.sort();
    Ok(files)
}

fn bench(engine: &mut Engine, runs: usize, json: bool) -> Result<()> {
    ensure!(runs > 0, "--runs must be at least 1, found 0");
    let side = engine.network().description.input.crop;
    let rgb = crate::nn::description::check_picture(side);
    let input = engine.network().description.input.normalise(&picture::Picture { width: side, height: side, rgb });
    let mut times = Vec::with_capacity(runs);
    for warm in 0..=runs {
        let run = pollster::block_on(engine.run(&input))?;
        if warm > 0 {
            times.push(run.milliseconds);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let benched = Benched {
        backend: backend_name(engine.report().backend),
        device: engine.report().device.clone(),
        median_ms: at(0.5),
        p95_ms: at(0.95),
        runs,
        macs: engine.graph().macs(),
        parameters: engine.network().parameters(),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&benched)?);
    } else {
        let Benched { backend, device, median_ms, p95_ms, macs, parameters, .. } = benched;
        println!(
            "{median_ms:.2} ms median, {p95_ms:.2} ms p95 of {runs} runs on {device} ({backend}); \
             {parameters} parameters, {:.1} M multiplications",
            macs as f64 / 1e6
        );
    }
    Ok(())
}
