//! A network as the list of kernels it becomes at one picture size. Both executors replay the same list.

use crate::kernels::{conv, lambda_apply, lambda_content, max_pool, mean_pool, pool_affine};
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
        /// q | k | v, `[H, W, row]`.
        qkv: ValueId,
        /// k̄, `[H, W, k]`.
        key: ValueId,
        /// λᶜ, `[1, k, v]`.
        lambda: ValueId,
    },
    /// [`crate::kernels::lambda_apply`].
    LambdaApply {
        /// Geometry.
        params: lambda_apply::Params,
        /// q | k | v, `[H, W, row]`.
        qkv: ValueId,
        /// λᶜ, `[1, k, v]`.
        lambda: ValueId,
        /// E, `[r · r, k]`.
        position: ConstantId,
        /// b, `[k]`.
        bias: ConstantId,
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
            Self::LambdaContent { qkv, .. } => vec![qkv],
            Self::LambdaApply { qkv, lambda, .. } => vec![qkv, lambda],
        }
    }

    /// The values it writes.
    pub fn outputs(&self) -> Vec<ValueId> {
        match *self {
            Self::Conv { output, .. }
            | Self::MaxPool { output, .. }
            | Self::LambdaApply { output, .. }
            | Self::PoolAffine { output, .. }
            | Self::MeanPool { output, .. } => vec![output],
            Self::LambdaContent { key, lambda, .. } => vec![key, lambda],
        }
    }

    /// Multiplications with an addition each; pooling and elementwise work counts as none.
    pub fn macs(&self) -> u64 {
        match self {
            Self::Conv { params, .. } => params.macs(),
            Self::LambdaContent { params, .. } => {
                u64::from(params.positions) * u64::from(params.key_depth * params.value_depth)
            }
            Self::LambdaApply { params, .. } => {
                let a_query = params.weights() * (params.key_depth + params.value_depth)
                    + params.heads * params.key_depth * params.value_depth;
                u64::from(params.height * params.width) * u64::from(a_query)
            }
            Self::MaxPool { .. } | Self::PoolAffine { .. } | Self::MeanPool { .. } => 0,
        }
    }
}

/// Where a lambda layer's intermediate values stand, for the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LambdaSite {
    /// The block, such as `stages.1.1`.
    pub name: String,
    /// Index of its [`Op::LambdaApply`] in [`Graph::ops`].
    pub apply: usize,
    /// q | k | v.
    pub qkv: ValueId,
    /// k̄.
    pub key: ValueId,
    /// λᶜ.
    pub lambda: ValueId,
    /// y.
    pub output: ValueId,
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
    /// The picture, `[H, W, 4]`, its fourth channel zero.
    pub input: ValueId,
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
        let sites = self.lambdas.iter().flat_map(|site| [site.qkv, site.key, site.lambda, site.output]);
        std::iter::once(self.logits).chain(sites).collect()
    }
}
