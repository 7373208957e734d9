//! Weights files: what is told from tensors alone, and one sentence for everything that is wrong.
//!
//! `fixtures/state_dict_*.json` and `fixtures/timm_facts.json` are timm's own.

use crate::common::file;
use crate::common::file::Part;
use lambdascope_core::kernels::Activation;
use lambdascope_core::nn::description::{Block, Description, Position};
use lambdascope_core::nn::error::WeightsError;
use lambdascope_core::nn::identify::identify;
use lambdascope_core::nn::imagenet;
use lambdascope_core::nn::known::{KNOWN, find};
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::weights::Weights;

const LISTINGS: [(&str, &str); 3] = [
    ("lambda_resnet26t", include_str!("../fixtures/state_dict_lambda_resnet26t.json")),
    ("lambda_resnet26rpt_256", include_str!("../fixtures/state_dict_lambda_resnet26rpt_256.json")),
    ("lambda_resnet50ts", include_str!("../fixtures/state_dict_lambda_resnet50ts.json")),
];

#[derive(serde::Deserialize)]
struct Listed {
    name: String,
    shape: Vec<usize>,
    dtype: String,
}

/// The tensors of one of timm's networks with numbers of their own.
fn parts(name: &str) -> Vec<Part> {
    let listing = LISTINGS.iter().find(|listing| listing.0 == name).unwrap().1;
    let part = |Listed { name, shape, dtype }| {
        if dtype == "I64" { Part::counter(&name) } else { Part::filled(&name, &shape) }
    };
    serde_json::from_str::<Vec<Listed>>(listing).unwrap().into_iter().map(part).collect()
}

/// What timm's own code says of a network (`training/lambdascope_training/network_fixtures.py`).
fn facts(name: &str) -> serde_json::Value {
    let facts: serde_json::Value = serde_json::from_str(include_str!("../fixtures/timm_facts.json")).unwrap();
    facts["networks"].as_array().unwrap().iter().find(|network| network["name"] == name).unwrap().clone()
}

fn described(parts: &[Part]) -> Result<Description, WeightsError> {
    identify(&Weights::from_safetensors(&file::file(parts, None)).unwrap())
}

#[test]
fn timms_networks_are_told_by_their_tensors() {
    for (name, _) in LISTINGS {
        let parts = parts(name);
        let weights = Weights::from_safetensors(&file::file(&parts, None)).unwrap();
        let (description, known) = (identify(&weights).unwrap(), find(name).unwrap());
        assert_eq!((description.name.as_str(), description.title.as_str()), (name, known.title));
        assert_eq!(description.activation, known.activation);
        assert_eq!([description.input.crop, description.input.resize], [256, known.resize]);
        assert_eq!((description.labels.len(), description.labels[0].as_str()), (1000, "tench"));
        assert_eq!(weights.parameters(), known.parameters);
        let blocks: Vec<Block> = description.stages.into_iter().flat_map(|stage| stage.blocks).collect();
        let lambdas = blocks.iter().filter(|block| matches!(block, Block::Lambda { heads: 4, k: 16, .. })).count();
        assert_eq!(lambdas, known.blocks.concat().matches('l').count());
        let position = if known.global { Position::Global } else { Position::Local { r: 9 } };
        assert!(blocks.iter().all(|block| match block {
            Block::Lambda { position: found, .. } => *found == position,
            Block::Conv { .. } => true,
            Block::Attention { .. } => false,
        }));
    }
    assert_eq!(KNOWN.len(), LISTINGS.len());
}

#[test]
fn imagenets_classes_are_named_in_timms_order() {
    let facts: serde_json::Value = serde_json::from_str(include_str!("../fixtures/timm_facts.json")).unwrap();
    let described: Vec<&str> = facts["descriptions"].as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect();
    let labels = imagenet::labels();
    assert_eq!(labels.len(), described.len());
    let synsets = facts["synsets"].as_array().unwrap();
    assert_eq!(synsets.len(), labels.len());
    for (synset, label) in synsets.iter().zip(&labels) {
        assert_eq!(imagenet::label_of_synset(synset.as_str().unwrap()), Some(label.as_str()));
    }
    let mut told_apart = Vec::new();
    for (label, described) in labels.iter().zip(described) {
        let first = described.split(", ").next().unwrap();
        if label != first {
            assert!(label.starts_with(&format!("{first} (")), "{label} for {described}");
            told_apart.push(label.as_str());
        }
    }
    assert_eq!(told_apart, ["crane (bird)", "crane (machine)", "maillot (tights)", "maillot (tank suit)"]);
}

/// The parts with another classifier.
fn with_head(mut parts: Vec<Part>, classes: usize) -> Vec<Part> {
    parts.retain(|part| !part.name.starts_with("head."));
    parts.extend([
        Part::filled("head.fc.weight", &[classes, 2048]),
        Part::f32("head.fc.bias", &[classes], &vec![0.5; classes]),
    ]);
    parts
}

#[test]
fn a_fine_tuned_head_numbers_its_classes() {
    let description = described(&with_head(parts("lambda_resnet50ts"), 3)).unwrap();
    assert_eq!(description.title, "LambdaResNet 50-TS, fine-tuned to 3 classes");
    assert_eq!((description.activation, description.input.resize), (Activation::Silu, 269));
    assert_eq!(description.labels, ["class 0", "class 1", "class 2"]);
}

#[test]
fn another_structure_is_used_with_its_assumptions_in_the_title() {
    let mut parts = parts("lambda_resnet26t");
    parts.retain(|part| !part.name.starts_with("stages.3.1."));
    let description = described(&parts).unwrap();
    assert_eq!(
        description.title,
        "LambdaResNet with 2 lambda layers, activation ReLU and ImageNet's preprocessing assumed"
    );
    assert_eq!(description.stages.iter().map(|stage| stage.blocks.len()).collect::<Vec<_>>(), [2, 2, 2, 1]);
}

#[test]
fn a_table_fixes_the_side() {
    let mut parts = parts("lambda_resnet26rpt_256");
    for part in &mut parts {
        if part.name.ends_with("pos_emb") {
            // 15 positions a side instead of 16, 8 instead of 8: the tables of 240 pixels.
            let side = if part.shape[0] == 31 { 29 } else { 15 };
            *part = Part::filled(&part.name, &[side, side, 16]);
        }
    }
    let description = described(&parts).unwrap();
    assert_eq!((description.name.as_str(), description.input.crop), ("lambda_resnet26rpt_256", 240));
    assert_eq!(description.input.resize, 255);
}

#[test]
fn a_single_layer_is_no_network() {
    let sentence = |name: &str| described(&[Part::filled(name, &[8, 4, 1, 1])]).unwrap_err();
    let error = sentence("qkv.weight");
    assert!(matches!(error, WeightsError::SingleLayer { .. }));
    assert_eq!(
        error.to_string(),
        "the file holds a single lambda layer (`qkv.weight`, as timm writes it), expected a whole network"
    );
    assert_eq!(
        sentence("to_q.weight").to_string(),
        "the file holds a single lambda layer (`to_q.weight`, as lambda-networks writes it), expected a whole network"
    );
    assert_eq!(
        sentence("conv1.weight").to_string(),
        "the file holds no network that is known here, expected a description in its metadata or the tensor \
         `stem.conv1.conv.weight`, found `conv1.weight` first"
    );
}

#[test]
fn a_network_runs_at_every_size_that_timm_accepts() {
    for (name, _) in LISTINGS {
        let network = Network::from_safetensors(&file::file(&with_head(parts(name), 3), None)).unwrap();
        let facts = facts(name);
        let sides = |key: &str| -> Vec<usize> { serde_json::from_value(facts[key].clone()).unwrap() };
        let [first, last] = sides("tried_sides").try_into().unwrap();
        let runs = |side: &usize| match network.graph([*side; 2]) {
            Ok(_) => true,
            Err(error) => {
                assert!(matches!(error, WeightsError::Size { .. }), "{error}");
                false
            }
        };
        // At some sides PyTorch spreads a 1×1 map over its shortcut's 2×2 and calls that an addition.
        // What fits changes at multiples of 16 alone.
        let tried = |side: &usize| matches!(side % 16, 0 | 1) || [first, last].contains(side);
        let expected: Vec<usize> = sides("accepted_sides").into_iter().filter(tried).collect();
        assert_eq!((first..=last).filter(tried).filter(runs).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn a_size_that_does_not_fit_is_told_why() {
    let network = Network::from_safetensors(&file::file(&with_head(parts("lambda_resnet26t"), 10), None)).unwrap();
    for size in [[160, 320], [288, 224], [250, 128]] {
        let graph = network.graph(size).unwrap();
        let map = graph.values[graph.find("stages.3.1").unwrap()].shape;
        assert_eq!(map[..2], size.map(|side: usize| side.div_ceil(32)), "{size:?}");
    }
    let sentence = |[height, width]: [usize; 2]| {
        let error = network.graph([height, width]).unwrap_err().to_string();
        let start = format!("pictures of {height}×{width} pixels (height × width) do not fit the network: ");
        error.strip_prefix(&start).unwrap_or_else(|| panic!("{error}")).to_owned()
    };
    let pooled = "the map that `stages.3.0` pools to is";
    assert_eq!(sentence([240, 240]), format!("{pooled} 7×7, expected 8×8 as its shortcut gives"));
    assert_eq!(sentence([256, 240]), format!("{pooled} 8×7, expected 8×8 as its shortcut gives"));
    assert_eq!(sentence([1, 1]), format!("{pooled} 0×0, expected 1×1 as its shortcut gives"));
    for size in [[0, 0], [1, 0], [usize::MAX, 1], [2049, 256]] {
        assert_eq!(sentence(size), "a side must have from 1 to 2048 pixels");
    }
    let tables = Network::from_safetensors(&file::file(&with_head(parts("lambda_resnet26rpt_256"), 3), None)).unwrap();
    assert_eq!(
        tables.graph([288, 256]).unwrap_err().to_string(),
        "pictures of 288×256 pixels (height × width) do not fit the network: the position table for queries on [18, 16] \
         and context on [18, 16] of `stages.2.1` is [31, 31], expected [35, 31] offsets"
    );
}

#[test]
fn a_state_dict_that_leaves_a_size_open_is_refused_by_its_tensor() {
    let whole = || with_head(parts("lambda_resnet26t"), 3);
    let without = |prefix: &str| {
        let mut parts = whole();
        parts.retain(|part| !part.name.starts_with(prefix));
        parts
    };
    let shaped = |name: &str, shape: &[usize]| {
        let mut parts = whole();
        *parts.iter_mut().find(|part| part.name == name).unwrap() = Part::filled(name, shape);
        parts
    };
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    for (parts, expected) in [
        (without("head.fc.weight"), "tensor `head.fc.weight` is missing, expected with 2 dimensions"),
        (
            without("stages.2.1.self_attn.conv_lambda"),
            "tensor `stages.2.1.self_attn.conv_lambda.weight` is missing, expected with 5 dimensions",
        ),
        (
            without("stages.1.0.conv3_1x1.conv.weight"),
            "tensor `stages.1.0.conv3_1x1.conv.weight` is missing, expected with 4 dimensions",
        ),
        (
            without("stages.1.0.conv2_kxk.conv.weight"),
            "tensor `stages.1.0.conv2_kxk.conv.weight` is missing, expected with shape [128, 128, 3, 3]",
        ),
        (without("stages.1."), "tensor `stages.1.0.conv3_1x1.conv.weight` is missing, expected with 4 dimensions"),
        (
            shaped("stages.3.1.conv3_1x1.conv.weight", &[2048, 512, 3, 3]),
            "tensor `stages.3.1.conv3_1x1.conv.weight` has shape [2048, 512, 3, 3], expected [2048, 512, 1, 1]",
        ),
        (
            shaped("stages.3.0.self_attn.norm_q.weight", &[8, 8]),
            "tensor `stages.3.0.self_attn.norm_q.weight` has shape [8, 8], expected 1 dimension",
        ),
        (
            shaped("stages.3.0.self_attn.qkv.weight", &[192, 512, 1, 1]),
            "the shape of `stages.3.0.self_attn.qkv.weight` is [192], expected more than 192 rows: queries, then keys, then values",
        ),
    ] {
        found.push(Network::from_safetensors(&file::file(&parts, None)).unwrap_err().to_string());
        wanted.push(expected);
    }
    assert_eq!(found, wanted);
}
