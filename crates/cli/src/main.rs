//! The command line: arguments, files and tables around the engine. It does no arithmetic on pictures or networks itself.
//!
//! Each command has a file of its own; `npy` and `figure` write what several of them write, `source` finds networks.

mod bench;
mod classify;
mod evaluate;
mod explain;
mod figure;
mod infer;
mod layer;
mod models;
mod npy;
mod precompute;
mod preprocess;
mod source;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::picture;
use lambdascope_engine::{Engine, Run};

/// Runs LambdaNetworks on the GPU or the CPU, and reads out what their lambda layers do.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Exit status: 0 on success, 1 on an error (one sentence on stderr), 2 on incorrect usage."
)]
struct Arguments {
    /// The backend that computes.
    #[arg(long, global = true, value_enum, default_value_t = Choice::Auto)]
    backend: Choice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    /// Whichever is faster, once its numbers have been checked.
    Auto,
    /// Vulkan, Metal or DX12, even where the CPU is faster.
    Gpu,
    /// The CPU.
    Cpu,
}

impl Choice {
    fn protocol(self) -> BackendChoice {
        match self {
            Self::Auto => BackendChoice::Auto,
            Self::Gpu => BackendChoice::Gpu,
            Self::Cpu => BackendChoice::Cpu,
        }
    }
}

/// Which network.
#[derive(Args, Clone)]
struct Model {
    /// A name that `models` lists, or a weights file; by default, the first network that `models` lists.
    #[arg(long)]
    model: Option<String>,
    /// A weights file for the network named by --model, in place of the one in the program, if it has one.
    #[arg(long)]
    weights: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// List the networks known by name.
    Models {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run one lambda layer from a timm or lambda-networks state dict.
    Layer(layer::Arguments),
    /// Run a network on a prepared tensor.
    Infer(infer::Arguments),
    /// Write what a network sees of a picture.
    Preprocess(preprocess::Arguments),
    /// Classify a picture.
    Classify(classify::Arguments),
    /// Measure accuracy over a folder of class folders.
    Evaluate(evaluate::Arguments),
    /// Write the maps, lambdas and output of one query of a lambda layer, or the weights and output of an attention layer.
    Explain(explain::Arguments),
    /// Write the answers for sample pictures as files, which the page shows until its engine has loaded.
    Precompute(precompute::Arguments),
    /// Time a network.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // One sentence: what an error returned from here would print is a list of causes, and may be a backtrace.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the process was started with.
///
/// # Errors
/// If a file cannot be read, does not hold what it should, or the engine cannot start.
fn run() -> Result<()> {
    let Arguments { backend, command } = Arguments::parse();
    let choice = backend.protocol();
    let done = match command {
        Command::Models { json } => models::run(json),
        Command::Layer(arguments) => layer::run(&arguments, choice),
        Command::Infer(arguments) => infer::run(&arguments, choice),
        Command::Preprocess(arguments) => preprocess::run(&arguments),
        Command::Classify(arguments) => classify::run(&arguments, choice),
        Command::Evaluate(arguments) => evaluate::run(&arguments, choice),
        Command::Explain(arguments) => explain::run(&arguments, choice),
        Command::Precompute(arguments) => precompute::run(&arguments, choice),
        Command::Bench(arguments) => bench::run(&arguments, choice),
    };
    match done {
        // Whoever reads the output has had enough of it, as `head` does.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        done => done,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// A line on stdout. `println!` would panic when stdout is closed.
fn say(line: impl AsRef<str>) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_ref().as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Gpu => "gpu",
        Backend::Cpu => "cpu",
    }
}

/// The bar of long work, on stderr.
fn progress(length: usize) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta} left")?;
    Ok(ProgressBar::new(length as u64).with_style(style))
}

fn decode(image: &Path) -> Result<picture::Picture> {
    let bytes = std::fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
    lambdascope_picture::decode(&bytes).with_context(|| format!("cannot decode {}", image.display()))
}

/// The network's answer to a tensor `[H, W, 3]`; what the engine has to say of it goes to stderr.
fn answer(engine: &mut Engine, input: &lambdascope_core::tensor::Tensor) -> Result<Run> {
    let run = pollster::block_on(engine.run(input))?;
    if let Some(notice) = engine.take_notice() {
        eprintln!("{notice}");
    }
    Ok(run)
}

/// A query's place, `Y,X`.
fn place(text: &str) -> Result<[usize; 2], String> {
    let expected = || format!("expected Y,X such as 3,5, found `{text}`");
    let (y, x) = text.split_once(',').ok_or_else(expected)?;
    match (y.trim().parse(), x.trim().parse()) {
        (Ok(y), Ok(x)) => Ok([y, x]),
        _ => Err(expected()),
    }
}
