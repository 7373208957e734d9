//! What the device runs for an op: the shader, its workgroups, and which arrays it reads and writes.

use lambdascope_core::kernels::{
    Grid, Shader, attention_map, attention_values, conv, conv_join, lambda_content, lambda_masked, max_pool, mean_pool,
    pool_affine,
};
use lambdascope_core::nn::graph::{ConstantId, Op, ValueId};

/// One step as the device sees it.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// What runs.
    pub shader: Shader,
    /// Its workgroups.
    pub grid: Grid,
    /// The uniform struct's bytes.
    pub(super) params: Vec<u8>,
    /// What it reads, in the order of the bindings.
    pub reads: Vec<Operand>,
    /// What it writes, in the order of the bindings.
    pub writes: Vec<Operand>,
}

impl Dispatch {
    /// How many numbers it writes that are parts of sums.
    pub(super) fn parts(&self) -> usize {
        let parts = |operand: &Operand| if let Operand::Parts(length) = *operand { length } else { 0 };
        self.writes.iter().map(parts).sum()
    }
}

/// An array of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Computed in the same run.
    Value(ValueId),
    /// Weights.
    Constant(ConstantId),
    /// Weights in half precision.
    Halves(ConstantId),
    /// The parts of a convolution's sum, so many numbers, read by the next step alone.
    Parts(usize),
}

/// The steps of an op, in the order in which they run: one, or two for a convolution whose sum is cut. `way` says how
/// convolutions run.
pub fn dispatches(op: &Op, way: impl Fn(&conv::Params) -> conv::Way) -> Vec<Dispatch> {
    let Op::Conv { params, bias, residual, .. } = op else { return vec![dispatch(op, way)] };
    let way = way(params);
    let first = dispatch(op, |_| way);
    let parts = way.parts;
    if parts <= 1 {
        return vec![first];
    }
    let grid = params.grid(way);
    let params = conv::Params { parts, ..*params };
    let partial = Operand::Parts((parts * params.pixels() * params.out_channels) as usize);
    let join = Dispatch {
        shader: conv_join::shader(),
        grid: conv_join::grid(&params),
        params: bytemuck::bytes_of(&params).to_vec(),
        reads: vec![partial, Operand::Constant(*bias), residual.map_or(Operand::Constant(*bias), Operand::Value)],
        writes: first.writes.clone(),
    };
    let mut reads = first.reads;
    // The residual comes at the end.
    reads[3] = Operand::Constant(*bias);
    let params = bytemuck::bytes_of(&params.cut(parts)).to_vec();
    vec![Dispatch { grid, params, reads, writes: vec![partial], ..first }, join]
}

/// The shader that an op runs, with its arrays, as if no sum were cut; `way` says how convolutions run.
pub fn dispatch(op: &Op, way: impl Fn(&conv::Params) -> conv::Way) -> Dispatch {
    use Operand::{Constant, Halves, Value};

    let make = |shader, grid, params: &[u8], reads: &[Operand]| Dispatch {
        shader,
        grid,
        params: params.to_vec(),
        reads: reads.to_vec(),
        writes: op.outputs().into_iter().map(Value).collect(),
    };
    match op {
        Op::Conv { params, input, weights, bias, residual, .. } => {
            let way = way(params);
            // Where there is no residual the bias stands in: its binding must hold something.
            let residual = residual.map_or(Constant(*bias), Value);
            let weights = if way.halves { Halves(*weights) } else { Constant(*weights) };
            let reads = [Value(*input), weights, Constant(*bias), residual];
            make(conv::shader(way), params.grid(way.tile.into()), bytemuck::bytes_of(params), &reads)
        }
        Op::MaxPool { params, input, .. } => {
            make(max_pool::shader(), params.grid(), bytemuck::bytes_of(params), &[Value(*input)])
        }
        Op::LambdaContent { params, context, .. } => {
            make(lambda_content::shader(), params.grid(), bytemuck::bytes_of(params), &[Value(*context)])
        }
        Op::LambdaApply { order, params, queries, context, lambda, position, bias, .. } => {
            // Where content is switched off the bias stands in for λᶜ: its binding must hold something.
            let lambda = lambda.map_or(Constant(*bias), Value);
            let reads = [Value(*queries), Value(*context), lambda, Constant(*position), Constant(*bias)];
            make(order.shader(params), params.grid(), bytemuck::bytes_of(params), &reads)
        }
        Op::LambdaMasked { params, queries, context, position, bias, visible, .. } => {
            // A causal layer reads no mask.
            let visible = visible.unwrap_or(*bias);
            let reads = [Value(*queries), Value(*context), Constant(*position), Constant(*bias), Constant(visible)];
            make(lambda_masked::shader(params), params.grid(), bytemuck::bytes_of(params), &reads)
        }
        Op::Attention { params, qkv, vertical, horizontal, .. } => {
            let reads = [Value(*qkv), Constant(*vertical), Constant(*horizontal)];
            make(params.shader(), params.grid(), bytemuck::bytes_of(params), &reads)
        }
        Op::AttentionMap { params, qkv, vertical, horizontal, .. } => {
            let reads = [Value(*qkv), Constant(*vertical), Constant(*horizontal)];
            make(attention_map::shader(params), attention_map::grid(params), bytemuck::bytes_of(params), &reads)
        }
        Op::AttentionValues { params, qkv, map, .. } => {
            let reads = [Value(*qkv), Value(*map)];
            make(attention_values::shader(), attention_values::grid(params), bytemuck::bytes_of(params), &reads)
        }
        Op::PoolAffine { params, input, scale, shift, .. } => {
            let reads = [Value(*input), Constant(*scale), Constant(*shift)];
            make(pool_affine::shader(), params.grid(), bytemuck::bytes_of(params), &reads)
        }
        Op::MeanPool { params, input, .. } => {
            make(mean_pool::shader(), params.grid(), bytemuck::bytes_of(params), &[Value(*input)])
        }
    }
}
