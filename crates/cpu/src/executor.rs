//! Runs a graph with the twins. Arrays are laid out once, in the same slots as the GPU's buffers.

use std::sync::Arc;

use super::{
    attention, attention_map, attention_values, lambda_apply, lambda_build, lambda_content, lambda_masked, max_pool,
    mean_pool, pool_affine,
};
use crate::conv::Conv;
use lambdascope_core::kernels::lambda_order::Order;
use lambdascope_core::nn::graph::{ConstantId, Graph, Op, ValueId};
use lambdascope_core::nn::liveness::{Slots, assign};
use lambdascope_core::tensor::Tensor;

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
    /// Lays out the arrays and packs the convolutions; the values of `kept` can be read after a run.
    pub fn new(graph: Arc<Graph>, kept: &[ValueId]) -> Self {
        let mut executor = Self::without_constants(graph, kept);
        for (at, op) in executor.graph.ops.iter().enumerate() {
            if let Op::Conv { params, weights, .. } = op {
                executor.convs[at] = Some(Conv::new(params, executor.graph.constants[*weights].data()));
            }
        }
        executor
    }

    /// Lays out the arrays of a graph whose constants arrive later: as many as it has, each by [`Executor::set_constant`].
    pub fn without_constants(graph: Arc<Graph>, kept: &[ValueId]) -> Self {
        let slots = assign(&graph, kept);
        let arrays = slots.lengths.iter().map(|&length| vec![0.0; length]).collect();
        let convs = graph.ops.iter().map(|_| None).collect();
        Self { graph, slots, arrays, convs, scratch: Default::default(), attention: Default::default() }
    }

    /// Gives the graph a constant. Weights of convolutions are packed; as they came they are not kept.
    ///
    /// # Panics
    /// If it is shorter than its ops' parameters say, or the graph has no such constant.
    pub fn set_constant(&mut self, id: ConstantId, values: &[f32]) {
        let mut is_packed = false;
        for (at, op) in self.graph.ops.iter().enumerate() {
            if let Op::Conv { params, weights, .. } = op
                && *weights == id
            {
                self.convs[at] = Some(Conv::new(params, values));
                is_packed = true;
            }
        }
        if !is_packed {
            let mut constant = Tensor::zeros([values.len()]);
            constant.data_mut().copy_from_slice(values);
            Arc::make_mut(&mut self.graph).constants[id] = constant;
        }
    }

    /// Gives a lone lambda layer its context `[Hc, Wc, C]`, which stays until the next; without effect on a graph whose
    /// context is its input.
    ///
    /// # Panics
    /// If the context has another size than the graph's.
    pub fn set_context(&mut self, context: &[f32]) {
        if let Some(id) = self.graph.context {
            self.value_mut(id).copy_from_slice(context);
        }
    }

    /// Runs the graph on a picture `[H, W, 4]`.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn run(&mut self, picture: &[f32]) {
        self.value_mut(self.graph.input).copy_from_slice(picture);
        self.run_ops();
    }

    /// Runs the graph on what its input holds.
    pub fn run_ops(&mut self) {
        (0..self.graph.ops.len()).for_each(|at| self.step(at));
    }

    /// A value as the last run left it; meaningful for kept values only.
    pub fn read(&self, value: ValueId) -> &[f32] {
        &self.arrays[self.slots.of[value]][..self.graph.values[value].len()]
    }

    /// A value, to be written before a run: the graph's input or context. Its place in memory stays the same.
    pub fn value_mut(&mut self, value: ValueId) -> &mut [f32] {
        &mut self.arrays[self.slots.of[value]][..self.graph.values[value].len()]
    }

    /// Bytes of all its arrays.
    pub fn array_bytes(&self) -> u64 {
        self.arrays.iter().map(|array| (array.len() * size_of::<f32>()) as u64).sum()
    }

    /// Runs one of the graph's ops.
    ///
    /// # Panics
    /// If the graph has no such op.
    pub fn step(&mut self, at: usize) {
        let graph = Arc::clone(&self.graph);
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
            (Op::AttentionMap { params, qkv, vertical, horizontal, .. }, [(_, map)]) => {
                let operands = attention::Operands {
                    qkv: value(*qkv),
                    vertical: constant(*vertical),
                    horizontal: constant(*horizontal),
                };
                attention_map::run(params, operands, &mut self.attention, map);
            }
            (Op::AttentionValues { params, qkv, map, .. }, [(_, y)]) => {
                attention_values::run(params, value(*qkv), value(*map), y);
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
