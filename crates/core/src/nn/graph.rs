//! A network as the list of kernels it becomes at one picture size. Both executors replay the same list.

use serde::{Deserialize, Serialize};

use crate::kernels::lambda_order::Order;
use crate::kernels::{
    attention, attention_map, attention_values, conv, lambda_apply, lambda_content, lambda_masked, max_pool, mean_pool,
    pool_affine,
};
use crate::nn::mask::Mask;
use crate::tensor::Tensor;

/// Index into [`Graph::values`].
pub type ValueId = usize;

/// Index into [`Graph::constants`].
pub type ConstantId = usize;

/// An array that a kernel writes and others read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// [`crate::kernels::attention`].
    Attention {
        /// Geometry.
        params: attention::Params,
        /// Queries, keys and values, `[H, W, row]`.
        qkv: ValueId,
        /// `[2 · H − 1, k]`.
        vertical: ConstantId,
        /// `[2 · W − 1, k]`.
        horizontal: ConstantId,
        /// `[H, W, h · v]`.
        output: ValueId,
    },
    /// [`crate::kernels::attention_map`].
    AttentionMap {
        /// Geometry.
        params: attention::Params,
        /// Queries, keys and values, `[H, W, row]`.
        qkv: ValueId,
        /// `[2 · H − 1, k]`.
        vertical: ConstantId,
        /// `[2 · W − 1, k]`.
        horizontal: ConstantId,
        /// `[h, n, n]`.
        map: ValueId,
    },
    /// [`crate::kernels::attention_values`].
    AttentionValues {
        /// Geometry.
        params: attention::Params,
        /// Queries, keys and values, `[H, W, row]`.
        qkv: ValueId,
        /// `[h, n, n]`.
        map: ValueId,
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
            Self::Attention { qkv, .. } | Self::AttentionMap { qkv, .. } => vec![qkv],
            Self::AttentionValues { qkv, map, .. } => vec![qkv, map],
        }
    }

    /// The values it writes.
    pub fn outputs(&self) -> Vec<ValueId> {
        match *self {
            Self::Conv { output, .. }
            | Self::MaxPool { output, .. }
            | Self::LambdaApply { output, .. }
            | Self::LambdaMasked { output, .. }
            | Self::Attention { output, .. }
            | Self::AttentionValues { output, .. }
            | Self::PoolAffine { output, .. }
            | Self::MeanPool { output, .. } => vec![output],
            Self::AttentionMap { map, .. } => vec![map],
            Self::LambdaContent { k_bar, lambda, .. } => vec![k_bar, lambda],
        }
    }

    /// The kernel's name, of the CPU's twin as of its module in [`crate::kernels`].
    pub fn kernel(&self) -> &'static str {
        match self {
            Self::Conv { .. } => "conv",
            Self::MaxPool { .. } => "max_pool",
            Self::LambdaContent { .. } => "lambda_content",
            Self::LambdaApply { order: Order::WeightsFirst, .. } => "lambda_apply",
            Self::LambdaApply { order: Order::LambdaFirst, .. } => "lambda_build",
            Self::LambdaMasked { .. } => "lambda_masked",
            Self::Attention { .. } => "attention",
            Self::AttentionMap { .. } => "attention_map",
            Self::AttentionValues { .. } => "attention_values",
            Self::PoolAffine { .. } => "pool_affine",
            Self::MeanPool { .. } => "mean_pool",
        }
    }

    /// Multiplications with an addition each; pooling and elementwise work counts as none.
    pub fn macs(&self) -> u64 {
        match self {
            Self::Conv { params, .. } => params.macs(),
            Self::LambdaContent { params, .. } => params.macs(),
            Self::LambdaApply { order, params, .. } => order.macs(params),
            Self::LambdaMasked { params, .. } => lambda_masked::macs(params),
            Self::Attention { params, .. } => params.macs(),
            Self::AttentionMap { params, .. } => attention_map::macs(params),
            Self::AttentionValues { params, .. } => attention_values::macs(params),
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

/// Where an attention layer's intermediate values stand, for the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionSite {
    /// The block, such as `stages.1.1`.
    pub name: String,
    /// Its geometry, which says where queries, keys and values stand in their rows.
    pub params: attention::Params,
    /// Queries, keys and values, `[H, W, row]`.
    pub qkv: ValueId,
    /// `[2 · H − 1, k]`.
    pub vertical: ConstantId,
    /// `[2 · W − 1, k]`.
    pub horizontal: ConstantId,
    /// y.
    pub output: ValueId,
}

/// A layer that takes its output from the whole map, or from a large part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Site {
    /// A lambda layer.
    Lambda(LambdaSite),
    /// Self-attention.
    Attention(AttentionSite),
}

impl Site {
    /// The block, such as `stages.1.1`.
    pub fn name(&self) -> &str {
        match self {
            Self::Lambda(site) => &site.name,
            Self::Attention(site) => &site.name,
        }
    }

    /// The layer's output y, before any pooling, norm or activation.
    pub fn output(&self) -> ValueId {
        match self {
            Self::Lambda(site) => site.output,
            Self::Attention(site) => site.output,
        }
    }

    /// The values a trace needs.
    pub fn values(&self) -> Vec<ValueId> {
        match self {
            Self::Lambda(site) => {
                let other = (site.context != site.queries).then_some(site.context);
                let content = site.content.into_iter().flatten();
                [site.queries, site.output].into_iter().chain(other).chain(content).collect()
            }
            Self::Attention(site) => vec![site.qkv, site.output],
        }
    }

    /// Bytes (f32) of what the layer gathers context with, were it built as the paper counts it: attention's maps,
    /// h · n · m; a lambda layer's λᶜ, k · v, and its λᵖ_n, n · k · v.
    fn context_bytes(&self) -> ContextBytes {
        let bytes = |numbers: u64| numbers * size_of::<f32>() as u64;
        match self {
            Self::Lambda(LambdaSite { params, .. }) => {
                let [k, v] = [params.key_depth, params.value_depth].map(u64::from);
                // A query that sees a part of the context has a content lambda of its own.
                let contents = match (params.content, params.mask) {
                    (0, _) => 0,
                    (_, 0) => 1,
                    _ => params.queries(),
                };
                let positions = if params.window_height * params.window_width > 0 { params.queries() } else { 0 };
                ContextBytes { attention_maps: 0, lambdas: bytes((contents + positions) * k * v) }
            }
            Self::Attention(AttentionSite { params, .. }) => {
                let maps = u64::from(params.heads) * params.positions() * params.positions();
                ContextBytes { attention_maps: bytes(maps), lambdas: 0 }
            }
        }
    }
}

/// Bytes of what layers gather context with, were it built as a whole. The kernels here hold less: neither an attention
/// map nor a position lambda outlives its query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContextBytes {
    /// The softmax weights of every head and query.
    pub attention_maps: u64,
    /// Content lambdas and the position lambdas of every query.
    pub lambdas: u64,
}

/// The list of kernels, in the order in which they run, and the arrays between them. Written down it is what a run needs but
/// for the constants, which are most of its bytes and travel by themselves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    /// What the kernels read and write.
    pub values: Vec<Value>,
    /// Weights, as the kernels want them.
    #[serde(skip)]
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
    /// The lambda and attention layers in order.
    #[serde(skip)]
    pub layers: Vec<Site>,
}

impl Graph {
    /// Multiplications with an addition each, for one picture.
    pub fn macs(&self) -> u64 {
        self.ops.iter().map(Op::macs).sum()
    }

    /// What the layers gather context with, for one picture, were it built.
    pub fn context_bytes(&self) -> ContextBytes {
        self.layers.iter().map(Site::context_bytes).fold(ContextBytes::default(), |sum, layer| ContextBytes {
            attention_maps: sum.attention_maps + layer.attention_maps,
            lambdas: sum.lambdas + layer.lambdas,
        })
    }

    /// The kernels of a lambda or attention layer, as places in [`Graph::ops`]: those that write what the layer's trace
    /// holds, and the one that pools and normalises its output. None for a layer that is not there.
    pub fn layer_ops(&self, layer: usize) -> Vec<usize> {
        let Some(site) = self.layers.get(layer) else { return Vec::new() };
        let (values, output) = (site.values(), site.output());
        let belongs = |op: &Op| {
            op.outputs().iter().any(|id| values.contains(id))
                || matches!(op, Op::PoolAffine { input, .. } if *input == output)
        };
        (0..self.ops.len()).filter(|&at| belongs(&self.ops[at])).collect()
    }

    /// The value of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<ValueId> {
        self.values.iter().position(|value| value.name == name)
    }

    /// The parameters of its convolutions.
    pub fn convolutions(&self) -> impl Iterator<Item = &conv::Params> {
        self.ops.iter().filter_map(|op| if let Op::Conv { params, .. } = op { Some(params) } else { None })
    }

    /// The values a run must leave behind for a trace: the layers' and the logits.
    pub fn traced(&self) -> Vec<ValueId> {
        let mut values: Vec<ValueId> =
            std::iter::once(self.logits).chain(self.layers.iter().flat_map(Site::values)).collect();
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
