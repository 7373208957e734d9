//! `bench`: how long a network takes from its file to its numbers, and how much memory it holds.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::backend::{answer, backend_name, many};
use crate::source::{self, Model};
use crate::terminal::say;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::description::check_picture;
use lambdascope_core::nn::graph::{ContextBytes, padded};
use lambdascope_core::nn::liveness;
use lambdascope_core::picture;
use lambdascope_core::tensor::Tensor;
use lambdascope_engine::{Engine, OpTime};

/// `bench`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// How many runs to time after the first one.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Pictures that are given at once where pictures a second are measured.
const AT_ONCE: usize = 16;

#[derive(Serialize)]
struct Benched {
    model: String,
    backend: &'static str,
    device: String,
    /// Of the picture that it ran on, in pixels.
    side: usize,
    /// Reading the file, checking it, building the graph.
    load_ms: f64,
    /// Buffers and shaders on the GPU; arrays on the CPU.
    compile_ms: f64,
    first_run_ms: f64,
    fastest_ms: f64,
    median_ms: f64,
    p95_ms: f64,
    runs: u32,
    /// With so many pictures given at once, and nothing but their logits read back.
    at_once: usize,
    pictures_per_second: f64,
    macs: u64,
    gflops: f64,
    parameters: u64,
    /// Weights as they lie ready for the kernels.
    weight_bytes: u64,
    /// The arrays between kernels, shared by liveness.
    activation_bytes: u64,
    /// What attention maps and lambdas would take if they were built; they never are.
    context_bytes: ContextBytes,
    /// On the CPU, and on a GPU that has timestamps.
    kernels: Option<Vec<Kernel>>,
}

/// What all calls of one kernel take together.
#[derive(Serialize)]
struct Kernel {
    kernel: &'static str,
    calls: usize,
    milliseconds: f64,
}

/// Times the network.
///
/// # Errors
/// If the network cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let started = Instant::now();
    let network = source::network(&arguments.model)?;
    let load_ms = started.elapsed().as_secs_f64() * 1e3;
    let mut engine = pollster::block_on(Engine::new(network, choice))?;
    let side = engine.size()[0];
    let rgb = check_picture(side);
    let input = engine.network().description.input.normalise(&picture::Picture { width: side, height: side, rgb });
    let mut times = Vec::with_capacity(arguments.runs as usize);
    for _ in 0..arguments.runs {
        times.push(answer(&mut engine, &input)?.milliseconds);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let pictures_per_second = throughput(&mut engine, &input)?;
    ensure!(engine.take_notice().is_none(), "the backend changed during the measurement");
    let kernels = kernels(&mut engine, &padded(&input))?;
    let graph = engine.graph();
    let bytes = |length: usize| (length * size_of::<f32>()) as u64;
    let startup = engine.startup();
    let benched = Benched {
        model: engine.network().description.name.clone(),
        backend: backend_name(engine.report().backend),
        device: engine.report().device.clone(),
        side,
        load_ms,
        compile_ms: startup.compile,
        first_run_ms: startup.first_run,
        fastest_ms: at(0.0),
        median_ms: at(0.5),
        p95_ms: at(0.95),
        runs: arguments.runs,
        at_once: AT_ONCE,
        pictures_per_second,
        macs: graph.macs(),
        gflops: 2.0 * graph.macs() as f64 / at(0.5) / 1e6,
        parameters: engine.network().parameters(),
        weight_bytes: bytes(graph.constants.iter().map(lambdascope_core::tensor::Tensor::len).sum()),
        activation_bytes: bytes(liveness::assign(graph, &graph.traced()).lengths.iter().sum()),
        context_bytes: graph.context_bytes(),
        kernels,
    };
    if arguments.json {
        return say(serde_json::to_string_pretty(&benched)?);
    }
    let b = &benched;
    say(format!(
        "{} on {} ({}), {} parameters, {:.3} GMACs",
        b.model,
        b.device,
        b.backend,
        b.parameters,
        b.macs as f64 / 1e9
    ))?;
    say(format!("load {:.0} ms, compile {:.0} ms, first run {:.1} ms", b.load_ms, b.compile_ms, b.first_run_ms))?;
    say(format!("{:.2} ms median, {:.2} ms p95 of {} runs: {:.1} GFLOP/s", b.median_ms, b.p95_ms, b.runs, b.gflops))?;
    say(format!("{:.1} pictures a second, {} at once", b.pictures_per_second, b.at_once))?;
    say(format!(
        "memory: weights {:.1} MB, activations {:.1} MB",
        b.weight_bytes as f64 / 1e6,
        b.activation_bytes as f64 / 1e6
    ))?;
    let ContextBytes { attention_maps, lambdas } = b.context_bytes;
    say(format!(
        "never built: attention maps {:.2} MB, lambdas {:.2} MB",
        attention_maps as f64 / 1e6,
        lambdas as f64 / 1e6
    ))?;
    for Kernel { kernel, calls, milliseconds } in b.kernels.iter().flatten() {
        say(format!("{milliseconds:>9.3} ms  {kernel}, {calls} calls"))?;
    }
    Ok(())
}

/// Pictures a second where several are given at once: the better of two times, since the first may still warm something up.
fn throughput(engine: &mut Engine, input: &Tensor) -> Result<f64> {
    let inputs = vec![input.clone(); AT_ONCE];
    let mut best = 0.0f64;
    for _ in 0..2 {
        let started = Instant::now();
        many(engine, &inputs)?;
        best = best.max(AT_ONCE as f64 / started.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// The time of each kernel, the longest first; none on a GPU without timestamps.
fn kernels(engine: &mut Engine, picture: &[f32]) -> Result<Option<Vec<Kernel>>> {
    let Some(times) = pollster::block_on(engine.profile(picture))? else { return Ok(None) };
    let mut kernels: Vec<Kernel> = Vec::new();
    for OpTime { kernel, nanoseconds, .. } in times {
        let milliseconds = nanoseconds / 1e6;
        match kernels.iter_mut().find(|known| known.kernel == kernel) {
            Some(known) => {
                known.calls += 1;
                known.milliseconds += milliseconds;
            }
            None => kernels.push(Kernel { kernel, calls: 1, milliseconds }),
        }
    }
    kernels.sort_by(|a, b| b.milliseconds.total_cmp(&a.milliseconds));
    Ok(Some(kernels))
}
