//! The project's own commands: `cargo xtask setup | build | serve | test | gpu | soak`.
//!
//! This file only reads the command line. What a command needs on the machine is in [`setup`], the page's build in
//! [`page`], [`modules`], [`offline`] and [`compress`], the local web server in [`server`], the checks in [`suites`], [`gpu`] and [`soak`].

mod compress;
mod debian;
mod gpu;
mod head;
mod modules;
mod offline;
mod page;
mod parts;
mod process;
mod project;
mod server;
mod setup;
mod soak;
mod steps;
mod suites;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;
use crate::setup::wasm_target::{Source, WasmTarget};
use crate::steps::Steps;
use crate::suites::Group;

/// Builds, serves and tests lambdascope. Whatever is missing is installed into `.tools/` first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    /// Where the standard library for wasm32-unknown-unknown comes from; `auto` asks rustup and falls back to Debian.
    #[arg(long, value_enum, default_value_t = Source::Auto, global = true)]
    wasm_target: Source,

    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building the page needs: the wasm32 target, Trunk, wasm-bindgen and wasm-opt.
    Setup,
    /// Build the release page into `dist/`.
    Build,
    /// Build the release page and serve it on this machine.
    Serve {
        /// The port on 127.0.0.1; 0 takes any free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Serve the `dist/` that is there.
        #[arg(long)]
        no_build: bool,
    },
    /// Run every check: formatting, clippy, native tests, tests in a browser, tests of the page.
    Test {
        /// Run one group only.
        #[arg(long, value_enum)]
        only: Option<Group>,
    },
    /// Test and time this machine's GPU, and write what comes of it as JSON, for `docs/devices.md`.
    Gpu {
        /// The file to write.
        #[arg(long, default_value = "gpu-report.json")]
        output: PathBuf,
    },
    /// Work one page for a quarter of an hour, in Chromium, and see that what it holds stays level.
    Soak {
        /// Work the page of the `dist/` that is there.
        #[arg(long)]
        no_build: bool,
        /// Options of `e2e/soak.mjs`, such as `-- --pictures 100`.
        #[arg(last = true)]
        options: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the task and returns whether the project is well: only checks can say no.
fn run(arguments: Arguments) -> Result<bool> {
    let project = Project::find()?;
    let source = arguments.wasm_target;
    match arguments.task {
        Task::Setup => {
            let mut steps = Steps::default();
            let target = WasmTarget::set_up(&project, source, &mut steps)?;
            setup::page_tools(&project, &mut steps)?;
            print!("Set up: {target}, tools in {}.\n{steps}", project.tools().display());
        }
        Task::Build => {
            build(&project, source)?;
        }
        Task::Serve { port, no_build } => {
            if !no_build {
                build(&project, source)?;
            }
            let server = server::Server::start(&project.dist(), port)?;
            println!("lambdascope is on {} (Ctrl+C stops it)", server.address());
            server.wait();
        }
        Task::Test { only } => return suites::run(&project, source, only),
        Task::Gpu { output } => return gpu::run(&project, &output),
        Task::Soak { no_build, options } => {
            if !no_build {
                build(&project, source)?;
            }
            return soak::run(&project, &options);
        }
    }
    Ok(true)
}

/// Builds the page and says what took how long.
fn build(project: &Project, source: Source) -> Result<()> {
    let mut steps = Steps::default();
    page::build(project, source, &mut steps)?;
    print!("Built {}.\n{steps}", project.dist().display());
    Ok(())
}
