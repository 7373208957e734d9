//! What a run leaves behind for the views: the intermediate values of every lambda and attention layer, as the layer used
//! them.

use serde::{Deserialize, Serialize};

use crate::nn::graph::{AttentionSite, Graph, LambdaSite, Site, ValueId};
use crate::nn::mask::Mask;
use crate::tensor::Tensor;

/// The sizes of one lambda layer at one picture size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaDims {
    /// Rows of the queries' map; positions count row by row.
    pub height: usize,
    /// Columns of the queries' map.
    pub width: usize,
    /// Rows of the context's map; the queries' where the context is the input.
    pub context_height: usize,
    /// Columns of the context's map.
    pub context_width: usize,
    /// h: queries that share one lambda.
    pub heads: usize,
    /// k: query and key depth.
    pub key_depth: usize,
    /// v: value depth of one head.
    pub value_depth: usize,
    /// u: the intra-depth, keys and values that each context position has.
    pub intra: usize,
    /// Vertical and horizontal offsets that have a position embedding: r and r for a local window, 0 and 0 for a layer
    /// without.
    pub window: [usize; 2],
    /// The offset in the window that stands for no displacement, vertical and horizontal.
    pub origin: [usize; 2],
}

impl LambdaDims {
    /// Queries, n.
    pub fn queries(&self) -> usize {
        self.height * self.width
    }

    /// Context positions, m.
    pub fn positions(&self) -> usize {
        self.context_height * self.context_width
    }
}

/// One lambda layer of one run. The output's channels are head-major, channel = head · v + j; those of keys, values and
/// position embeddings intra-major, channel = u-index · k + i.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LambdaTrace {
    /// The layer's place in the network, such as `stages.1.1`.
    pub name: String,
    /// Its sizes.
    pub dims: LambdaDims,
    /// What each query sees of the context.
    pub mask: Mask,
    /// Whether the layer adds a content lambda.
    pub content: bool,
    /// Queries after their BatchNorm, `[n, h · k]`.
    pub query: Tensor,
    /// Keys before their softmax, `[m, u · k]`.
    pub key: Tensor,
    /// Keys after their softmax over positions, k̄, `[m, u · k]`: every column sums to 1. Zeros where content is switched
    /// off, and in a masked layer, whose queries have one each (see `explain::lambda::normalised_keys`).
    pub k_bar: Tensor,
    /// Values after their BatchNorm, `[m, u · v]`.
    pub value: Tensor,
    /// The position embeddings E, `[window[0] · window[1], u · k]`, row-major offsets, context minus query.
    pub position: Tensor,
    /// The position convolution's bias b, `[k]`; it adds q·b to every output of a head and belongs to no pixel.
    pub position_bias: Tensor,
    /// The content lambda λᶜ, `[k, v]`; zeros under the same conditions as `k_bar`.
    pub lambda_content: Tensor,
    /// The layer's own output y as the backend computed it, `[n, h · v]`, before any pooling, norm or activation.
    pub output: Tensor,
}

/// The sizes of one attention layer at one picture size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionDims {
    /// Rows of the map, which queries and context share; positions count row by row.
    pub height: usize,
    /// Columns of the map.
    pub width: usize,
    /// h: each head has queries, keys and values of its own.
    pub heads: usize,
    /// k: query and key depth of one head.
    pub key_depth: usize,
    /// v: value depth of one head.
    pub value_depth: usize,
}

impl AttentionDims {
    /// Positions, queries and context alike.
    pub fn positions(&self) -> usize {
        self.height * self.width
    }
}

/// One attention layer of one run. Channels are head-major, channel = head · k + i or head · v + j.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttentionTrace {
    /// The layer's place in the network, such as `stages.1.1`.
    pub name: String,
    /// Its sizes.
    pub dims: AttentionDims,
    /// Queries, not yet scaled, `[n, h · k]`.
    pub query: Tensor,
    /// Keys, `[n, h · k]`.
    pub key: Tensor,
    /// Values, `[n, h · v]`.
    pub value: Tensor,
    /// The embeddings of vertical offsets, context minus query, `[2 · height − 1, k]`.
    pub vertical: Tensor,
    /// The embeddings of horizontal offsets, `[2 · width − 1, k]`.
    pub horizontal: Tensor,
    /// The layer's own output y as the backend computed it, `[n, h · v]`, before any pooling, norm or activation.
    pub output: Tensor,
}

/// A layer of one run that gathers from the whole map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LayerTrace {
    /// A lambda layer.
    Lambda(LambdaTrace),
    /// Self-attention.
    Attention(AttentionTrace),
}

impl LayerTrace {
    /// The layer's place in the network, such as `stages.1.1`.
    pub fn name(&self) -> &str {
        match self {
            Self::Lambda(layer) => &layer.name,
            Self::Attention(layer) => &layer.name,
        }
    }

    /// Rows and columns of the queries' map.
    pub fn map(&self) -> [usize; 2] {
        match self {
            Self::Lambda(layer) => [layer.dims.height, layer.dims.width],
            Self::Attention(layer) => [layer.dims.height, layer.dims.width],
        }
    }

    /// h.
    pub fn heads(&self) -> usize {
        match self {
            Self::Lambda(layer) => layer.dims.heads,
            Self::Attention(layer) => layer.dims.heads,
        }
    }

    /// u: the maps that a head has for each query.
    pub fn intra(&self) -> usize {
        match self {
            Self::Lambda(layer) => layer.dims.intra,
            Self::Attention(_) => 1,
        }
    }

    /// Its arrays, in a fixed order.
    pub fn tensors_mut(&mut self) -> Vec<&mut Tensor> {
        match self {
            Self::Lambda(l) => vec![
                &mut l.query,
                &mut l.key,
                &mut l.k_bar,
                &mut l.value,
                &mut l.position,
                &mut l.position_bias,
                &mut l.lambda_content,
                &mut l.output,
            ],
            Self::Attention(l) => {
                vec![&mut l.query, &mut l.key, &mut l.value, &mut l.vertical, &mut l.horizontal, &mut l.output]
            }
        }
    }

    /// The lambda layer, if it is one.
    pub fn as_lambda(&self) -> Option<&LambdaTrace> {
        if let Self::Lambda(layer) = self { Some(layer) } else { None }
    }

    /// The attention layer, if it is one.
    pub fn as_attention(&self) -> Option<&AttentionTrace> {
        if let Self::Attention(layer) = self { Some(layer) } else { None }
    }
}

/// The lambda and attention layers of one run, in the network's order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// One entry a layer.
    pub layers: Vec<LayerTrace>,
}

/// Gathers a trace from the values a run left behind; `read` gives a value's numbers, once each.
///
/// # Errors
/// What `read` fails with.
pub fn gather<E>(graph: &Graph, mut read: impl FnMut(ValueId) -> Result<Vec<f32>, E>) -> Result<Trace, E> {
    let layers = graph.layers.iter().map(|site| gather_layer(graph, site, &mut read));
    Ok(Trace { layers: layers.collect::<Result<_, E>>()? })
}

/// As [`gather`], of one of the graph's layers, whose values alone are read.
///
/// # Errors
/// What `read` fails with.
pub fn gather_layer<E>(
    graph: &Graph,
    site: &Site,
    read: &mut impl FnMut(ValueId) -> Result<Vec<f32>, E>,
) -> Result<LayerTrace, E> {
    match site {
        Site::Lambda(site) => lambda(graph, site, read).map(LayerTrace::Lambda),
        Site::Attention(site) => attention(graph, site, read).map(LayerTrace::Attention),
    }
}

/// `count` columns from `from` on of rows of `row` values.
fn columns(rows: &[f32], row: u32, from: u32, count: usize) -> Tensor {
    let from = from as usize;
    let data: Vec<f32> = rows.chunks_exact(row as usize).flat_map(|r| &r[from..from + count]).copied().collect();
    Tensor::exact([data.len() / count.max(1), count], data)
}

fn attention<E>(
    graph: &Graph,
    site: &AttentionSite,
    read: &mut impl FnMut(ValueId) -> Result<Vec<f32>, E>,
) -> Result<AttentionTrace, E> {
    let params = &site.params;
    let [height, width, heads, key_depth, value_depth] =
        [params.height, params.width, params.heads, params.key_depth, params.value_depth].map(|n| n as usize);
    let dims = AttentionDims { height, width, heads, key_depth, value_depth };
    let qkv = read(site.qkv)?;
    let part = |from: u32, count: usize| columns(&qkv, params.row, from, count);
    Ok(AttentionTrace {
        name: site.name.clone(),
        query: part(0, heads * key_depth),
        key: part(params.key_offset, heads * key_depth),
        value: part(params.value_offset, heads * value_depth),
        vertical: graph.constants[site.vertical].clone(),
        horizontal: graph.constants[site.horizontal].clone(),
        output: Tensor::exact([dims.positions(), heads * value_depth], read(site.output)?),
        dims,
    })
}

fn lambda<E>(
    graph: &Graph,
    site: &LambdaSite,
    read: &mut impl FnMut(ValueId) -> Result<Vec<f32>, E>,
) -> Result<LambdaTrace, E> {
    let params = &site.params;
    let of = |[y, x]: [u32; 2]| [y as usize, x as usize];
    let dims = LambdaDims {
        height: params.height as usize,
        width: params.width as usize,
        context_height: params.context_height as usize,
        context_width: params.context_width as usize,
        heads: params.heads as usize,
        key_depth: params.key_depth as usize,
        value_depth: params.value_depth as usize,
        intra: params.intra as usize,
        window: of([params.window_height, params.window_width]),
        origin: of([params.origin_y, params.origin_x]),
    };
    let (n, m) = (dims.queries(), dims.positions());
    let (keys, values) = (dims.intra * dims.key_depth, dims.intra * dims.value_depth);
    let queries = read(site.queries)?;
    let other = if site.context == site.queries { None } else { Some(read(site.context)?) };
    let context = other.as_ref().unwrap_or(&queries);
    let (k_bar, lambda_content) = match site.content {
        Some([k_bar, lambda]) => {
            (Tensor::exact([m, keys], read(k_bar)?), Tensor::exact([dims.key_depth, dims.value_depth], read(lambda)?))
        }
        None => (Tensor::zeros([m, keys]), Tensor::zeros([dims.key_depth, dims.value_depth])),
    };
    Ok(LambdaTrace {
        name: site.name.clone(),
        mask: site.mask.clone(),
        content: params.content == 1,
        query: columns(&queries, params.query_row, 0, dims.heads * dims.key_depth),
        key: columns(context, params.context_row, params.key_offset, keys),
        k_bar,
        value: columns(context, params.context_row, params.value_offset, values),
        position: graph.constants[site.position].clone(),
        position_bias: graph.constants[site.bias].clone(),
        lambda_content,
        output: Tensor::exact([n, dims.heads * dims.value_depth], read(site.output)?),
        dims,
    })
}
