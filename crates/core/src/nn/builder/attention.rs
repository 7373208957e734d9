//! A self-attention layer as kernels: one projection, then `attention`.

use super::ops::Builder;
use crate::kernels::{Activation, attention};
use crate::nn::attention_layer::AttentionLayer;
use crate::nn::error::WeightsError;
use crate::nn::fold::Affine;
use crate::nn::graph::{AttentionSite, Graph, Op, Site, ValueId};

/// The graph of one attention layer alone on a map of `[height, width]`. Its input is a map `[H, W, C]` with the channels
/// padded to a multiple of 4 (see [`crate::nn::graph::padded`]), its output, pooled where the stride is 2, stands in
/// [`Graph::logits`].
///
/// # Errors
/// If the layer's tables are too small for the map, or the map is too small for the stride.
pub fn attention_layer_graph(
    layer: &AttentionLayer,
    [height, width]: [usize; 2],
    stride: usize,
) -> Result<Graph, WeightsError> {
    if !(1..=2).contains(&stride) || height < stride || width < stride {
        return Err(WeightsError::Unsupported {
            what: "the layer's stride and map".into(),
            expected: "stride 1 or 2, and at least one position for each output".into(),
            found: format!("stride {stride} on {height}×{width}"),
        });
    }
    let input = [height, width, layer.shape.dim.next_multiple_of(4)];
    let mut builder = Builder::new(input);
    let x = builder.graph.input;
    let output = builder.attention("layer", x, layer)?;
    builder.graph.logits = if stride == 1 {
        output
    } else {
        builder.pool_affine("pool", output, Affine::identity(layer.shape.outputs), 2, Activation::None)
    };
    Ok(builder.graph)
}

/// As [`attention_layer_graph`] with stride 1, by [`attention_map`](crate::kernels::attention_map) and
/// [`attention_values`](crate::kernels::attention_values): the map of weights, `[h, n, n]`, stands in memory as a whole.
///
/// # Errors
/// If the layer's tables are too small for the map.
pub fn stored_attention_graph(layer: &AttentionLayer, [height, width]: [usize; 2]) -> Result<Graph, WeightsError> {
    let mut builder = Builder::new([height, width, layer.shape.dim.next_multiple_of(4)]);
    let x = builder.graph.input;
    builder.graph.logits = builder.attention_by("layer", x, layer, Map::Stored)?;
    Ok(builder.graph)
}

/// Whether attention's weights are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Map {
    Stored,
    Streamed,
}

impl Builder {
    /// The attention layer proper on the map `x`.
    pub(super) fn attention(
        &mut self,
        block: &str,
        x: ValueId,
        layer: &AttentionLayer,
    ) -> Result<ValueId, WeightsError> {
        self.attention_by(block, x, layer, Map::Streamed)
    }

    fn attention_by(
        &mut self,
        block: &str,
        x: ValueId,
        layer: &AttentionLayer,
        map: Map,
    ) -> Result<ValueId, WeightsError> {
        let (shape, name) = (layer.shape, format!("{block}.self_attn"));
        let [height, width, _] = self.shape(x);
        let [vertical, horizontal] = layer.tables(block, [height, width])?;
        let qkv = self.project(&format!("{name}.qkv"), x, &layer.projection);
        let params = attention::Params {
            height: height as u32,
            width: width as u32,
            row: self.shape(qkv)[2] as u32,
            key_offset: shape.queries() as u32,
            value_offset: 2 * shape.queries() as u32,
            heads: shape.heads as u32,
            key_depth: shape.key_depth as u32,
            value_depth: shape.value_depth() as u32,
        };
        let [vertical, horizontal] =
            [vertical, horizontal].map(|table| self.constant(table.shape(), table.data().to_vec()));
        let output = if map == Map::Stored {
            let map = self.value(&format!("{name}.map"), [shape.heads, height * width, height * width]);
            self.graph.ops.push(Op::AttentionMap { params, qkv, vertical, horizontal, map });
            let output = self.value(&name, [height, width, shape.outputs]);
            self.graph.ops.push(Op::AttentionValues { params, qkv, map, output });
            output
        } else {
            let output = self.value(&name, [height, width, shape.outputs]);
            self.graph.ops.push(Op::Attention { params, qkv, vertical, horizontal, output });
            output
        };
        let site = AttentionSite { name: block.to_owned(), params, qkv, vertical, horizontal, output };
        self.graph.layers.push(Site::Attention(site));
        Ok(output)
    }
}
