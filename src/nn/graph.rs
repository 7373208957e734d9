//! A network as the list of kernels it becomes at one picture size. Both executors replay the same list.

use crate::kernels::lambda_order::Order;
use crate::kernels::{conv, lambda_apply, lambda_content, lambda_masked, max_pool, mean_pool, pool_affine};
use crate::nn::lambda_layer::Mask;
use crate::tensor::Tensor;

/// Index into [`Graph::values`].
pub type ValueId = usize;

/// Index into [`Graph::constants`].
pub type ConstantId = usize;

/// An array that a kernel writes and others read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its place in the network, such as `stages.1.1` (a block's output) or `stages.1.1.self_attn` (a lambda layer's).
    pub name: String,
    /// `[H, W, C]`.
    pub shape: [usize; 3],
}

impl Value {
    /// The number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One kernel with its parameters and operands.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// [`crate::kernels::conv`].
    Conv {
        /// Geometry and epilogue.
        params: conv::Params,
        /// `[H, W, C]`.
        input: ValueId,
        /// `[kernel · kernel · C, out]`.
        weights: ConstantId,
        /// `[out]`.
        bias: ConstantId,
        /// Added before the activation.
        residual: Option<ValueId>,
        /// `[H', W', out]`.
        output: ValueId,
    },
    /// [`crate::kernels::max_pool`].
    MaxPool {
        /// Geometry.
        params: max_pool::Params,
        /// `[H, W, C]`.
        input: ValueId,
        /// `[H', W', C]`.
        output: ValueId,
    },
    /// [`crate::kernels::lambda_content`].
    LambdaContent {
        /// Geometry.
        params: lambda_content::Params,
        /// Keys and values, `[Hc, Wc, row]`.
        context: ValueId,
        /// k̄, `[Hc, Wc, u · k]`.
        k_bar: ValueId,
        /// λᶜ, `[1, k, v]`.
        lambda: ValueId,
    },
    /// [`crate::kernels::lambda_apply`] or [`crate::kernels::lambda_build`], as the order says.
    LambdaApply {
        /// Which of the two.
        order: Order,
        /// Geometry.
        params: lambda_apply::Params,
        /// `[H, W, query_row]`.
        queries: ValueId,
        /// Keys and values, `[Hc, Wc, context_row]`; the queries' array where the context is the input.
        context: ValueId,
        /// λᶜ, `[1, k, v]`; none where content is switched off.
        lambda: Option<ValueId>,
        /// E, `[window_height · window_width, u · k]`.
        position: ConstantId,
        /// b, `[k]`.
        bias: ConstantId,
        /// `[H, W, h · v]`.
        output: ValueId,
    },
    /// [`crate::kernels::lambda_masked`].
    LambdaMasked {
        /// Geometry.
        params: lambda_apply::Params,
        /// `[H, W, query_row]`.
        queries: ValueId,
        /// Keys and values, `[Hc, Wc, context_row]`.
        context: ValueId,
        /// E, `[window_height · window_width, u · k]`.
        position: ConstantId,
        /// b, `[k]`.
        bias: ConstantId,
        /// `[n, m]`; none where the mask is causal.
        visible: Option<ConstantId>,
        /// `[H, W, h · v]`.
        output: ValueId,
    },
    /// [`crate::kernels::pool_affine`].
    PoolAffine {
        /// Geometry and activation.
        params: pool_affine::Params,
        /// `[H, W, C]`.
        input: ValueId,
        /// `[C]`.
        scale: ConstantId,
        /// `[C]`.
        shift: ConstantId,
        /// `[H', W', C]`.
        output: ValueId,
    },
    /// [`crate::kernels::mean_pool`].
    MeanPool {
        /// Geometry.
        params: mean_pool::Params,
        /// `[H, W, C]`.
        input: ValueId,
        /// `[1, 1, C]`.
        output: ValueId,
    },
}

impl Op {
    /// The values it reads.
    pub fn inputs(&self) -> Vec<ValueId> {
        match *self {
            Self::Conv { input, residual, .. } => std::iter::once(input).chain(residual).collect(),
            Self::MaxPool { input, .. } | Self::PoolAffine { input, .. } | Self::MeanPool { input, .. } => vec![input],
            Self::LambdaContent { context, .. } => vec![context],
            Self::LambdaApply { queries, context, lambda, .. } => {
                [queries, context].into_iter().chain(lambda).collect()
            }
            Self::LambdaMasked { queries, context, .. } => vec![queries, context],
        }
    }

    /// The values it writes.
    pub fn outputs(&self) -> Vec<ValueId> {
        match *self {
            Self::Conv { output, .. }
            | Self::MaxPool { output, .. }
            | Self::LambdaApply { output, .. }
            | Self::LambdaMasked { output, .. }
            | Self::PoolAffine { output, .. }
            | Self::MeanPool { output, .. } => vec![output],
            Self::LambdaContent { k_bar, lambda, .. } => vec![k_bar, lambda],
        }
    }

    /// Multiplications with an addition each; pooling and elementwise work counts as none.
    pub fn macs(&self) -> u64 {
        match self {
            Self::Conv { params, .. } => params.macs(),
            Self::LambdaContent { params, .. } => params.macs(),
            Self::LambdaApply { order, params, .. } => order.macs(params),
            Self::LambdaMasked { params, .. } => lambda_masked::macs(params),
            Self::MaxPool { .. } | Self::PoolAffine { .. } | Self::MeanPool { .. } => 0,
        }
    }
}

/// Where a lambda layer's intermediate values stand, for the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct LambdaSite {
    /// The block, such as `stages.1.1`.
    pub name: String,
    /// Its geometry, which says where queries, keys and values stand in their rows.
    pub params: lambda_apply::Params,
    /// What its queries see.
    pub mask: Mask,
    /// `[H, W, query_row]`.
    pub queries: ValueId,
    /// Keys and values, `[Hc, Wc, context_row]`; the queries' array where the context is the input.
    pub context: ValueId,
    /// k̄ and λᶜ; none in a masked layer, whose queries have one each, or where content is switched off.
    pub content: Option<[ValueId; 2]>,
    /// E, `[window_height · window_width, u · k]`.
    pub position: ConstantId,
    /// b, `[k]`.
    pub bias: ConstantId,
    /// y.
    pub output: ValueId,
}

impl LambdaSite {
    /// The values a trace needs.
    fn values(&self) -> impl Iterator<Item = ValueId> + use<> {
        let other = (self.context != self.queries).then_some(self.context);
        [self.queries, self.output].into_iter().chain(other).chain(self.content.into_iter().flatten())
    }
}

/// The list of kernels, in the order in which they run, and the arrays between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// What the kernels read and write.
    pub values: Vec<Value>,
    /// Weights, as the kernels want them.
    pub constants: Vec<Tensor>,
    /// In running order.
    pub ops: Vec<Op>,
    /// The picture, `[H, W, 4]`, its fourth channel zero; of a lone lambda layer the map, its channels padded with zeros
    /// to a multiple of 4.
    pub input: ValueId,
    /// The context of a lone lambda layer that is not its input, padded likewise.
    pub context: Option<ValueId>,
    /// The logits, `[1, 1, classes rounded up to a multiple of 4]`.
    pub logits: ValueId,
    /// The lambda layers in order.
    pub lambdas: Vec<LambdaSite>,
}

impl Graph {
    /// Multiplications with an addition each, for one picture.
    pub fn macs(&self) -> u64 {
        self.ops.iter().map(Op::macs).sum()
    }

    /// The value of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<ValueId> {
        self.values.iter().position(|value| value.name == name)
    }

    /// The values a run must leave behind for a trace: the lambda layers' and the logits.
    pub fn traced(&self) -> Vec<ValueId> {
        let mut values: Vec<ValueId> =
            std::iter::once(self.logits).chain(self.lambdas.iter().flat_map(LambdaSite::values)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}

/// A map `[H, W, C]` with zeros for channels up to the next multiple of 4, as a graph takes its
/// input: a picture `[H, W, 3]` gets a fourth channel.
pub fn padded(map: &Tensor) -> Vec<f32> {
    let channels = map.shape().last().copied().unwrap_or(1).max(1);
    let zeros = channels.next_multiple_of(4) - channels;
    map.data().chunks_exact(channels).flat_map(|p| p.iter().copied().chain(std::iter::repeat_n(0.0, zeros))).collect()
}
