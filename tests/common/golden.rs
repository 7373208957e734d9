//! Golden cases: what timm computed, against what this crate computes. Used natively and in the browser, so fixtures are
//! compiled in; the backend is the caller's.

use std::sync::Arc;

use lambdascope::explain::implicit_attention::{Query, implicit_attention, layer_output, prove};
use lambdascope::nn::builder::lambda_layer_graph;
use lambdascope::nn::graph::{Graph, ValueId};
use lambdascope::nn::lambda_layer::LambdaShape;
use lambdascope::nn::network::{Network, pad_picture};
use lambdascope::nn::trace::{LambdaTrace, gather};
use lambdascope::nn::weights::Weights;
use lambdascope::tensor::{Tensor, relative_difference};
use safetensors::SafeTensors;

/// Two sides agree when max|a − b| ≤ this · max|b|.
pub const TOLERANCE: f32 = 1e-4;

/// Every lambda layer fixture, by file name.
pub const LAYERS: &[(&str, &[u8])] = &[
    ("lambda_layer_default", include_bytes!("../fixtures/lambda_layer_default.safetensors")),
    ("lambda_layer_one_head", include_bytes!("../fixtures/lambda_layer_one_head.safetensors")),
    ("lambda_layer_point_window", include_bytes!("../fixtures/lambda_layer_point_window.safetensors")),
    ("lambda_layer_pooled", include_bytes!("../fixtures/lambda_layer_pooled.safetensors")),
    ("lambda_layer_small_window", include_bytes!("../fixtures/lambda_layer_small_window.safetensors")),
    ("lambda_layer_tall", include_bytes!("../fixtures/lambda_layer_tall.safetensors")),
    ("lambda_layer_wide", include_bytes!("../fixtures/lambda_layer_wide.safetensors")),
    ("lambda_layer_window_beyond_map", include_bytes!("../fixtures/lambda_layer_window_beyond_map.safetensors")),
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

    pub fn u8(&self, name: &str) -> (Vec<usize>, Vec<u8>) {
        let view = self.0.tensor(name).unwrap();
        (view.shape().to_vec(), view.data().to_vec())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }
}

/// A graph to run, what to feed it and what to keep.
pub struct Case {
    pub graph: Arc<Graph>,
    pub input: Vec<f32>,
    pub kept: Vec<ValueId>,
}

/// The graph of one lambda layer fixture; every size is inferred from the tensors.
pub fn layer_case(bytes: &[u8]) -> Case {
    let fixture = Fixture::new(bytes);
    let weights = Weights::from_safetensors(bytes).unwrap().under("weights.");
    let [k, window] = [0, 2].map(|axis| fixture.f32("weights.conv_lambda.weight").shape()[axis]);
    let heads = fixture.f32("weights.norm_q.weight").len() / k;
    let input = fixture.f32("input");
    let &[height, width, channels] = input.shape() else { panic!("input is [H, W, C]") };
    let stride = height / fixture.f32("output").shape()[0];
    let shape = LambdaShape { channels, heads, key_depth: k, window };
    let graph = Arc::new(lambda_layer_graph(&weights, shape, [height, width], stride).unwrap());
    let kept = graph.traced();
    Case { graph, input: input.into_data(), kept }
}

/// Compares the values a backend left behind (in the order of [`Case::kept`]) with a layer fixture.
pub fn check_layer(name: &str, bytes: &[u8], case: &Case, values: &[Vec<f32>]) {
    let fixture = Fixture::new(bytes);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    check_trace(&format!("{name} "), &fixture, "", &trace.layers[0]);
    close(&format!("{name} output"), &read(case.graph.logits).unwrap(), fixture.f32("output").data());
    check_position_term(name, &fixture, &trace.layers[0]);
}

/// q, k̄, v, λᶜ and the layer's own output under `prefix`.
fn check_trace(name: &str, fixture: &Fixture, prefix: &str, layer: &LambdaTrace) {
    for (part, found) in [
        ("q", &layer.query),
        ("k_bar", &layer.key),
        ("v", &layer.value),
        ("lambda_content", &layer.lambda_content),
        ("layer", &layer.output),
    ] {
        close(&format!("{name}{prefix}{part}"), found.data(), fixture.f32(&format!("{prefix}{part}")).data());
    }
}

/// The implicit attention's two halves give timm's content and position terms, and their sum the layer's own output.
fn check_position_term(name: &str, fixture: &Fixture, layer: &LambdaTrace) {
    let dims = &layer.dims;
    let v = dims.value_depth;
    let (mut content, mut position) = (Vec::new(), Vec::new());
    for n in 0..dims.positions() {
        for head in 0..dims.heads {
            let query = Query { y: n / dims.width, x: n % dims.width, head };
            let attention = implicit_attention(layer, query);
            let weigh = |weights: &[f32], start: f32| -> Vec<f32> {
                (0..v)
                    .map(|j| (0..dims.positions()).map(|m| weights[m] * layer.value.row(m)[j]).sum::<f32>() + start)
                    .collect()
            };
            content.extend(weigh(&attention.content, 0.0));
            position.extend(weigh(&attention.position, attention.bias));
            let proof = prove(layer, query, &attention);
            assert!(proof.relative() <= TOLERANCE, "{name} {query:?}: {proof:?}, y = {:?}", layer_output(layer, query));
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
    let crop = lambdascope::picture::Picture { width: shape[1], height: shape[0], rgb };
    let input = network.description.input.normalise(&crop);
    if fixture.has("input") {
        close("normalised picture", input.data(), fixture.f32("input").data());
    }
    let graph = Arc::new(network.graph([shape[0], shape[1]]).unwrap());
    let traced = graph.traced();
    let named = (0..graph.values.len())
        .filter(|id| *id != graph.input && !traced.contains(id) && fixture.has(&graph.values[*id].name));
    let kept = traced.iter().copied().chain(named).collect();
    Case { input: pad_picture(&input), graph, kept }
}

/// Compares the values a backend left behind with a network fixture; gives how many arrays were compared.
pub fn check_network(name: &str, bytes: &[u8], case: &Case, values: &[Vec<f32>]) -> usize {
    let fixture = Fixture::new(bytes);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    for layer in &trace.layers {
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

fn close(what: &str, found: &[f32], expected: &[f32]) {
    let difference = relative_difference(found, expected);
    assert!(difference <= TOLERANCE, "{what}: relative difference {difference:e}, allowed {TOLERANCE:e}");
}
