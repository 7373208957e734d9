//! Convolution tiles, and the whole network, on whatever adapter there is: `cargo bench --bench kernels`.
//!
//! Prints milliseconds and GFLOP/s of each tile for the shapes a small LambdaResNet is made of, so that
//! `kernels::conv::Params::tile` can be checked against a device. A run includes its submit and an almost empty readback;
//! the same convolution is repeated in one run to make that small.

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    native::main()
}

#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
mod native {
    use std::sync::Arc;
    use std::time::Instant;

    use anyhow::{Context, Result};
    use lambdascope::gpu::{Device, Session};
    use lambdascope::kernels::conv::{Params, Tile};
    use lambdascope::nn::graph::{Graph, Op, Value};
    use lambdascope::nn::network::Network;
    use lambdascope::tensor::Tensor;

    /// How often one run repeats a convolution.
    const REPEATS: usize = 8;
    /// Runs of which the fastest counts.
    const RUNS: usize = 7;

    /// Rows and columns of the tiles to try; `*` marks the one that would be chosen.
    const TILES: [[u32; 2]; 7] = [[8, 2], [8, 1], [4, 2], [4, 1], [2, 2], [2, 1], [1, 1]];

    /// Side of the map, channels in, channels out, kernel, stride.
    const SHAPES: [[u32; 5]; 8] = [
        [64, 24, 32, 3, 1],
        [32, 64, 32, 1, 1],
        [32, 32, 32, 3, 1],
        [32, 32, 128, 1, 1],
        [16, 256, 64, 1, 1],
        [16, 64, 64, 3, 1],
        [8, 512, 128, 1, 1],
        [8, 128, 512, 1, 1],
    ];

    /// Prints every measurement.
    pub fn main() -> Result<()> {
        pollster::block_on(async {
            let device = Device::request().await?;
            println!("on {}", device.adapter());
            for shape in SHAPES {
                let params = params(shape);
                let [side, channels, out, kernel, _] = shape;
                println!("{side}² {channels} → {out}, {kernel}×{kernel}");
                for [rows, columns] in TILES {
                    let tile = Tile { rows, columns };
                    let graph = Arc::new(graph(params)?);
                    let last = graph.logits;
                    let session = Session::with_tiles(&device, Arc::clone(&graph), &[last], |_| tile).await;
                    let milliseconds = fastest(session?, last).await? / REPEATS as f64;
                    let chosen = if tile == params.tile() { '*' } else { ' ' };
                    let rate = 2.0 * params.macs() as f64 / milliseconds / 1e6;
                    println!("  {rows}×{columns}{chosen} {milliseconds:8.3} ms {rate:8.2} GFLOP/s");
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
            unused: 0,
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
