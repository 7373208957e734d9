//! The command line: arguments, files and tables around the engine. It does no arithmetic on pictures or networks itself.
//!
//! Each command has a file of its own; `source` finds networks, `input` and `labelled` read what else they are given, `backend` has the
//! engine answer, and `npy`, `figure` and `terminal` write what several of them write.

mod ablate;
mod backend;
mod bench;
mod classify;
mod cost;
mod evaluate;
mod evidence;
mod explain;
mod figure;
mod infer;
mod input;
mod labelled;
mod layer;
mod models;
mod npy;
mod precompute;
mod preprocess;
mod source;
mod terminal;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

use crate::backend::Choice;

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
    Evaluate(labelled::Arguments),
    /// Measure accuracy with parts of the lambda layers switched off.
    Ablate(labelled::Arguments),
    /// Write the maps, lambdas and output of one query of a lambda layer, or the weights and output of an attention layer.
    Explain(explain::Arguments),
    /// Write what each position of the last map adds to a class's logit.
    Evidence(evidence::Arguments),
    /// Write the answers for sample pictures as files, which the page shows until its engine has loaded.
    Precompute(precompute::Arguments),
    /// Time a network.
    Bench(bench::Arguments),
    /// Time one layer on maps of growing size: lambda layers, attention with and without its map stored, a convolution.
    Cost(cost::Arguments),
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
        Command::Ablate(arguments) => ablate::run(&arguments, choice),
        Command::Explain(arguments) => explain::run(&arguments, choice),
        Command::Evidence(arguments) => evidence::run(&arguments, choice),
        Command::Precompute(arguments) => precompute::run(&arguments, choice),
        Command::Bench(arguments) => bench::run(&arguments, choice),
        Command::Cost(arguments) => cost::run(&arguments, choice),
    };
    match done.map_err(anyhow::Error::downcast::<clap::Error>) {
        // As clap tells of what it finds itself, with the usage.
        Err(Ok(usage)) => usage.format(&mut Arguments::command()).exit(),
        // Whoever reads the output has had enough of it, as `head` does.
        Err(Err(error)) if is_broken_pipe(&error) => Ok(()),
        Err(Err(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
