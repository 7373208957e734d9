//! Convolution tiles, and the whole network, on whatever adapter there is:
//!
//!     cargo bench --profile dev --bench kernels                          (on the native adapter)
//!     cargo bench --profile dev --bench kernels -- --cpu                 (the CPU's twin alone)
//!     cargo bench --profile dev --bench kernels -- --write cases.json    (for the browser: e2e/conv_bench.mjs)
//!
//! Prints milliseconds and GFLOP/s of each tile for shapes of the shipped network and of timm's lambda_resnet26t at 256
//! pixels, so that `kernels::conv::Strategy` can be checked against a device; `*` marks the tiles it chooses. A run
//! includes its submit and an almost empty readback; the same convolution is repeated in one run to make that small.

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    native::main()
}

#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
mod native {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Instant;

    use anyhow::{Context, Result};
    use lambdascope_core::kernels::conv::{Memory, Params, Strategy, TILES, Tile, shader};
    use lambdascope_core::nn::graph::{Graph, Op, Value};
    use lambdascope_core::nn::network::Network;
    use lambdascope_core::tensor::Tensor;
    use lambdascope_engine::cpu::conv::Conv;
    use lambdascope_engine::gpu::{Device, Session};
    use serde_json::json;

    /// How often one run repeats a convolution.
    const REPEATS: usize = 8;
    /// Runs of which the fastest counts.
    const RUNS: usize = 7;

    /// Side of the map, channels in, channels out, kernel, stride.
    const SHAPES: [[u32; 5]; 12] = [
        // lambda_resnet_mini at 128 pixels.
        [64, 24, 32, 3, 1],
        [32, 32, 128, 1, 1],
        [16, 256, 64, 1, 1],
        [8, 512, 128, 1, 1],
        // lambda_resnet26t at 256 pixels.
        [256, 4, 24, 3, 2],
        [128, 32, 64, 3, 1],
        [64, 64, 256, 1, 1],
        [32, 128, 128, 3, 1],
        [16, 1024, 256, 1, 1],
        [16, 256, 144, 1, 1],
        [16, 512, 2048, 1, 2],
        [8, 2048, 512, 1, 1],
    ];

    /// Every choice there is for a device.
    const STRATEGIES: [Strategy; 5] =
        [Strategy::SOFTWARE, Strategy::SOFTWARE_QUADS, Strategy::GPU[0], Strategy::GPU[1], Strategy::GPU[2]];

    /// Prints every measurement.
    pub fn main() -> Result<()> {
        if std::env::args().any(|argument| argument == "--cpu") {
            for shape in SHAPES {
                let params = params(shape);
                let milliseconds = on_the_cpu(&params)?;
                println!("{:40} {milliseconds:8.3} ms {:8.2} GFLOP/s", name(shape), rate(&params, milliseconds));
            }
            return Ok(());
        }
        let mut arguments = std::env::args().skip_while(|argument| argument != "--write").skip(1);
        if let Some(path) = arguments.next() {
            return write(&path);
        }
        pollster::block_on(async {
            let device = Device::request().await?;
            println!("on {}", device.adapter());
            for shape in SHAPES {
                let params = params(shape);
                let chosen = STRATEGIES.map(|strategy| strategy.way(&params).tile);
                println!("{}", name(shape));
                let milliseconds = on_the_cpu(&params)?;
                println!("  CPU twin       {milliseconds:8.3} ms {:8.2} GFLOP/s", rate(&params, milliseconds));
                for tile in TILES {
                    if tile.memory == Memory::Quads && !device.has_subgroups() {
                        continue;
                    }
                    let Tile { memory, rows, columns } = tile;
                    let graph = Arc::new(graph(params)?);
                    let last = graph.logits;
                    let session = Session::with_ways(&device, Arc::clone(&graph), &[last], |_| tile.into()).await;
                    let milliseconds = fastest(session?, last).await? / REPEATS as f64;
                    let mark = if chosen.contains(&tile) { '*' } else { ' ' };
                    let rate = rate(&params, milliseconds);
                    println!("  {rows}×{columns} {memory:?}{mark} {milliseconds:8.3} ms {rate:8.2} GFLOP/s");
                }
            }

            let weights = include_bytes!("../www/weights/lambda_resnet_mini.safetensors");
            let graph = Arc::new(Network::from_safetensors(weights)?.graph([128; 2])?);
            let logits = graph.logits;
            let milliseconds = fastest(Session::new(&device, Arc::clone(&graph), &[logits]).await?, logits).await?;
            println!("lambda_resnet_mini, 128²: {milliseconds:.1} ms, {} kernels", graph.ops.len());
            Ok(())
        })
    }

    fn name([side, channels, out, kernel, stride]: [u32; 5]) -> String {
        format!("{side}² {channels} → {out}, {kernel}×{kernel}, stride {stride}")
    }

    /// GFLOP/s.
    fn rate(params: &Params, milliseconds: f64) -> f64 {
        2.0 * params.macs() as f64 / milliseconds / 1e6
    }

    /// Milliseconds of the fastest of the CPU's runs.
    fn on_the_cpu(params: &Params) -> Result<f64> {
        let graph = graph(*params)?;
        let input = vec![0.25; graph.values[graph.input].len()];
        let [weights, bias] = [0, 1].map(|i| graph.constants[i].data());
        let mut output = vec![0.0; graph.values[graph.logits].len()];
        let conv = Conv::new(params, weights);
        let times = (0..=RUNS).map(|_| {
            let start = Instant::now();
            conv.run(&input, bias, None, &mut output);
            start.elapsed().as_secs_f64() * 1e3
        });
        times.skip(1).min_by(f64::total_cmp).context("no run was timed")
    }

    /// Every shape with every tile, as what a page needs to run it.
    fn write(path: &str) -> Result<()> {
        let case = |shape, tile: Tile| {
            let params = params(shape);
            let shader = shader(tile.into());
            let overrides: BTreeMap<_, _> = shader.overrides.iter().copied().collect();
            let Tile { memory, rows, columns } = tile;
            let mark = if Strategy::SOFTWARE_QUADS.way(&params).tile == tile { "*" } else { "" };
            json!({
                "shape": name(shape),
                "tile": format!("{rows}×{columns} {memory:?}{mark}"),
                "source": shader.source,
                "overrides": overrides,
                "grid": params.grid(tile.into()),
                "params": bytemuck::cast_slice::<_, u32>(&[params]),
                "macs": params.macs(),
            })
        };
        let cases: Vec<_> = SHAPES.iter().flat_map(|&shape| TILES.map(|tile| case(shape, tile))).collect();
        std::fs::write(path, serde_json::to_string(&cases)?).with_context(|| format!("{path} cannot be written"))
    }

    fn params([side, in_channels, out_channels, kernel, stride]: [u32; 5]) -> Params {
        Params {
            in_height: side,
            in_width: side,
            in_channels,
            out_height: side / stride,
            out_width: side / stride,
            out_channels,
            kernel,
            stride,
            padding: kernel / 2,
            activation: 1,
            residual: 0,
            parts: 1,
        }
    }

    /// The same convolution of the same input, [`REPEATS`] times.
    fn graph(params: Params) -> Result<Graph> {
        let value = |name: &str, height: u32, width: u32, channels: u32| Value {
            name: name.into(),
            shape: [height, width, channels].map(|n| n as usize),
        };
        let depth = (params.kernel * params.kernel * params.in_channels) as usize;
        let out = params.out_channels as usize;
        let mut graph = Graph {
            values: vec![value("input", params.in_height, params.in_width, params.in_channels)],
            constants: vec![
                Tensor::new([depth, out], (0..depth * out).map(|i| (i % 7) as f32 - 3.0).collect())?,
                Tensor::zeros([out]),
            ],
            ..Graph::default()
        };
        for _ in 0..REPEATS {
            graph.values.push(value("output", params.out_height, params.out_width, params.out_channels));
            let output = graph.values.len() - 1;
            graph.ops.push(Op::Conv { params, input: 0, weights: 0, bias: 1, residual: None, output });
            graph.logits = output;
        }
        Ok(graph)
    }

    /// Milliseconds of the fastest run after one to warm up.
    async fn fastest(mut session: Session, wanted: usize) -> Result<f64> {
        let input = vec![0.25; session.graph().values[session.graph().input].len()];
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..=RUNS {
            let start = Instant::now();
            session.run(&input, &[wanted]).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times[1..].iter().copied().min_by(f64::total_cmp).context("no run was timed")
    }
}
