//! Golden cases of self-attention: what timm's BottleneckAttn gives, alone and in a network, against what this crate
//! computes. Used natively and in the browser; the backend is the caller's.

use std::sync::Arc;

use lambdascope_core::nn::attention_layer::{AttentionLayer, AttentionShape};
use lambdascope_core::nn::builder::{attention_layer_graph, network_graph, stored_attention_graph};
use lambdascope_core::nn::description::Description;
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::nn::graph::{ValueId, padded};
use lambdascope_core::nn::reader::Reader;
use lambdascope_core::nn::trace::{AttentionTrace, gather};
use lambdascope_core::tensor::Tensor;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::softmax_attention::AttentionReading;
use safetensors::SafeTensors;
use serde::Deserialize;

use super::golden::{Case, Fixture, PROOF, close};

macro_rules! layers {
    ($($name:ident),* $(,)?) => {
        &[$((
            stringify!($name),
            include_bytes!(concat!("../fixtures/attention_layer_", stringify!($name), ".safetensors")),
        )),*]
    };
}

/// Every attention layer fixture, by case.
pub const LAYERS: &[(&str, &[u8])] = layers![
    deep_values,
    default,
    eight_heads,
    many_tiles,
    narrower_output,
    odd_depths,
    one_head,
    point_map,
    pooled,
    pooled_odd,
    qkv_bias,
    row,
    scarce_keys,
    spread,
    tall,
    two_heads,
    wide,
];

/// A small network of convolutions and attention, with every block's output.
pub const NETWORK: &[u8] = include_bytes!("../fixtures/network_attention.safetensors");

/// What a state dict does not say of a layer's fixture.
#[derive(Deserialize)]
struct Setting {
    dim: usize,
    dim_out: usize,
    heads: usize,
    k: usize,
    stride: usize,
}

/// What the fixture's metadata say of its case.
fn facts(bytes: &[u8]) -> String {
    SafeTensors::read_metadata(bytes).unwrap().1.metadata().as_ref().unwrap()["case"].clone()
}

/// The graph of one layer's fixture.
pub fn layer_case(bytes: &[u8]) -> Case {
    let fixture = Fixture::new(bytes);
    let Setting { dim, dim_out: outputs, heads, k: key_depth, stride } = serde_json::from_str(&facts(bytes)).unwrap();
    let shape = AttentionShape { dim, outputs, heads, key_depth };
    let layer = AttentionLayer::from_state_dict(&mut Reader::new(&fixture.weights()), "", shape).unwrap();
    let input = fixture.f32("input");
    let graph = attention_layer_graph(&layer, [input.shape()[0], input.shape()[1]], stride).unwrap();
    let kept = graph.traced();
    Case { graph: Arc::new(graph), input: padded(&input), context: Vec::new(), kept }
}

/// The same layer with its map of weights stored, where it has stride 1, and the map as timm made it, `[h, n, n]`.
pub fn stored_case(bytes: &[u8]) -> Option<(Case, Tensor, Tensor)> {
    let fixture = Fixture::new(bytes);
    let Setting { dim, dim_out: outputs, heads, k: key_depth, stride } = serde_json::from_str(&facts(bytes)).unwrap();
    if stride != 1 || !fixture.has("weights") {
        return None;
    }
    let shape = AttentionShape { dim, outputs, heads, key_depth };
    let layer = AttentionLayer::from_state_dict(&mut Reader::new(&fixture.weights()), "", shape).unwrap();
    let input = fixture.f32("input");
    let graph = stored_attention_graph(&layer, [input.shape()[0], input.shape()[1]]).unwrap();
    let map = graph.find("layer.self_attn.map").unwrap();
    let case =
        Case { kept: vec![map, graph.logits], graph: Arc::new(graph), input: padded(&input), context: Vec::new() };
    Some((case, fixture.f32("weights"), fixture.f32("output")))
}

/// Compares the values a backend left behind (in the order of [`Case::kept`]) with a layer's fixture.
pub fn check_layer(name: &str, bytes: &[u8], case: &Case, values: &[Vec<f32>]) {
    let fixture = Fixture::new(bytes);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    let layer = trace.layers[0].as_attention().unwrap();
    check_trace(name, &fixture, "", layer);
    check_maps(name, &fixture, layer);
    close(&format!("{name} output"), &read(case.graph.logits).unwrap(), fixture.f32("output").data());
}

fn check_trace(name: &str, fixture: &Fixture, prefix: &str, layer: &AttentionTrace) {
    for (part, found) in [("q", &layer.query), ("k", &layer.key), ("v", &layer.value), ("layer", &layer.output)] {
        close(&format!("{name} {prefix}{part}"), found.data(), fixture.f32(&format!("{prefix}{part}")).data());
    }
}

/// Every query's maps: a distribution that gives the output back, and timm's own where the fixture has it.
fn check_maps(name: &str, fixture: &Fixture, layer: &AttentionTrace) {
    let dims = &layer.dims;
    let mut found = [const { Vec::new() }; 3];
    for head in 0..dims.heads {
        for n in 0..dims.positions() {
            let query = Query { y: n / dims.width, x: n % dims.width, head, u: 0 };
            let reading = AttentionReading::of(layer, query);
            assert!(reading.proof.relative() <= PROOF, "{name} {query:?}: {:?}", reading.proof);
            let own = &reading.heads[head];
            assert!(own.weights.iter().all(|weight| *weight >= 0.0), "{name} {query:?}");
            assert!((own.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{name} {query:?}");
            for (all, map) in found.iter_mut().zip([&own.content, &own.position, &own.weights]) {
                all.extend(map);
            }
        }
    }
    for (part, found) in ["content", "position", "weights"].into_iter().zip(&found) {
        if fixture.has(part) {
            close(&format!("{name} {part}"), found, fixture.f32(part).data());
        }
    }
}

/// The small network; every named value of the fixture is kept.
pub fn network_case() -> Case {
    let fixture = Fixture::new(NETWORK);
    let description: Description = serde_json::from_str(&facts(NETWORK)).unwrap();
    description.check().unwrap();
    let weights = fixture.weights();
    let input = fixture.f32("input");
    let mut reader = Reader::new(&weights);
    let graph =
        network_graph(&description, &mut reader, &Edits::default(), [input.shape()[0], input.shape()[1]]).unwrap();
    assert_eq!(reader.first_unread(), None);
    let traced = graph.traced();
    let named = (0..graph.values.len()).filter(|id| !traced.contains(id) && fixture.has(&graph.values[*id].name));
    let kept = traced.iter().copied().chain(named).collect();
    Case { input: padded(&input), context: Vec::new(), graph: Arc::new(graph), kept }
}

/// Compares the values a backend left behind with the network's fixture.
pub fn check_network(case: &Case, values: &[Vec<f32>]) {
    let fixture = Fixture::new(NETWORK);
    let read = |id: ValueId| Ok::<_, ()>(values[case.kept.iter().position(|k| *k == id).unwrap()].clone());
    let trace = gather(&case.graph, read).unwrap();
    let names: Vec<&str> = trace.layers.iter().map(|layer| layer.name()).collect();
    assert_eq!(names, ["stages.0.1", "stages.1.0", "stages.1.1"]);
    for layer in &trace.layers {
        let layer = layer.as_attention().unwrap();
        check_trace("network", &fixture, &format!("{}.self_attn.", layer.name), layer);
    }
    for block in ["stages.0.0", "stages.0.1", "stages.1.0", "stages.1.1"] {
        let id = case.graph.find(block).unwrap();
        close(&format!("network {block}"), &read(id).unwrap(), fixture.f32(block).data());
    }
    let logits = fixture.f32("logits");
    close("network logits", &read(case.graph.logits).unwrap()[..logits.len()], logits.data());
}
