//! Each shader but the lambda layer's (see `lambda_cases.rs`) against its CPU twin: the cases and how one is checked, for the native and the browser's test.
//!
//! A case is a graph of one or two kernels, run by a session and by the CPU's executor on the same numbers.

use std::sync::Arc;

use half::f16;
use lambdascope_core::kernels::{Activation, conv, max_pool, mean_pool, pool_affine};
use lambdascope_core::nn::graph::{Graph, Op, Value, ValueId};
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{cpu, gpu};

/// Two sides agree when max|a − b| ≤ this · max|b|.
pub const TOLERANCE: f32 = 1e-4;

/// One kernel's geometry; sizes as in its parameters.
#[derive(Clone, Copy, Debug)]
pub enum Case {
    Conv {
        height: u32,
        width: u32,
        channels: u32,
        out: u32,
        kernel: u32,
        stride: u32,
        padding: u32,
        activation: Activation,
        residual: bool,
        way: conv::Way,
    },
    MaxPool {
        height: u32,
        width: u32,
        channels: u32,
    },
    MeanPool {
        height: u32,
        width: u32,
        channels: u32,
    },
    PoolAffine {
        height: u32,
        width: u32,
        channels: u32,
        pool: u32,
        activation: Activation,
    },
}

/// A fixed list that reaches every kernel, tile, activation and edge.
pub fn fixed() -> Vec<Case> {
    let mut cases = Vec::new();
    let activations = [Activation::None, Activation::Relu, Activation::Silu].into_iter().cycle();
    for (tile, activation) in conv::TILES.into_iter().zip(activations) {
        let cut =
            |parts, halves, [height, width]: [u32; 2], [channels, out]: [u32; 2], kernel: u32, stride, residual| {
                let (padding, way) = (kernel / 2, conv::Way { tile, parts, halves });
                Case::Conv { height, width, channels, out, kernel, stride, padding, activation, residual, way }
            };
        let case = |map, channels, kernel, stride, residual| cut(1, false, map, channels, kernel, stride, residual);
        cases.push(case([17, 13], [12, 36], 3, 2, true));
        cases.push(case([8, 8], [64, 132], 3, 1, false));
        cases.push(cut(3, false, [5, 3], [68, 20], 3, 1, true));
        cases.push(cut(1, true, [9, 7], [20, 44], 3, 1, true));
        if tile.memory != conv::Memory::Workgroup {
            // Software adapters, on which this runs, take seconds to compile barriers.
            cases.push(case([1, 1], [4, 4], 1, 1, false));
            cases.push(case([5, 9], [32, 80], 1, 2, true));
        }
    }
    for [height, width] in [[1, 1], [17, 13], [8, 8]] {
        cases.push(Case::MaxPool { height, width, channels: 12 });
        cases.push(Case::MeanPool { height, width, channels: 260 });
        cases.push(Case::PoolAffine { height, width, channels: 20, pool: 1, activation: Activation::Silu });
    }
    cases.push(Case::PoolAffine { height: 17, width: 13, channels: 8, pool: 2, activation: Activation::Relu });
    cases
}

/// Runs a case on both sides.
///
/// # Errors
/// A sentence with the case, if the GPU fails or a value differs.
pub async fn check(case: Case, seed: u32, device: &gpu::Device) -> Result<(), String> {
    if let Case::Conv { way, .. } = case
        && way.tile.memory == conv::Memory::Quads
        && !device.has_subgroups()
    {
        // A software adapter has them, and so they are tested wherever there is one.
        return if device.adapter().software { Err("it offers no subgroups".into()) } else { Ok(()) };
    }
    let mut graph = GraphBuilder::new(seed);
    graph.case(case);
    let (graph, way, input) = graph.finish(case);
    let kept: Vec<ValueId> = (0..graph.values.len()).collect();

    let mut executor = cpu::Executor::new(rounded(&graph, way), &kept);
    executor.run(&input);
    let session = gpu::Session::with_ways(device, Arc::clone(&graph), &kept, |_| way).await;
    let mut session = session.map_err(|error| format!("{case:?}: {error}"))?;
    let found = session.run(&input, &kept).await.map_err(|error| format!("{case:?}: {error}"))?;
    for (id, found) in kept.iter().zip(&found) {
        let difference = relative_difference(found, executor.read(*id));
        if difference > TOLERANCE || difference.is_nan() {
            return Err(format!("{case:?}, seed {seed}: {} differs by {difference:.1e}", graph.values[*id].name));
        }
    }
    Ok(())
}

/// The graph as the GPU has it: with the weights that half precision leaves.
fn rounded(graph: &Arc<Graph>, way: conv::Way) -> Arc<Graph> {
    let mut graph = Arc::clone(graph);
    if way.halves {
        let own = Arc::make_mut(&mut graph);
        for op in &own.ops {
            let Op::Conv { weights, .. } = op else { continue };
            let halve = |value: &f32| f16::from_f32(*value).to_f32();
            let weights = &mut own.constants[*weights];
            *weights = Tensor::new(weights.shape().to_vec(), weights.data().iter().map(halve).collect()).unwrap();
        }
    }
    graph
}

struct GraphBuilder {
    graph: Graph,
    random: Random,
}

impl GraphBuilder {
    fn new(seed: u32) -> Self {
        Self { graph: Graph::default(), random: Random::new(seed) }
    }

    fn value(&mut self, name: &str, shape: [u32; 3]) -> ValueId {
        self.graph.values.push(Value { name: name.into(), shape: shape.map(|n| n as usize) });
        self.graph.values.len() - 1
    }

    fn constant(&mut self, shape: [u32; 2]) -> usize {
        let shape = shape.map(|n| n as usize);
        let data = self.random.values(shape[0] * shape[1]);
        self.graph.constants.push(Tensor::new(shape, data).unwrap());
        self.graph.constants.len() - 1
    }

    fn case(&mut self, case: Case) {
        match case {
            Case::Conv { height, width, channels, out, kernel, stride, padding, activation, residual, .. } => {
                let input = self.value("input", [height, width, channels]);
                let size = |n: u32| (n + 2 * padding - kernel) / stride + 1;
                let params = conv::Params {
                    in_height: height,
                    in_width: width,
                    in_channels: channels,
                    out_height: size(height),
                    out_width: size(width),
                    out_channels: out,
                    kernel,
                    stride,
                    padding,
                    activation: activation.code(),
                    residual: 0,
                    parts: 1,
                };
                let first = self.conv(params, input, None);
                if residual {
                    self.conv(conv::Params { residual: 1, ..params }, input, Some(first));
                }
            }
            Case::MaxPool { height, width, channels } => {
                let input = self.value("input", [height, width, channels]);
                let [out_height, out_width] = [height, width].map(|n| n.div_ceil(2));
                let output = self.value("output", [out_height, out_width, channels]);
                let params = max_pool::Params { in_height: height, in_width: width, out_height, out_width, channels };
                self.graph.ops.push(Op::MaxPool { params, input, output });
            }
            Case::MeanPool { height, width, channels } => {
                let input = self.value("input", [height, width, channels]);
                let output = self.value("output", [1, 1, channels]);
                let params = mean_pool::Params { pixels: height * width, channels };
                self.graph.ops.push(Op::MeanPool { params, input, output });
            }
            Case::PoolAffine { height, width, channels, pool, activation } => {
                let input = self.value("input", [height, width, channels]);
                let params = pool_affine::Params {
                    in_height: height,
                    in_width: width,
                    channels,
                    pool,
                    activation: activation.code(),
                };
                let [out_height, out_width] = params.out_size();
                let output = self.value("output", [out_height, out_width, channels]);
                let (scale, shift) = (self.constant([1, channels]), self.constant([1, channels]));
                self.graph.ops.push(Op::PoolAffine { params, input, scale, shift, output });
            }
        }
    }

    fn conv(&mut self, params: conv::Params, input: ValueId, residual: Option<ValueId>) -> ValueId {
        let name = if residual.is_some() { "output with residual" } else { "output" };
        let output = self.value(name, [params.out_height, params.out_width, params.out_channels]);
        let weights = self.constant([params.kernel * params.kernel * params.in_channels, params.out_channels]);
        let bias = self.constant([1, params.out_channels]);
        self.graph.ops.push(Op::Conv { params, input, weights, bias, residual, output });
        output
    }

    fn finish(mut self, case: Case) -> (Arc<Graph>, conv::Way, Vec<f32>) {
        let input = self.random.values(self.graph.values[self.graph.input].len());
        let way = if let Case::Conv { way, .. } = case { way } else { conv::TILES[0].into() };
        (Arc::new(self.graph), way, input)
    }
}

/// xorshift32, the same numbers on every machine.
pub struct Random(u32);

impl Random {
    pub fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9) | 1)
    }

    /// Uniform in [−1, 1).
    pub fn values(&mut self, length: usize) -> Vec<f32> {
        let next = |_| {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..length).map(next).collect()
    }
}
