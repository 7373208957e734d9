//! A contestant as kernels, with weights that are drawn once and for all: what a layer costs does not depend on them.

use fastrand::Rng;

use super::contestant::{Contestant, Setting};
use crate::nn::attention_layer::{AttentionLayer, AttentionShape};
use crate::nn::builder::{
    LayerSetting, attention_layer_graph, convolution_graph, lambda_layer_graph, stored_attention_graph,
};
use crate::nn::error::WeightsError;
use crate::nn::fold::Affine;
use crate::nn::graph::Graph;
use crate::nn::lambda_layer::{LambdaLayer, LambdaShape, PositionTable, Projection, Scope};
use crate::nn::mask::Mask;
use crate::tensor::Tensor;

/// Where weights are drawn from.
const SEED: u64 = 2021;

/// The contestant's graph, for a map `[side, side, width]`.
///
/// # Errors
/// If the setting is none that [`Setting::check`] lets pass.
pub fn graph(contestant: Contestant, setting: &Setting) -> Result<Graph, WeightsError> {
    let Setting { side, width, .. } = *setting;
    let (mut random, map) = (Rng::with_seed(SEED), [side; 2]);
    match contestant {
        Contestant::LambdaLocal | Contestant::LambdaGlobal | Contestant::LambdaContent => {
            let layer = lambda(contestant, setting, &mut random);
            let alone = LayerSetting { map, context: None, mask: Mask::None, stride: 1, order: None };
            lambda_layer_graph(&layer, &alone)
        }
        Contestant::AttentionStored => stored_attention_graph(&attention(setting, &mut random), map),
        Contestant::AttentionStreamed => attention_layer_graph(&attention(setting, &mut random), map, 1),
        Contestant::Convolution => {
            let weights = values(&mut random, setting.window * setting.window * width * width, width);
            Ok(convolution_graph([side, side, width], setting.window, weights))
        }
    }
}

fn lambda(contestant: Contestant, setting: &Setting, random: &mut Rng) -> LambdaLayer {
    let Setting { side, width, heads, key_depth, window } = *setting;
    let shape =
        LambdaShape { dim: width, context_dim: width, heads, key_depth, value_depth: setting.value_depth(), intra: 1 };
    let table = match contestant {
        Contestant::LambdaLocal => Some((Scope::Local, window)),
        Contestant::LambdaGlobal => Some((Scope::Global, 2 * side - 1)),
        _ => None,
    };
    LambdaLayer {
        shape,
        query: projection(random, width, shape.queries()),
        context: projection(random, width, shape.keys() + shape.values()),
        position: table.map(|(scope, side)| PositionTable {
            scope,
            size: [side; 2],
            cells: Tensor::exact([side * side, key_depth], values(random, side * side * key_depth, key_depth)),
        }),
        bias: Tensor::zeros([key_depth]),
        content: true,
    }
}

fn attention(setting: &Setting, random: &mut Rng) -> AttentionLayer {
    let Setting { side, width, heads, key_depth, .. } = *setting;
    let shape = AttentionShape { dim: width, outputs: width, heads, key_depth };
    let offsets = 2 * side - 1;
    let mut table = || Tensor::exact([offsets, key_depth], values(random, offsets * key_depth, key_depth));
    let (vertical, horizontal) = (table(), table());
    let projection = projection(random, width, 2 * shape.queries() + width);
    AttentionLayer { shape, projection, vertical, horizontal }
}

fn projection(random: &mut Rng, inputs: usize, outputs: usize) -> Projection {
    Projection { inputs, weight: values(random, inputs * outputs, inputs), affine: Affine::identity(outputs) }
}

/// So many numbers, of which sums of `terms` stay near 1.
fn values(random: &mut Rng, count: usize, terms: usize) -> Vec<f32> {
    let scale = 2.0 / (terms as f32).sqrt();
    (0..count).map(|_| (random.f32() - 0.5) * scale).collect()
}
