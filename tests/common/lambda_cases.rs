//! Lambda layers with drawn sizes and parameters, for the native and the browser's test: shaders against their CPU twins,
//! one order of multiplication against the other, and the implicit attention against the output.

use std::sync::Arc;

use lambdascope_core::kernels::lambda_order::Order;
use lambdascope_core::nn::builder::{LayerSetting, lambda_layer_graph};
use lambdascope_core::nn::fold::Affine;
use lambdascope_core::nn::graph::Graph;
use lambdascope_core::nn::lambda_layer::{LambdaLayer, LambdaShape, PositionTable, Projection, Scope};
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace, gather};
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{cpu, gpu};
use lambdascope_explain::read::implicit_attention::{Proof, every_u, reconstruct};
use lambdascope_explain::read::query::Query;

use super::parity_cases::{Random, TOLERANCE};

/// How a layer tells positions apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Positions {
    None,
    Local(usize),
    Global,
}

/// What its queries see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    All,
    Causal,
    Drawn,
}

/// A lambda layer's geometry.
#[derive(Clone, Copy, Debug)]
pub struct LambdaCase {
    pub map: [usize; 2],
    /// Rows, columns and channels of a context that is not the input.
    pub context: Option<[usize; 3]>,
    pub dim: usize,
    pub heads: usize,
    pub key_depth: usize,
    pub value_depth: usize,
    pub intra: usize,
    pub positions: Positions,
    pub content: bool,
    pub sight: Sight,
}

impl LambdaCase {
    pub const TIMM: Self = Self {
        map: [8, 8],
        context: None,
        dim: 16,
        heads: 4,
        key_depth: 16,
        value_depth: 8,
        intra: 1,
        positions: Positions::Local(9),
        content: true,
        sight: Sight::All,
    };

    fn layer(&self, random: &mut Random) -> LambdaLayer {
        let context_dim = self.context.map_or(self.dim, |[.., channels]| channels);
        let shape = LambdaShape {
            dim: self.dim,
            context_dim,
            heads: self.heads,
            key_depth: self.key_depth,
            value_depth: self.value_depth,
            intra: self.intra,
        };
        let mut project = |inputs: usize, outputs: usize| Projection {
            inputs,
            weight: random.values(inputs * outputs),
            affine: Affine { scale: random.values(outputs), shift: random.values(outputs) },
        };
        let query = project(self.dim, shape.queries());
        let context = project(context_dim, shape.keys() + shape.values());
        let [height, width] = self.map;
        let [context_height, context_width] = self.context.map_or(self.map, |[y, x, _]| [y, x]);
        let table = match self.positions {
            Positions::None => None,
            Positions::Local(r) => Some((Scope::Local, [r, r])),
            Positions::Global => Some((Scope::Global, [height + context_height - 1, width + context_width - 1])),
        };
        let position = table.map(|(scope, size)| {
            let cells = [size[0] * size[1], shape.keys()];
            PositionTable { scope, size, cells: Tensor::new(cells, random.values(cells[0] * cells[1])).unwrap() }
        });
        let bias = Tensor::new([self.key_depth], random.values(self.key_depth)).unwrap();
        LambdaLayer { shape, query, context, position, bias, content: self.content }
    }

    /// The layer's graph in an order (the cheaper one if none is given), its input, and its context.
    fn graph(&self, seed: u32, order: Option<Order>) -> (Arc<Graph>, Vec<f32>, Vec<f32>) {
        let mut random = Random::new(seed);
        let layer = self.layer(&mut random);
        let context = self.context.map(|[y, x, _]| [y, x]);
        let (n, m) = (self.map[0] * self.map[1], context.map_or(self.map[0] * self.map[1], |[y, x]| y * x));
        let mask = match self.sight {
            Sight::All => Mask::None,
            Sight::Causal => Mask::Causal,
            // Two of three are hidden, so that a small layer has queries that see nothing.
            Sight::Drawn => Mask::Given(random.values(n * m).iter().map(|x| u8::from(*x > 0.3)).collect()),
        };
        let setting = LayerSetting { map: self.map, context, mask, stride: 1, order };
        let graph = Arc::new(lambda_layer_graph(&layer, &setting).unwrap());
        let input = random.values(graph.values[graph.input].len());
        let context = graph.context.map(|id| random.values(graph.values[id].len())).unwrap_or_default();
        (graph, input, context)
    }
}

fn on_cpu(graph: &Arc<Graph>, input: &[f32], context: &[f32]) -> Vec<Vec<f32>> {
    let kept: Vec<usize> = (0..graph.values.len()).collect();
    let mut executor = cpu::Executor::new(Arc::clone(graph), &kept);
    executor.set_context(context);
    executor.run(input);
    kept.iter().map(|id| executor.read(*id).to_vec()).collect()
}

/// Runs a case on the device and with the twins, and compares every value.
///
/// # Errors
/// A sentence with the case, if the GPU fails or a value differs.
pub async fn check(case: LambdaCase, seed: u32, device: &gpu::Device) -> Result<(), String> {
    for order in [None, Some(Order::WeightsFirst), Some(Order::LambdaFirst)] {
        if order.is_some() && case.sight != Sight::All {
            continue;
        }
        let (graph, input, context) = case.graph(seed, order);
        let expected = on_cpu(&graph, &input, &context);
        let kept: Vec<usize> = (0..graph.values.len()).collect();
        let session = gpu::Session::new(device, Arc::clone(&graph), &kept).await;
        let mut session = session.map_err(|error| format!("{case:?}: {error}"))?;
        session.set_context(&context).map_err(|error| format!("{case:?}: {error}"))?;
        let found = session.run(&input, &kept).await.map_err(|error| format!("{case:?}: {error}"))?;
        for (id, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let difference = relative_difference(found, expected);
            if difference > TOLERANCE || difference.is_nan() {
                let name = &graph.values[id].name;
                return Err(format!("{case:?}, seed {seed}, {order:?}: {name} differs by {difference:.1e}"));
            }
        }
    }
    Ok(())
}

/// Both orders on the CPU give one output, and the implicit attention of every query gives it back.
///
/// # Errors
/// A sentence with the case, if a number differs.
pub fn check_orders_and_reading(case: LambdaCase, seed: u32) -> Result<(), String> {
    let trace = |order| {
        let (graph, input, context) = case.graph(seed, order);
        let values = on_cpu(&graph, &input, &context);
        let mut trace = gather(&graph, |id| Ok::<_, String>(values[id].clone()))?;
        match trace.layers.pop() {
            Some(LayerTrace::Lambda(layer)) => Ok(layer),
            other => Err(format!("{case:?} left {other:?}")),
        }
    };
    let layer: LambdaTrace = trace(Some(Order::WeightsFirst))?;
    let other = trace(Some(Order::LambdaFirst))?;
    let difference = relative_difference(other.output.data(), layer.output.data());
    if difference > 1e-5 || difference.is_nan() {
        return Err(format!("{case:?}, seed {seed}: the orders differ by {difference:.1e}"));
    }
    for n in 0..layer.dims.queries() {
        for head in 0..case.heads {
            let query = Query { y: n / layer.dims.width, x: n % layer.dims.width, head, u: 0 };
            let proof = Proof::of(&layer, query, &reconstruct(&layer, &every_u(&layer, query)));
            if proof.relative() > 1e-5 || proof.relative().is_nan() {
                return Err(format!("{case:?}, seed {seed}, {query:?}: {proof:?}"));
            }
        }
    }
    Ok(())
}

/// A fixed list that reaches every kernel and every kind of layer; the browser's test runs it.
#[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "proptest draws the native cases"))]
pub fn fixed() -> Vec<LambdaCase> {
    let odd = LambdaCase { map: [5, 3], dim: 6, heads: 3, key_depth: 5, value_depth: 3, ..LambdaCase::TIMM };
    vec![
        LambdaCase::TIMM,
        LambdaCase { map: [1, 1], ..odd },
        LambdaCase { map: [17, 13], intra: 3, positions: Positions::Local(3), ..odd },
        LambdaCase { positions: Positions::Local(23), heads: 8, value_depth: 1, ..odd },
        LambdaCase { positions: Positions::Global, intra: 2, ..odd },
        LambdaCase { positions: Positions::Global, map: [16, 16], ..LambdaCase::TIMM },
        LambdaCase { positions: Positions::None, ..odd },
        LambdaCase { content: false, ..odd },
        LambdaCase { positions: Positions::Global, context: Some([2, 4, 10]), ..odd },
        LambdaCase { positions: Positions::None, context: Some([1, 11, 3]), ..odd },
        LambdaCase { sight: Sight::Causal, positions: Positions::Global, map: [1, 40], ..odd },
        LambdaCase { sight: Sight::Drawn, intra: 2, ..odd },
        LambdaCase { sight: Sight::Drawn, content: false, positions: Positions::Global, ..odd },
    ]
}
