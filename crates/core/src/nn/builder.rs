//! From a description and its weights to the graph of kernels at one picture size.
//!
//! The block structure is timm's ByobNet: bottlenecks whose first of a stage has a projection shortcut, BatchNorm folded
//! into every convolution, `post_attn` after a lambda or attention layer.

mod attention;
mod lambda;

pub use attention::attention_layer_graph;
pub use lambda::{LayerSetting, lambda_layer_graph};

use crate::kernels::{Activation, conv, max_pool, mean_pool, pool_affine};
use crate::nn::attention_layer::{AttentionLayer, AttentionShape};
use crate::nn::description::{Block, Description, Stage};
use crate::nn::edit::{Edits, LayerEdit};
use crate::nn::fold::{Affine, FoldedConv, fold_conv};
use crate::nn::graph::{ConstantId, Graph, Op, Value, ValueId};
use crate::nn::lambda_layer::{AskedFor, LambdaLayer, Mask};
use crate::nn::weights::{Weights, WeightsError};
use crate::tensor::Tensor;

/// Channels that the picture travels with: red, green, blue and a zero, so that the stem is an ordinary convolution.
pub const PICTURE_CHANNELS: usize = 4;

/// The longest side of a picture that a network runs on, in pixels.
pub const MAX_SIDE: usize = 2048;

/// The most numbers that one value of a graph may hold; indices into it fit the kernels' 32 bits and its bytes a
/// 32-bit address space.
pub const MAX_VALUES: usize = 1 << 28;

/// The graph of a described network for pictures of `[height, width]` pixels, its lambda layers changed as `edits` say;
/// what they name and the network lacks is passed over.
///
/// # Errors
/// If a tensor is missing or misshapen, or the description asks for something the kernels do not run;
/// [`WeightsError::Size`] if a side is 0 or above [`MAX_SIDE`], or a value would hold more than [`MAX_VALUES`] numbers.
pub fn network_graph(
    description: &Description,
    weights: &Weights,
    edits: &Edits,
    [height, width]: [usize; 2],
) -> Result<Graph, WeightsError> {
    let Description { stem, stages, activation, labels, .. } = description;
    if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
        let cause = format!("a side must have from 1 to {MAX_SIDE} pixels");
        return Err(WeightsError::Size { height, width, cause });
    }
    let mut builder = Builder::new(weights, *activation, [height, width, PICTURE_CHANNELS]);
    let mut x = builder.graph.input;
    for (i, layer) in stem.convs.iter().enumerate() {
        let name = format!("stem.conv{}", i + 1);
        let output = if i + 1 == stem.convs.len() && !stem.pool { "stem" } else { &name };
        let shape = ConvShape { out: layer.out, kernel: 3, stride: layer.stride };
        x = builder.conv_norm(&name, output, x, shape, *activation, None)?;
        builder.check_constants(&name)?;
    }
    if stem.pool {
        x = builder.max_pool("stem", x);
    }
    for (s, stage) in stages.iter().enumerate() {
        for (i, block) in stage.blocks.iter().enumerate() {
            let name = format!("stages.{s}.{i}");
            x = builder.block(&name, x, stage, block, edits.layers.get(&name), i == 0)?;
            builder.check_constants(&name)?;
        }
    }
    builder.head(x, labels.len())?;
    builder.check_constants("head")?;
    let fits = |[h, w, c]: [usize; 3]| h.checked_mul(w).and_then(|n| n.checked_mul(c)).is_some_and(|n| n <= MAX_VALUES);
    if let Some(Value { name, shape }) = builder.graph.values.iter().find(|value| !fits(value.shape)) {
        let cause = format!("`{name}` would have shape {shape:?}, expected at most {MAX_VALUES} numbers");
        return Err(WeightsError::Size { height, width, cause });
    }
    Ok(builder.graph)
}

/// A tensor whose length is the builder's own arithmetic; a mismatch is a fault of this crate.
pub(super) fn tensor(shape: &[usize], data: Vec<f32>) -> Tensor {
    match Tensor::new(shape, data) {
        Ok(tensor) => tensor,
        Err(error) => unreachable!("the graph's own sizes disagree: {error}"),
    }
}

/// One convolution's size, its input's channels being known from the input.
#[derive(Clone, Copy)]
struct ConvShape {
    out: usize,
    kernel: usize,
    stride: usize,
}

/// Grows a graph; methods append ops and return the value they write.
struct Builder<'a> {
    weights: &'a Weights,
    activation: Activation,
    graph: Graph,
    checked: usize,
}

impl<'a> Builder<'a> {
    fn new(weights: &'a Weights, activation: Activation, input: [usize; 3]) -> Self {
        let mut builder = Self { weights, activation, graph: Graph::default(), checked: 0 };
        builder.graph.input = builder.value("picture", input);
        builder
    }

    fn value(&mut self, name: &str, shape: [usize; 3]) -> ValueId {
        self.graph.values.push(Value { name: name.to_owned(), shape });
        self.graph.values.len() - 1
    }

    fn constant(&mut self, shape: &[usize], data: Vec<f32>) -> ConstantId {
        self.graph.constants.push(tensor(shape, data));
        self.graph.constants.len() - 1
    }

    /// Refuses the constants added since the last call if folding made one of them overflow.
    fn check_constants(&mut self, part: &str) -> Result<(), WeightsError> {
        let added = &self.graph.constants[self.checked..];
        self.checked = self.graph.constants.len();
        match added.iter().flat_map(Tensor::data).find(|value| !value.is_finite()) {
            None => Ok(()),
            Some(value) => Err(WeightsError::Unsupported {
                what: format!("a weight of `{part}` with its norm folded in"),
                expected: "a finite number".into(),
                found: value.to_string(),
            }),
        }
    }

    fn shape(&self, value: ValueId) -> [usize; 3] {
        self.graph.values[value].shape
    }

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
        let padded = self.shape(input)[2];
        if !out.is_multiple_of(4) || out == 0 {
            return Err(WeightsError::Unsupported {
                what: format!("the number of channels of `{output}`"),
                expected: "a positive multiple of 4".into(),
                found: out.to_string(),
            });
        }
        let channels = if input == self.graph.input { 3 } else { padded };
        let weight = self.weights.get(&format!("{name}.conv.weight"), &[out, channels, kernel, kernel])?;
        let norm = Affine::batch_norm(self.weights, &format!("{name}.bn"), out)?;
        let folded = fold_conv(weight.data(), [out, channels, kernel], padded, &norm);
        Ok(self.conv(output, input, folded, shape, activation, residual))
    }

    fn conv(
        &mut self,
        output: &str,
        input: ValueId,
        folded: FoldedConv,
        ConvShape { out, kernel, stride }: ConvShape,
        activation: Activation,
        residual: Option<ValueId>,
    ) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let padding = kernel / 2;
        let extent = |side: usize| (side + 2 * padding - kernel) / stride + 1;
        let (out_height, out_width) = (extent(height), extent(width));
        let params = conv::Params {
            in_height: height as u32,
            in_width: width as u32,
            in_channels: channels as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            out_channels: out as u32,
            kernel: kernel as u32,
            stride: stride as u32,
            padding: padding as u32,
            activation: activation.code(),
            residual: residual.is_some().into(),
            unused: 0,
        };
        let weights = self.constant(&[kernel * kernel * channels, out], folded.weights);
        let bias = self.constant(&[out], folded.bias);
        let output = self.value(output, [out_height, out_width, out]);
        self.graph.ops.push(Op::Conv { params, input, weights, bias, residual, output });
        output
    }

    fn max_pool(&mut self, name: &str, input: ValueId) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
        let params = max_pool::Params {
            in_height: height as u32,
            in_width: width as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            channels: channels as u32,
        };
        let output = self.value(name, [out_height, out_width, channels]);
        self.graph.ops.push(Op::MaxPool { params, input, output });
        output
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
                let mut layer = LambdaLayer::from_state_dict(self.weights, &format!("{part}."), Some(*u))?;
                let asked = AskedFor { channels: stage.mid, heads: *heads, key_depth: *k, intra: *u, position };
                layer.check(&part, &asked)?;
                layer.content = *content;
                let mut mask = Mask::None;
                if let Some(edit) = edit {
                    edit.apply(&mut layer);
                    let [height, width, _] = self.shape(y);
                    mask = edit.mask(height * width, height * width);
                }
                let y = self.lambda(name, y, &layer, &mask, None)?;
                self.post_attention(name, y, *stride)?
            }
            Block::Attention { stride, heads, k } => {
                let shape = AttentionShape { dim: stage.mid, outputs: stage.mid, heads: *heads, key_depth: *k };
                let layer = AttentionLayer::from_state_dict(self.weights, &format!("{name}.self_attn."), shape)?;
                let y = self.attention(name, y, &layer)?;
                self.post_attention(name, y, *stride)?
            }
        };
        let last = format!("{name}.conv3_1x1");
        let ([height, width, _], [kept_height, kept_width, _]) = (self.shape(y), self.shape(shortcut));
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
        let norm = Affine::batch_norm(self.weights, &part, self.shape(input)[2])?;
        Ok(self.pool_affine(&part, input, norm, pool))
    }

    /// Average pool, affine map, activation.
    fn pool_affine(&mut self, name: &str, input: ValueId, affine: Affine, pool: usize) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let (scale, shift) = (self.constant(&[channels], affine.scale), self.constant(&[channels], affine.shift));
        let params = pool_affine::Params {
            in_height: height as u32,
            in_width: width as u32,
            channels: channels as u32,
            pool: pool as u32,
            activation: self.activation.code(),
        };
        let [out_height, out_width] = params.out_size();
        let output = self.value(name, [out_height as usize, out_width as usize, channels]);
        self.graph.ops.push(Op::PoolAffine { params, input, scale, shift, output });
        output
    }

    /// Mean over positions, then the classifier as a 1×1 convolution with its outputs padded to a multiple of 4.
    fn head(&mut self, input: ValueId, classes: usize) -> Result<(), WeightsError> {
        let [height, width, channels] = self.shape(input);
        let mean = self.value("head.mean", [1, 1, channels]);
        let params = mean_pool::Params { pixels: (height * width) as u32, channels: channels as u32 };
        self.graph.ops.push(Op::MeanPool { params, input, output: mean });
        let weight = self.weights.get("head.fc.weight", &[classes, channels])?;
        let bias = self.weights.get("head.fc.bias", &[classes])?;
        let out = classes.next_multiple_of(4);
        let mut affine = Affine::identity(classes);
        affine.shift.copy_from_slice(bias.data());
        affine.shift.resize(out, 0.0);
        affine.scale.resize(out, 1.0);
        let mut padded = weight.data().to_vec();
        padded.resize(out * channels, 0.0);
        let folded = fold_conv(&padded, [out, channels, 1], channels, &affine);
        let shape = ConvShape { out, kernel: 1, stride: 1 };
        self.graph.logits = self.conv("logits", mean, folded, shape, Activation::None, None);
        Ok(())
    }
}
