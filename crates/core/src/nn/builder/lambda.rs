//! A lambda layer as kernels: projections, content lambda, application in the cheaper order, or the masked kernel.

use super::ops::Builder;
use crate::kernels::lambda_masked::Visible;
use crate::kernels::lambda_order::Order;
use crate::kernels::{Activation, lambda_apply, lambda_content};
use crate::nn::error::WeightsError;
use crate::nn::fold::Affine;
use crate::nn::graph::{Graph, LambdaSite, Op, Site, ValueId};
use crate::nn::lambda_layer::LambdaLayer;
use crate::nn::mask::Mask;

/// How a lambda layer of its own runs.
#[derive(Clone, Debug, Default)]
pub struct LayerSetting {
    /// Rows and columns of the input.
    pub map: [usize; 2],
    /// Rows and columns of the context, if it is not the input.
    pub context: Option<[usize; 2]>,
    /// What each query sees.
    pub mask: Mask,
    /// 1, or 2 for an average pool after the layer.
    pub stride: usize,
    /// The order to multiply in, if not the cheaper one.
    pub order: Option<Order>,
}

/// The graph of one lambda layer alone. Its input is a map `[H, W, C]` with the channels padded to a multiple of 4 (see
/// [`crate::nn::graph::padded`]), its output, pooled where the stride is 2, stands in [`Graph::logits`].
///
/// # Errors
/// If the layer and the setting do not fit each other.
pub fn lambda_layer_graph(layer: &LambdaLayer, setting: &LayerSetting) -> Result<Graph, WeightsError> {
    let LayerSetting { map: [height, width], context, mask, stride, order } = setting;
    let unsupported = |what: &str, expected: &str, found: String| {
        Err(WeightsError::Unsupported { what: what.into(), expected: expected.into(), found })
    };
    if !(1..=2).contains(stride) {
        return unsupported("the layer's stride", "1 or 2", stride.to_string());
    }
    if *height < *stride || *width < *stride {
        return unsupported("the layer's map", "at least one position for each output", format!("{:?}", setting.map));
    }
    let input = [*height, *width, layer.shape.dim.next_multiple_of(4)];
    let mut builder = Builder::new(input);
    if let Some([height, width]) = *context {
        let shape = [height, width, layer.shape.context_dim.next_multiple_of(4)];
        builder.graph.context = Some(builder.value("context", shape));
    }
    let x = builder.graph.input;
    let output = builder.lambda("layer", x, layer, mask, *order)?;
    builder.graph.logits = if *stride == 1 {
        output
    } else {
        builder.pool_affine("pool", output, Affine::identity(layer.shape.outputs()), *stride, Activation::None)
    };
    Ok(builder.graph)
}

impl Builder {
    /// The lambda layer proper on the map `x`, its context being `x` unless the graph has one of its own.
    pub(super) fn lambda(
        &mut self,
        block: &str,
        x: ValueId,
        layer: &LambdaLayer,
        mask: &Mask,
        order: Option<Order>,
    ) -> Result<ValueId, WeightsError> {
        let (shape, name) = (layer.shape, format!("{block}.self_attn"));
        let [height, width, _] = self.shape(x);
        let context_map = self.graph.context.map_or([height, width], |id| [self.shape(id)[0], self.shape(id)[1]]);
        let (n, m) = (height * width, context_map[0] * context_map[1]);
        if self.graph.context.is_none() && shape.dim != shape.context_dim {
            return Err(WeightsError::Unsupported {
                what: format!("the context of `{block}`"),
                expected: format!("a map of {} channels beside the input", shape.context_dim),
                found: format!("the input, which has {}", shape.dim),
            });
        }
        if let Mask::Given(mask) = mask
            && n.checked_mul(m) != Some(mask.len())
        {
            return Err(WeightsError::Unsupported {
                what: format!("the mask of `{block}`"),
                expected: format!("[{n}, {m}], queries by context positions"),
                found: format!("{} values", mask.len()),
            });
        }
        let [window, origin] = layer.window(block, [height, width], context_map)?;

        let (queries, context, key_offset) = match self.graph.context {
            None => {
                let qkv = self.project(&format!("{name}.qkv"), x, &layer.query.beside(&layer.context));
                (qkv, qkv, shape.queries())
            }
            Some(other) => {
                let queries = self.project(&format!("{name}.q"), x, &layer.query);
                (queries, self.project(&format!("{name}.kv"), other, &layer.context), 0)
            }
        };
        let content = if layer.content && *mask == Mask::None {
            let k_bar = self.value(&format!("{name}.k_bar"), [context_map[0], context_map[1], shape.keys()]);
            let lambda = self.value(&format!("{name}.lambda_content"), [1, shape.key_depth, shape.value_depth]);
            let params = lambda_content::Params {
                positions: m as u32,
                row: self.shape(context)[2] as u32,
                key_offset: key_offset as u32,
                value_offset: (key_offset + shape.keys()) as u32,
                key_depth: shape.key_depth as u32,
                value_depth: shape.value_depth as u32,
                intra: shape.intra as u32,
            };
            self.graph.ops.push(Op::LambdaContent { params, context, k_bar, lambda });
            Some([k_bar, lambda])
        } else {
            None
        };
        let visible = match mask {
            Mask::None => Visible::All,
            Mask::Causal => Visible::Causal,
            Mask::Given(_) => Visible::Given,
        };
        let params = lambda_apply::Params {
            height: height as u32,
            width: width as u32,
            context_height: context_map[0] as u32,
            context_width: context_map[1] as u32,
            query_row: self.shape(queries)[2] as u32,
            context_row: self.shape(context)[2] as u32,
            key_offset: key_offset as u32,
            value_offset: (key_offset + shape.keys()) as u32,
            heads: shape.heads as u32,
            key_depth: shape.key_depth as u32,
            value_depth: shape.value_depth as u32,
            intra: shape.intra as u32,
            window_height: window[0] as u32,
            window_width: window[1] as u32,
            origin_y: origin[0] as u32,
            origin_x: origin[1] as u32,
            content: layer.content.into(),
            mask: visible.code(),
        };
        // A layer without position lambdas still binds a cell of E, which no query reaches.
        let position = match &layer.position {
            Some(table) => self.constant(table.cells.shape(), table.cells.data().to_vec()),
            None => self.constant(&[1, shape.keys()], vec![0.0; shape.keys()]),
        };
        let bias = self.constant(&[shape.key_depth], layer.bias.data().to_vec());
        let output = self.value(&name, [height, width, shape.outputs()]);
        let op = match mask {
            Mask::None => Op::LambdaApply {
                order: order.unwrap_or_else(|| Order::cheaper(&params)),
                params,
                queries,
                context,
                lambda: content.map(|[_, lambda]| lambda),
                position,
                bias,
                output,
            },
            Mask::Causal => Op::LambdaMasked { params, queries, context, position, bias, visible: None, output },
            Mask::Given(mask) => {
                let mask = mask.iter().map(|seen| if *seen == 0 { 0.0 } else { 1.0 }).collect();
                let visible = Some(self.constant(&[n, m], mask));
                Op::LambdaMasked { params, queries, context, position, bias, visible, output }
            }
        };
        self.graph.ops.push(op);
        let name = block.to_owned();
        let mask = mask.clone();
        let site = LambdaSite { name, params, mask, queries, context, content, position, bias, output };
        self.graph.layers.push(Site::Lambda(site));
        Ok(output)
    }
}
