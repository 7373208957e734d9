//! A whole network: its stem, its stages of bottlenecks, its head.

use super::ops::{Builder, ConvShape};
use crate::kernels::Activation;
use crate::nn::attention_layer::{AttentionLayer, AttentionShape};
use crate::nn::description::{Block, Description, Stage};
use crate::nn::edit::{Edits, LayerEdit};
use crate::nn::error::WeightsError;
use crate::nn::fold::{Affine, fold_conv};
use crate::nn::graph::{Graph, Value, ValueId};
use crate::nn::lambda_layer::{AskedFor, LambdaLayer};
use crate::nn::limits::{MAX_SIDE, MAX_VALUES};
use crate::nn::mask::Mask;
use crate::nn::reader::Reader;

/// Channels that the picture travels with: red, green, blue and a zero, so that the stem is an ordinary convolution.
pub const PICTURE_CHANNELS: usize = 4;

/// The graph of a described network for pictures of `[height, width]` pixels, its lambda layers changed as `edits` say;
/// what they name and the network lacks is passed over. `reader` remembers which tensors the network uses.
///
/// # Errors
/// If a tensor is missing or misshapen, or the description asks for something the kernels do not run;
/// [`WeightsError::Size`] if a side is 0 or above [`MAX_SIDE`], or a value would hold more than [`MAX_VALUES`] numbers.
pub fn network_graph(
    description: &Description,
    reader: &mut Reader<'_>,
    edits: &Edits,
    [height, width]: [usize; 2],
) -> Result<Graph, WeightsError> {
    let Description { stem, stages, activation, labels, .. } = description;
    if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
        let cause = format!("a side must have from 1 to {MAX_SIDE} pixels");
        return Err(WeightsError::Size { height, width, cause });
    }
    let ops = Builder::new([height, width, PICTURE_CHANNELS]);
    let mut x = ops.graph.input;
    let mut builder = NetworkBuilder { reader, activation: *activation, ops };
    for (i, layer) in stem.convs.iter().enumerate() {
        let name = format!("stem.conv{}", i + 1);
        let output = if i + 1 == stem.convs.len() && !stem.pool { "stem" } else { &name };
        let shape = ConvShape { out: layer.out, kernel: 3, stride: layer.stride };
        x = builder.conv_norm(&name, output, x, shape, *activation, None)?;
        builder.ops.check_constants(&name)?;
    }
    if stem.pool {
        x = builder.ops.max_pool("stem", x);
    }
    for (s, stage) in stages.iter().enumerate() {
        for (i, block) in stage.blocks.iter().enumerate() {
            let name = format!("stages.{s}.{i}");
            x = builder.block(&name, x, stage, block, edits.layers.get(&name), i == 0)?;
            builder.ops.check_constants(&name)?;
        }
    }
    builder.head(x, labels.len())?;
    builder.ops.check_constants("head")?;
    let fits = |[h, w, c]: [usize; 3]| h.checked_mul(w).and_then(|n| n.checked_mul(c)).is_some_and(|n| n <= MAX_VALUES);
    if let Some(Value { name, shape }) = builder.ops.graph.values.iter().find(|value| !fits(value.shape)) {
        let cause = format!("`{name}` would have shape {shape:?}, expected at most {MAX_VALUES} numbers");
        return Err(WeightsError::Size { height, width, cause });
    }
    Ok(builder.ops.graph)
}

/// The parts of a network, read and appended.
struct NetworkBuilder<'r, 'w> {
    reader: &'r mut Reader<'w>,
    activation: Activation,
    ops: Builder,
}

impl NetworkBuilder<'_, '_> {
    /// A bias-free convolution stored under `{name}.conv` with its BatchNorm under `{name}.bn`.
    fn conv_norm(
        &mut self,
        name: &str,
        output: &str,
        input: ValueId,
        shape: ConvShape,
        activation: Activation,
        residual: Option<ValueId>,
    ) -> Result<ValueId, WeightsError> {
        let ConvShape { out, kernel, .. } = shape;
        let padded = self.ops.shape(input)[2];
        if !out.is_multiple_of(4) || out == 0 {
            return Err(WeightsError::Unsupported {
                what: format!("the number of channels of `{output}`"),
                expected: "a positive multiple of 4".into(),
                found: out.to_string(),
            });
        }
        let channels = if input == self.ops.graph.input { 3 } else { padded };
        let weight = self.reader.get(&format!("{name}.conv.weight"), &[out, channels, kernel, kernel])?;
        let norm = Affine::batch_norm(self.reader, &format!("{name}.bn"), out)?;
        let folded = fold_conv(weight.data(), [out, channels, kernel], padded, &norm);
        Ok(self.ops.conv(output, input, folded, shape, activation, residual))
    }

    fn block(
        &mut self,
        name: &str,
        x: ValueId,
        stage: &Stage,
        block: &Block,
        edit: Option<&LayerEdit>,
        first: bool,
    ) -> Result<ValueId, WeightsError> {
        let (act, stride) = (self.activation, block.stride());
        if !(1..=2).contains(&stride) {
            return Err(WeightsError::Unsupported {
                what: format!("the stride of `{name}`"),
                expected: "1 or 2".into(),
                found: stride.to_string(),
            });
        }
        let point = |out: usize, stride: usize| ConvShape { out, kernel: 1, stride };
        let shortcut = if first {
            let part = format!("{name}.shortcut");
            self.conv_norm(&part, &part, x, point(stage.out, stride), Activation::None, None)?
        } else {
            x
        };
        let part = format!("{name}.conv1_1x1");
        let mut y = self.conv_norm(&part, &part, x, point(stage.mid, 1), act, None)?;
        y = match block {
            Block::Conv { stride } => {
                let part = format!("{name}.conv2_kxk");
                self.conv_norm(&part, &part, y, ConvShape { out: stage.mid, kernel: 3, stride: *stride }, act, None)?
            }
            Block::Lambda { stride, heads, k, u, content, position } => {
                let part = format!("{name}.self_attn");
                let mut layer = LambdaLayer::from_state_dict(self.reader, &format!("{part}."), Some(*u))?;
                let asked = AskedFor { channels: stage.mid, heads: *heads, key_depth: *k, intra: *u, position };
                layer.check(&part, &asked)?;
                layer.content = *content;
                let mut mask = Mask::None;
                if let Some(edit) = edit {
                    edit.apply(&mut layer);
                    let [height, width, _] = self.ops.shape(y);
                    mask = edit.mask(height * width, height * width);
                }
                let y = self.ops.lambda(name, y, &layer, &mask, None)?;
                self.post_attention(name, y, *stride)?
            }
            Block::Attention { stride, heads, k } => {
                let shape = AttentionShape { dim: stage.mid, outputs: stage.mid, heads: *heads, key_depth: *k };
                let layer = AttentionLayer::from_state_dict(self.reader, &format!("{name}.self_attn."), shape)?;
                let y = self.ops.attention(name, y, &layer)?;
                self.post_attention(name, y, *stride)?
            }
        };
        let last = format!("{name}.conv3_1x1");
        let ([height, width, _], [kept_height, kept_width, _]) = (self.ops.shape(y), self.ops.shape(shortcut));
        if [height, width] != [kept_height, kept_width] {
            // The pool rounds down, the shortcut's strided convolution rounds up.
            return Err(WeightsError::Unsupported {
                what: format!("the map that `{name}` pools to"),
                expected: format!("{kept_height}×{kept_width} as its shortcut gives"),
                found: format!("{height}×{width}"),
            });
        }
        self.conv_norm(&last, name, y, point(stage.out, 1), act, Some(shortcut))
    }

    /// What follows a block's lambda or attention layer: average pool, BatchNorm, activation.
    fn post_attention(&mut self, block: &str, input: ValueId, pool: usize) -> Result<ValueId, WeightsError> {
        let part = format!("{block}.post_attn");
        let norm = Affine::batch_norm(self.reader, &part, self.ops.shape(input)[2])?;
        Ok(self.ops.pool_affine(&part, input, norm, pool, self.activation))
    }

    /// Mean over positions, then the classifier as a 1×1 convolution with its outputs padded to a multiple of 4.
    fn head(&mut self, input: ValueId, classes: usize) -> Result<(), WeightsError> {
        let channels = self.ops.shape(input)[2];
        let mean = self.ops.mean_pool("head.mean", input);
        let weight = self.reader.get("head.fc.weight", &[classes, channels])?;
        let bias = self.reader.get("head.fc.bias", &[classes])?;
        let out = classes.next_multiple_of(4);
        let mut affine = Affine::identity(classes);
        affine.shift.copy_from_slice(bias.data());
        affine.shift.resize(out, 0.0);
        affine.scale.resize(out, 1.0);
        let mut padded = weight.data().to_vec();
        padded.resize(out * channels, 0.0);
        let folded = fold_conv(&padded, [out, channels, 1], channels, &affine);
        let shape = ConvShape { out, kernel: 1, stride: 1 };
        self.ops.graph.logits = self.ops.conv("logits", mean, folded, shape, Activation::None, None);
        Ok(())
    }
}
