//! Golden cases: what timm, lambda-networks and the paper's definition give, against what this crate computes. Used
//! natively and in the browser, so fixtures are compiled in; the backend is the caller's.

use std::sync::Arc;

use lambdascope_core::nn::builder::{LayerSetting, lambda_layer_graph};
use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::nn::lambda_layer::LambdaLayer;
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::reader::Reader;
use lambdascope_core::nn::trace::{LambdaTrace, gather};
use lambdascope_core::nn::weights::Weights;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_explain::read::implicit_attention::{Proof, every_u, reconstruct};
use lambdascope_explain::read::query::Query;
use safetensors::SafeTensors;
use serde::Deserialize;

/// Two sides agree when max|a − b| ≤ this · max|b|.
pub const TOLERANCE: f32 = 1e-4;

/// The implicit attention must give the output back to this share of its largest value.
pub const PROOF: f32 = 1e-5;

macro_rules! layers {
    ($($name:ident),* $(,)?) => {
        &[$((
            stringify!($name),
            include_bytes!(concat!("../fixtures/lambda_layer_", stringify!($name), ".safetensors")),
        )),*]
    };
}

/// Every lambda layer fixture, by case.
pub const LAYERS: &[(&str, &[u8])] = layers![
    causal_local,
    causal_local_u2,
    causal_sequence,
    causal_spread,
    content_only,
    content_only_u2,
    context_content,
    context_global,
    context_global_u2,
    context_masked,
    default,
    global,
    global_point,
    global_pooled,
    global_tall,
    global_wide,
    global_wide_u2,
    local_without_bias,
    many_heads,
    masked_blind,
    masked_blind_global,
    masked_global_u2,
    masked_local,
    masked_spread,
    networks_eight_heads,
    networks_global,
    networks_global_u2,
    networks_local,
    networks_local_u3_odd,
    networks_local_u4,
    networks_odd_width,
    networks_one_head,
    networks_point_map,
    networks_wider_output,
    networks_window_23,
    odd_depths,
    one_head,
    one_value,
    point_map,
    point_window,
    pooled,
    pooled_odd,
    position_only,
    position_only_global,
    qkv_bias,
    small_window,
    tall,
    wide,
    window_23,
    window_beyond_map,
];

/// The whole network on 64×64 pixels, with every block's output.
pub const NETWORK_64: &[u8] = include_bytes!("../fixtures/network_64.safetensors");

/// The whole network on 128×128 pixels.
pub const NETWORK_128: &[u8] = include_bytes!("../fixtures/network_128.safetensors");

/// The shipped weights.
pub const WEIGHTS: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");

/// Arrays by name.
pub struct Fixture<'a>(SafeTensors<'a>);

impl<'a> Fixture<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(SafeTensors::deserialize(bytes).unwrap())
    }

    pub fn f32(&self, name: &str) -> Tensor {
        let view = self.0.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        let data = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        Tensor::new(view.shape(), data).unwrap()
    }

    pub fn i64(&self, name: &str) -> Vec<i64> {
        let view = self.0.tensor(name).unwrap();
        view.data().chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect()
    }

    pub fn u8(&self, name: &str) -> (Vec<usize>, Vec<u8>) {
        let view = self.0.tensor(name).unwrap();
        (view.shape().to_vec(), view.data().to_vec())
    }

    /// The tensors under `weights.`, by the rest of their names.
    pub fn weights(&self) -> Weights {
        let tensors = self.0.iter().filter_map(|(name, view)| Some((name.strip_prefix("weights.")?.to_owned(), view)));
        Weights::from_safetensors(&safetensors::serialize(tensors, None).unwrap()).unwrap()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }
}

/// A graph to run, what to feed it and what to keep.
pub struct Case {
    pub graph: Arc<Graph>,
    pub input: Vec<f32>,
    /// Of a layer whose context is not its input.
    pub context: Vec<f32>,
    pub kept: Vec<ValueId>,
}

/// What a state dict does not say of a layer's fixture.
#[derive(Deserialize)]
struct Setting {
    stride: usize,
    u: usize,
    content: bool,
    mask: String,
    context_map: Option<[usize; 2]>,
}

/// The graph of one lambda layer fixture; every size is inferred from the tensors.
pub fn layer_case(bytes: &[u8]) -> Case {
    let fixture = Fixture::new(bytes);
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let setting: Setting = serde_json::from_str(&header.metadata().as_ref().unwrap()["case"]).unwrap();
    let mut layer = LambdaLayer::from_state_dict(&mut Reader::new(&fixture.weights()), "", Some(setting.u)).unwrap();
    layer.content = setting.content;
    let mask = match setting.mask.as_str() {
        "causal" => Mask::Causal,
        "given" => Mask::Given(fixture.u8("mask").1),
        _ => Mask::None,
    };
    let input = fixture.f32("input");
    let &[height, width, _] = input.shape() else { panic!("input is [H, W, C]") };
    let (map, context, stride) = ([height, width], setting.context_map, setting.stride);
    let graph = lambda_layer_graph(&layer, &LayerSetting { map, context, mask, stride, order: None }).unwrap();
    let context = context.map(|_| padded(&fixture.f32("context"))).unwrap_or_default();
    let kept = graph.traced();
    Case { graph: Arc::new(graph), input: padded(&input), context, kept }
}

/// Compares the values a backend left behind (in the order of [`Case::kept`]) with a layer fixture.
pub fn check_layer(name: &str, bytes: &[u8], case: &Case, values: &[Vec<f32>]) {
    let fixture = Fixture::new(bytes);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    let layer = trace.layers[0].as_lambda().unwrap();
    check_trace(&format!("{name} "), &fixture, "", layer);
    close(&format!("{name} output"), &read(case.graph.logits).unwrap(), fixture.f32("output").data());
    check_terms(name, &fixture, layer);
}

/// q, k, k̄, v, λᶜ and the layer's own output under `prefix`, as far as the fixture has them.
fn check_trace(name: &str, fixture: &Fixture, prefix: &str, layer: &LambdaTrace) {
    for (part, found) in [
        ("q", &layer.query),
        ("k", &layer.key),
        ("k_bar", &layer.k_bar),
        ("v", &layer.value),
        ("lambda_content", &layer.lambda_content),
        ("layer", &layer.output),
    ] {
        let part = format!("{prefix}{part}");
        if fixture.has(&part) {
            close(&format!("{name}{part}"), found.data(), fixture.f32(&part).data());
        }
    }
}

/// The implicit attention's two halves give the content and position terms, and their sum the layer's own output.
fn check_terms(name: &str, fixture: &Fixture, layer: &LambdaTrace) {
    let dims = &layer.dims;
    let (mut content, mut position) = (Vec::new(), Vec::new());
    for n in 0..dims.queries() {
        for head in 0..dims.heads {
            let query = Query { y: n / dims.width, x: n % dims.width, head, u: 0 };
            let mut maps = every_u(layer, query);
            let proof = Proof::of(layer, query, &reconstruct(layer, &maps));
            assert!(proof.relative() <= PROOF, "{name} {query:?}: {proof:?}");
            let bias = maps[0].bias;
            maps.iter_mut().for_each(|map| map.total.clone_from(&map.content));
            content.extend(reconstruct(layer, &maps).iter().map(|y| y - bias));
            maps.iter_mut().for_each(|map| map.total.clone_from(&map.position));
            position.extend(reconstruct(layer, &maps));
        }
    }
    close(&format!("{name} content"), &content, fixture.f32("content").data());
    close(&format!("{name} position"), &position, fixture.f32("position").data());
}

/// The shipped network at a fixture's size; every named value of the fixture is kept.
pub fn network_case(bytes: &[u8]) -> Case {
    let fixture = Fixture::new(bytes);
    let network = Network::from_safetensors(WEIGHTS).unwrap();
    let (shape, rgb) = fixture.u8("picture");
    let crop = lambdascope_core::picture::Picture { width: shape[1], height: shape[0], rgb };
    let input = network.description.input.normalise(&crop);
    if fixture.has("input") {
        close("normalised picture", input.data(), fixture.f32("input").data());
    }
    let graph = Arc::new(network.graph([shape[0], shape[1]]).unwrap());
    let traced = graph.traced();
    let named = (0..graph.values.len())
        .filter(|id| *id != graph.input && !traced.contains(id) && fixture.has(&graph.values[*id].name));
    let kept = traced.iter().copied().chain(named).collect();
    Case { input: padded(&input), context: Vec::new(), graph, kept }
}

/// Compares the values a backend left behind with a network fixture; gives how many arrays were compared.
pub fn check_network(name: &str, bytes: &[u8], case: &Case, values: &[Vec<f32>]) -> usize {
    let fixture = Fixture::new(bytes);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    for layer in &trace.layers {
        let layer = layer.as_lambda().unwrap();
        check_trace(&format!("{name} "), &fixture, &format!("{}.self_attn.", layer.name), layer);
    }
    let mut compared = trace.layers.len() * 5;
    for &id in &case.kept {
        let value = &case.graph.values[id];
        if fixture.has(&value.name) && value.name != "logits" && !value.name.contains("self_attn") {
            close(&format!("{name} {}", value.name), &read(id).unwrap(), fixture.f32(&value.name).data());
            compared += 1;
        }
    }
    let logits = fixture.f32("logits");
    close(&format!("{name} logits"), &read(case.graph.logits).unwrap()[..logits.len()], logits.data());
    compared + 1
}

/// Asserts that two sides agree.
pub fn close(what: &str, found: &[f32], expected: &[f32]) {
    let difference = relative_difference(found, expected);
    assert!(difference <= TOLERANCE, "{what}: relative difference {difference:e}, allowed {TOLERANCE:e}");
}
