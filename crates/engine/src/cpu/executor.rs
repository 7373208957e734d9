//! Runs a graph with the twins. Arrays are laid out once, in the same slots as the GPU's buffers.

use std::sync::Arc;

use lambdascope_core::kernels::lambda_order::Order;
use lambdascope_core::nn::graph::{Graph, Op, ValueId};
use lambdascope_core::nn::liveness::{Slots, assign};
use lambdascope_core::tensor::all_finite;
use web_time::Instant;

use super::conv::Conv;
use super::{attention, lambda_apply, lambda_build, lambda_content, lambda_masked, max_pool, mean_pool, pool_affine};
use crate::run::OpTime;

/// A graph with its arrays.
#[derive(Debug)]
pub struct Executor {
    graph: Arc<Graph>,
    slots: Slots,
    arrays: Vec<Vec<f32>>,
    /// The convolutions among the graph's ops.
    convs: Vec<Option<Conv>>,
    scratch: lambda_apply::Scratch,
    attention: attention::Scratch,
}

impl Executor {
    /// Lays out the arrays; the values of `kept` can be read after a run.
    pub fn new(graph: Arc<Graph>, kept: &[ValueId]) -> Self {
        let slots = assign(&graph, kept);
        let arrays = slots.lengths.iter().map(|&length| vec![0.0; length]).collect();
        let conv = |op: &Op| match op {
            Op::Conv { params, weights, .. } => Some(Conv::new(params, graph.constants[*weights].data())),
            _ => None,
        };
        let convs = graph.ops.iter().map(conv).collect();
        Self { graph, slots, arrays, convs, scratch: Default::default(), attention: Default::default() }
    }

    /// Gives a lone lambda layer its context `[Hc, Wc, C]`, which stays until the next; without effect on a graph whose
    /// context is its input.
    ///
    /// # Panics
    /// If the context has another size than the graph's.
    pub fn set_context(&mut self, context: &[f32]) {
        if let Some(id) = self.graph.context {
            self.arrays[self.slots.of[id]].copy_from_slice(context);
        }
    }

    /// Runs the graph on a picture `[H, W, 4]`.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn run(&mut self, picture: &[f32]) {
        let graph = Arc::clone(&self.graph);
        self.arrays[self.slots.of[graph.input]].copy_from_slice(picture);
        for at in 0..graph.ops.len() {
            self.step(&graph, at);
        }
    }

    /// Runs the graph as [`Executor::run`] does, up to the first value that holds something infinite or NaN, and returns
    /// that value; `None` if there is none.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn first_not_finite(&mut self, picture: &[f32]) -> Option<ValueId> {
        let graph = Arc::clone(&self.graph);
        if !all_finite(picture) {
            return Some(graph.input);
        }
        if let Some(context) = graph.context.filter(|&context| !all_finite(self.read(context))) {
            return Some(context);
        }
        self.arrays[self.slots.of[graph.input]].copy_from_slice(picture);
        // Looked at at once, since a later kernel may write over it.
        graph.ops.iter().enumerate().find_map(|(at, op)| {
            self.step(&graph, at);
            op.outputs().into_iter().find(|&id| !all_finite(self.read(id)))
        })
    }

    /// Runs the graph as [`Executor::run`] does and says what each kernel took, in their order.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn profile(&mut self, picture: &[f32]) -> Vec<OpTime> {
        let graph = Arc::clone(&self.graph);
        self.arrays[self.slots.of[graph.input]].copy_from_slice(picture);
        let time = |(at, op): (usize, &Op)| {
            let started = Instant::now();
            self.step(&graph, at);
            let nanoseconds = started.elapsed().as_secs_f64() * 1e9;
            let output = op.outputs().first().map(|&id| graph.values[id].name.clone()).unwrap_or_default();
            OpTime { kernel: op.kernel(), output, nanoseconds }
        };
        graph.ops.iter().enumerate().map(time).collect()
    }

    /// A value as the last run left it; meaningful for kept values only.
    pub fn read(&self, value: ValueId) -> &[f32] {
        &self.arrays[self.slots.of[value]][..self.graph.values[value].len()]
    }

    fn step(&mut self, graph: &Graph, at: usize) {
        let op = &graph.ops[at];
        // The outputs leave their slots while they are written, so that inputs can be borrowed beside them.
        let mut outputs: Vec<(ValueId, Vec<f32>)> =
            op.outputs().into_iter().map(|id| (id, std::mem::take(&mut self.arrays[self.slots.of[id]]))).collect();
        let constant = |id: usize| graph.constants[id].data();
        let value = |id: ValueId| &self.arrays[self.slots.of[id]][..graph.values[id].len()];
        match (op, outputs.as_mut_slice()) {
            (Op::Conv { input, bias, residual, .. }, [(_, y)]) => {
                let Some(conv) = &self.convs[at] else { unreachable!("every convolution of the graph was packed") };
                conv.run(value(*input), constant(*bias), residual.map(value), y);
            }
            (Op::MaxPool { params, input, .. }, [(_, y)]) => max_pool::run(params, value(*input), y),
            (Op::LambdaContent { params, context, .. }, [(_, k_bar), (_, lambda)]) => {
                lambda_content::run(params, value(*context), k_bar, lambda);
            }
            (Op::LambdaApply { order, params, queries, context, lambda, position, bias, .. }, [(_, y)]) => {
                let operands = lambda_apply::Operands {
                    queries: value(*queries),
                    context: value(*context),
                    lambda_content: lambda.map_or(&[], value),
                    position: constant(*position),
                    bias: constant(*bias),
                };
                match order {
                    Order::WeightsFirst => lambda_apply::run(params, operands, &mut self.scratch, y),
                    Order::LambdaFirst => lambda_build::run(params, operands, y),
                }
            }
            (Op::LambdaMasked { params, queries, context, position, bias, visible, .. }, [(_, y)]) => {
                let operands = lambda_masked::Operands {
                    queries: value(*queries),
                    context: value(*context),
                    position: constant(*position),
                    bias: constant(*bias),
                    visible: visible.map_or(&[], constant),
                };
                lambda_masked::run(params, operands, y);
            }
            (Op::Attention { params, qkv, vertical, horizontal, .. }, [(_, y)]) => {
                let operands = attention::Operands {
                    qkv: value(*qkv),
                    vertical: constant(*vertical),
                    horizontal: constant(*horizontal),
                };
                attention::run(params, operands, &mut self.attention, y);
            }
            (Op::PoolAffine { params, input, scale, shift, .. }, [(_, y)]) => {
                pool_affine::run(params, value(*input), constant(*scale), constant(*shift), y);
            }
            (Op::MeanPool { params, input, .. }, [(_, y)]) => mean_pool::run(params, value(*input), y),
            _ => unreachable!("an op writes as many values as it says"),
        }
        for (id, array) in outputs {
            self.arrays[self.slots.of[id]] = array;
        }
    }
}
