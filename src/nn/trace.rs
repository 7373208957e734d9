//! What a run leaves behind for the views: the intermediate values of every lambda layer, as the layer used them.

use serde::{Deserialize, Serialize};

use crate::nn::builder::tensor;
use crate::nn::graph::{Graph, Op, ValueId};
use crate::tensor::Tensor;

/// The sizes of one lambda layer at one picture size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaDims {
    /// Rows of the map; queries and context are the same `height · width` positions, row-major.
    pub height: usize,
    /// Columns of the map.
    pub width: usize,
    /// h: queries that share one lambda.
    pub heads: usize,
    /// k: query and key depth.
    pub key_depth: usize,
    /// v: value depth of one head.
    pub value_depth: usize,
    /// r: side of the position lambda's window.
    pub window: usize,
}

impl LambdaDims {
    /// Positions of the map: m = n.
    pub fn positions(&self) -> usize {
        self.height * self.width
    }
}

/// One lambda layer of one run. Channels are head-major: channel = head · v + j.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LambdaTrace {
    /// The layer's place in the network, such as `stages.1.1`.
    pub name: String,
    /// Its sizes.
    pub dims: LambdaDims,
    /// Queries after their BatchNorm, `[n, h · k]`.
    pub query: Tensor,
    /// Keys after their softmax over positions, k̄, `[m, k]`: every column sums to 1.
    pub key: Tensor,
    /// Values after their BatchNorm, `[m, v]`.
    pub value: Tensor,
    /// The position kernel E, `[r · r, k]`, row-major offsets from (−⌊r/2⌋, −⌊r/2⌋), context minus query.
    pub position: Tensor,
    /// The position convolution's bias b, `[k]`; it adds q·b to every output of a head and belongs to no pixel.
    pub position_bias: Tensor,
    /// The content lambda λᶜ, `[k, v]`.
    pub lambda_content: Tensor,
    /// The layer's own output y as the backend computed it, `[n, h · v]`, before any pooling, norm or activation.
    pub output: Tensor,
}

/// The lambda layers of one run, in the network's order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// One entry a lambda layer.
    pub layers: Vec<LambdaTrace>,
}

/// Gathers a trace from the values a run left behind; `read` gives a value's numbers.
///
/// # Errors
/// What `read` fails with.
pub fn gather<E>(graph: &Graph, mut read: impl FnMut(ValueId) -> Result<Vec<f32>, E>) -> Result<Trace, E> {
    let mut layers = Vec::with_capacity(graph.lambdas.len());
    for site in &graph.lambdas {
        let Op::LambdaApply { params, position, bias, .. } = &graph.ops[site.apply] else { continue };
        let dims = LambdaDims {
            height: params.height as usize,
            width: params.width as usize,
            heads: params.heads as usize,
            key_depth: params.key_depth as usize,
            value_depth: params.value_depth as usize,
            window: params.window as usize,
        };
        let (row, query, value) = (params.row as usize, dims.heads * dims.key_depth, params.value_offset as usize);
        let qkv = read(site.qkv)?;
        let columns = |from: usize, to: usize| -> Tensor {
            let data: Vec<f32> = qkv.chunks_exact(row).flat_map(|r| &r[from..to]).copied().collect();
            tensor(&[dims.positions(), to - from], data)
        };
        layers.push(LambdaTrace {
            name: site.name.clone(),
            query: columns(0, query),
            value: columns(value, row),
            key: tensor(&[dims.positions(), dims.key_depth], read(site.key)?),
            position: graph.constants[*position].clone(),
            position_bias: graph.constants[*bias].clone(),
            lambda_content: tensor(&[dims.key_depth, dims.value_depth], read(site.lambda)?),
            output: tensor(&[dims.positions(), dims.heads * dims.value_depth], read(site.output)?),
            dims,
        });
    }
    Ok(Trace { layers })
}
