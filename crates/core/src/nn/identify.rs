//! What a state dict without a description is, told from the names and shapes of its tensors alone.
//!
//! The order in which a file is sniffed:
//!
//! 1. our own metadata describe it, so that nothing has to be told ([`crate::nn::network`]); without them the prefix
//!    that stands before [`FIRST_TENSOR`], if any does, has been left off ([`crate::nn::weights`]);
//! 2. `qkv.weight` or `to_q.weight` at top level: one lambda layer, which is no network;
//! 3. `stem.conv1.conv.weight`: timm's ByobNet, whose every size is inferred here; if that is one of [`KNOWN`] it gets
//!    its name, activation and preprocessing, otherwise the title says what was assumed;
//! 4. anything else is refused.
//!
//! Strides leave no trace in a state dict: timm's are taken (stem 2 then 1, max pool, stages 1, 2, 2, …). Whether all
//! other tensors fit is for [`crate::nn::builder`] to say.

use crate::kernels::Activation;
use crate::nn::description::{Block, Description, Position, Stage, Stem, StemConv};
use crate::nn::error::WeightsError;
use crate::nn::format::FORMAT;
use crate::nn::imagenet;
use crate::nn::known::{KNOWN, KnownNetwork};
use crate::nn::lambda_layer::{FIRST_TENSORS, LambdaLayer, LambdaShape};
use crate::nn::reader::Reader;
use crate::nn::weights::Weights;
use crate::picture::Preprocessing;

/// The tensor by which timm's ByobNet is recognised.
pub const FIRST_TENSOR: &str = "stem.conv1.conv.weight";

/// How far a stage is looked for behind a gap, which is named rather than what no longer fits after it.
const MOST_STAGES: usize = 16;

/// The input's side where nothing tells it, in pixels.
const USUAL_SIDE: usize = 256;

/// What a picture's shorter side is resized to before a square of [`USUAL_SIDE`] is cut out of it.
const USUAL_RESIZE: usize = 272;

/// The description of the network that a state dict holds.
///
/// # Errors
/// [`WeightsError::SingleLayer`] if it is one lambda layer, [`WeightsError::Unknown`] if it is nothing known, or a
/// sentence on the tensor that leaves a size open.
pub fn identify(weights: &Weights) -> Result<Description, WeightsError> {
    for (name, package) in FIRST_TENSORS.into_iter().zip(["timm", "lambda-networks"]) {
        if weights.shape(name).is_some() {
            return Err(WeightsError::SingleLayer { name, package });
        }
    }
    if weights.shape(FIRST_TENSOR).is_none() {
        let found = weights.names().next().map(str::to_owned);
        return Err(WeightsError::Unknown { expected: FIRST_TENSOR, found });
    }
    let mut stages = Vec::new();
    while weights.any_under(&format!("stages.{}.", stages.len())) {
        stages.push(stage(weights, stages.len())?);
    }
    let next = stages.len();
    if (next + 1..=MOST_STAGES).any(|later| weights.any_under(&format!("stages.{later}."))) {
        stages.push(stage(weights, next)?);
    }
    let structure = Structure { stem: stem(weights)?, stages };
    let side = structure.fixed_side(weights)?;
    let [classes, _] = sizes(weights, "head.fc.weight")?;
    let description = structure.describe(side, classes);
    description.check()?;
    Ok(description)
}

/// What tensor shapes can tell of a network.
#[derive(Debug, PartialEq)]
struct Structure {
    stem: Stem,
    stages: Vec<Stage>,
}

impl Structure {
    /// The structure of a known network: timm's tiered stem, four stages, bottlenecks of a quarter of their width.
    fn of(known: &KnownNetwork) -> Self {
        let position = if known.global { Position::Global } else { Position::Local { r: 9 } };
        let block = |s: usize, i: usize, kind: char| match (kind, stride(s, i)) {
            ('l', stride) => Block::Lambda { stride, heads: 4, k: 16, u: 1, content: true, position: position.clone() },
            (_, stride) => Block::Conv { stride },
        };
        let stage = |(s, kinds): (usize, &&str)| Stage {
            out: 256 << s,
            mid: 64 << s,
            blocks: kinds.chars().enumerate().map(|(i, kind)| block(s, i, kind)).collect(),
        };
        let convs = [24, 32, 64].into_iter().enumerate().map(|(i, out)| stem_conv(i, out)).collect();
        Self { stem: Stem { convs, pool: true }, stages: known.blocks.iter().enumerate().map(stage).collect() }
    }

    /// The input's side, if a position table fixes it.
    fn fixed_side(&self, weights: &Weights) -> Result<Option<usize>, WeightsError> {
        let mut pixels = 4;
        for (s, stage) in self.stages.iter().enumerate() {
            for (i, block) in stage.blocks.iter().enumerate() {
                let layer = format!("stages.{s}.{i}.self_attn");
                let table = match block {
                    Block::Lambda { position: Position::Global, .. } => {
                        let name = format!("{layer}.pos_emb");
                        let [height, width, _] = sizes(weights, &name)?;
                        Some((name, height, width))
                    }
                    Block::Attention { .. } => {
                        let [height, _] = sizes(weights, &format!("{layer}.pos_embed.height_rel"))?;
                        let [width, _] = sizes(weights, &format!("{layer}.pos_embed.width_rel"))?;
                        Some((format!("{layer}.pos_embed"), height, width))
                    }
                    Block::Conv { .. } | Block::Lambda { .. } => None,
                };
                if let Some((name, height, width)) = table {
                    if height != width || height.is_multiple_of(2) {
                        return Err(WeightsError::Unsupported {
                            what: format!("the position table `{name}`"),
                            expected: "a square one with odd sides, 2 · side − 1".into(),
                            found: format!("one of {height}×{width}"),
                        });
                    }
                    return Ok(Some(height.div_ceil(2).saturating_mul(pixels)));
                }
                pixels = pixels.saturating_mul(block.stride());
            }
        }
        Ok(None)
    }

    /// What its blocks are, in words.
    fn layers(&self) -> String {
        let blocks = || self.stages.iter().flat_map(|stage| &stage.blocks);
        let lambdas = blocks().filter(|block| matches!(block, Block::Lambda { .. })).count();
        match blocks().filter(|block| matches!(block, Block::Attention { .. })).count() {
            0 => format!("LambdaResNet with {lambdas} lambda layers"),
            attentions => format!("Bottleneck network with {lambdas} lambda and {attentions} attention layers"),
        }
    }

    /// The description, with what no tensor tells taken from the known network of this structure or assumed.
    fn describe(self, fixed_side: Option<usize>, classes: usize) -> Description {
        let known = KNOWN.iter().find(|known| Self::of(known) == self);
        let (name, mut title, activation, usual) = match known {
            Some(known) => (known.name, known.title.to_owned(), known.activation, known.preprocessing()),
            None => {
                let layers = self.layers();
                let title = format!("{layers}, activation ReLU and ImageNet's preprocessing assumed");
                ("lambda_resnet", title, Activation::Relu, imagenet::preprocessing(USUAL_RESIZE, USUAL_SIDE))
            }
        };
        let labels = if classes == imagenet::CLASSES {
            imagenet::labels()
        } else {
            if known.is_some() {
                title += &format!(", fine-tuned to {classes} classes");
            }
            (0..classes).map(|class| format!("class {class}")).collect()
        };
        let side = fixed_side.unwrap_or(usual.crop);
        // The same share of the picture stays at every side.
        let resize = if side == usual.crop { usual.resize } else { side.saturating_mul(usual.resize) / usual.crop };
        Description {
            format: FORMAT,
            name: name.into(),
            title,
            input: Preprocessing { resize, crop: side, ..usual },
            labels,
            activation,
            stem: self.stem,
            stages: self.stages,
            accuracy: None,
            check: None,
        }
    }
}

/// timm's stride of block `i` in stage `s`.
fn stride(s: usize, i: usize) -> usize {
    if s > 0 && i == 0 { 2 } else { 1 }
}

fn stem_conv(i: usize, out: usize) -> StemConv {
    StemConv { out, stride: if i == 0 { 2 } else { 1 } }
}

fn stem(weights: &Weights) -> Result<Stem, WeightsError> {
    let mut convs = Vec::new();
    loop {
        let name = format!("stem.conv{}.conv.weight", convs.len() + 1);
        if weights.shape(&name).is_none() {
            return Ok(Stem { convs, pool: true });
        }
        let [out, ..] = sizes::<4>(weights, &name)?;
        convs.push(stem_conv(convs.len(), out));
    }
}

fn stage(weights: &Weights, s: usize) -> Result<Stage, WeightsError> {
    let [out, mid, ..] = sizes::<4>(weights, &format!("stages.{s}.0.conv3_1x1.conv.weight"))?;
    let mut blocks = Vec::new();
    while weights.any_under(&format!("stages.{s}.{}.", blocks.len())) {
        let i = blocks.len();
        let name = format!("stages.{s}.{i}");
        let (layer, stride) = (format!("{name}.self_attn"), stride(s, i));
        blocks.push(if weights.any_under(&format!("{layer}.pos_embed.")) {
            attention(weights, &layer, stride, mid)?
        } else if weights.any_under(&format!("{layer}.")) {
            lambda(weights, &layer, stride)?
        } else {
            Block::Conv { stride }
        });
    }
    Ok(Stage { out, mid, blocks })
}

/// The lambda layer under `prefix`. One without positions is no layer of timm's but one whose tensors got lost.
fn lambda(weights: &Weights, prefix: &str, stride: usize) -> Result<Block, WeightsError> {
    let layer = LambdaLayer::from_state_dict(&mut Reader::new(weights), &format!("{prefix}."), None)?;
    let position = layer.kind();
    if position == Position::None {
        return Err(WeightsError::Absent { name: format!("{prefix}.conv_lambda.weight"), dimensions: 5 });
    }
    let LambdaShape { heads, key_depth: k, intra: u, .. } = layer.shape;
    Ok(Block::Lambda { stride, heads, k, u, content: true, position })
}

/// The attention layer under `prefix`, whose values have `mid` channels; the other rows of its projection tell the heads.
fn attention(weights: &Weights, prefix: &str, stride: usize, mid: usize) -> Result<Block, WeightsError> {
    let [rows, ..] = sizes::<4>(weights, &format!("{prefix}.qkv.weight"))?;
    let [_, k] = sizes(weights, &format!("{prefix}.pos_embed.height_rel"))?;
    match rows.checked_sub(mid) {
        Some(both) if both > 0 && k.checked_mul(2).is_some_and(|pair| both.is_multiple_of(pair)) => {
            Ok(Block::Attention { stride, heads: both / (2 * k), k })
        }
        _ => Err(WeightsError::Unsupported {
            what: format!("the number of rows of `{prefix}.qkv.weight`"),
            expected: format!("{mid} values and, for each head, {k} queries and as many keys"),
            found: rows.to_string(),
        }),
    }
}

/// The shape of a tensor that must have `N` dimensions.
fn sizes<const N: usize>(weights: &Weights, name: &str) -> Result<[usize; N], WeightsError> {
    let shape = weights.shape(name).ok_or_else(|| WeightsError::Absent { name: name.into(), dimensions: N })?;
    shape.try_into().map_err(|_| WeightsError::Dimensions { name: name.into(), expected: N, found: shape.into() })
}
