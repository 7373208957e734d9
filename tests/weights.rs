//! Weights files: what is told from tensors alone, and one sentence for everything that is wrong.
//!
//! `fixtures/state_dicts` lists timm 1.0.31's tensors: `timm.create_model(name).state_dict()`, one name, shape and dtype a
//! line.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/file.rs"]
mod file;

use file::Part;
use lambdascope::kernels::Activation;
use lambdascope::nn::description::{Block, Description, Position};
use lambdascope::nn::identify::identify;
use lambdascope::nn::known::{KNOWN, find};
use lambdascope::nn::network::Network;
use lambdascope::nn::weights::{Weights, WeightsError};

const LISTINGS: [(&str, &str); 3] = [
    ("lambda_resnet26t", include_str!("fixtures/state_dicts/lambda_resnet26t.txt")),
    ("lambda_resnet26rpt_256", include_str!("fixtures/state_dicts/lambda_resnet26rpt_256.txt")),
    ("lambda_resnet50ts", include_str!("fixtures/state_dicts/lambda_resnet50ts.txt")),
];

/// The tensors of a state dict from timm's own listing: name, shape and dtype on every line.
fn listed(listing: &str) -> Vec<Part> {
    let part = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[name, shape, dtype] = fields.as_slice() else { panic!("{line}") };
        let sizes = shape.trim_matches(['(', ')']).split(',').filter(|size| !size.trim().is_empty());
        let shape: Vec<usize> = sizes.map(|size| size.trim().parse().unwrap()).collect();
        if dtype == "torch.int64" { Part::counter(name) } else { Part::filled(name, &shape) }
    };
    listing.lines().filter(|line| !line.is_empty()).map(part).collect()
}

fn parts(name: &str) -> Vec<Part> {
    listed(LISTINGS.iter().find(|listing| listing.0 == name).unwrap().1)
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
        }));
    }
    assert_eq!(KNOWN.len(), LISTINGS.len());
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
    let bytes = file::file(&with_head(parts("lambda_resnet26t"), 10), None);
    let network = Network::from_safetensors(&bytes).unwrap();
    for size in [[256, 256], [128, 128], [160, 320], [288, 224], [250, 128]] {
        let graph = network.graph(size).unwrap();
        let map = graph.values[graph.find("stages.3.1").unwrap()].shape;
        assert_eq!(map[..2], size.map(|side: usize| side.div_ceil(32)), "{size:?}");
    }
    let sentence = |size: [usize; 2]| network.graph(size).unwrap_err().to_string();
    assert_eq!(
        sentence([240, 240]),
        "pictures of 240×240 pixels (height × width) do not fit the network: the map that `stages.3.0` pools to is 7×7, \
         expected 8×8 as its shortcut gives"
    );
    for size in [[0, 0], [1, 0], [usize::MAX, 1], [2049, 256]] {
        let [height, width] = size;
        assert_eq!(
            sentence(size),
            format!(
                "pictures of {height}×{width} pixels (height × width) do not fit the network: a side must have from 1 to \
                 2048 pixels"
            )
        );
    }
    assert_eq!(
        sentence([1, 1]),
        "pictures of 1×1 pixels (height × width) do not fit the network: the map that `stages.3.0` pools to is 0×0, \
         expected 1×1 as its shortcut gives"
    );
}
