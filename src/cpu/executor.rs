//! Runs a graph with the twins. Arrays are laid out once, in the same slots as the GPU's buffers.

use std::sync::Arc;

use crate::nn::graph::{Graph, Op, ValueId};
use crate::nn::liveness::{Slots, assign};

use super::{conv, lambda_apply, lambda_content, max_pool, mean_pool, pool_affine};

/// A graph with its arrays.
#[derive(Debug)]
pub struct Executor {
    graph: Arc<Graph>,
    slots: Slots,
    arrays: Vec<Vec<f32>>,
    patches: Vec<f32>,
    scratch: lambda_apply::Scratch,
}

impl Executor {
    /// Lays out the arrays; the values of `kept` can be read after a run.
    pub fn new(graph: Arc<Graph>, kept: &[ValueId]) -> Self {
        let slots = assign(&graph, kept);
        let arrays = slots.lengths.iter().map(|&length| vec![0.0; length]).collect();
        Self { graph, slots, arrays, patches: Vec::new(), scratch: lambda_apply::Scratch::default() }
    }

    /// Runs the graph on a picture `[side, side, 4]`.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn run(&mut self, picture: &[f32]) {
        let graph = Arc::clone(&self.graph);
        self.arrays[self.slots.of[graph.input]].copy_from_slice(picture);
        for op in &graph.ops {
            self.step(&graph, op);
        }
    }

    /// A value as the last run left it; meaningful for kept values only.
    pub fn read(&self, value: ValueId) -> &[f32] {
        &self.arrays[self.slots.of[value]][..self.graph.values[value].len()]
    }

    fn step(&mut self, graph: &Graph, op: &Op) {
        // The outputs leave their slots while they are written, so that inputs can be borrowed beside them.
        let mut outputs: Vec<(ValueId, Vec<f32>)> =
            op.outputs().into_iter().map(|id| (id, std::mem::take(&mut self.arrays[self.slots.of[id]]))).collect();
        let constant = |id: usize| graph.constants[id].data();
        let value = |id: ValueId| &self.arrays[self.slots.of[id]][..graph.values[id].len()];
        match (op, outputs.as_mut_slice()) {
            (Op::Conv { params, input, weights, bias, residual, .. }, [(_, y)]) => {
                let residual = residual.map(value);
                conv::run(params, value(*input), constant(*weights), constant(*bias), residual, &mut self.patches, y);
            }
            (Op::MaxPool { params, input, .. }, [(_, y)]) => max_pool::run(params, value(*input), y),
            (Op::LambdaContent { params, qkv, .. }, [(_, key), (_, lambda)]) => {
                lambda_content::run(params, value(*qkv), key, lambda);
            }
            (Op::LambdaApply { params, qkv, lambda, position, bias, .. }, [(_, y)]) => {
                let (position, bias) = (constant(*position), constant(*bias));
                lambda_apply::run(params, value(*qkv), value(*lambda), position, bias, &mut self.scratch, y);
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
