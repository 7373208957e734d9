//! What the page says of switched-off parts is of the network it ships, and what PyTorch counts too:
//! `www/weights/ablations.json` against the weights file, and against the counts that training keeps.

use std::path::Path;

use lambdascope_core::catalogue::ablations;
use lambdascope_core::catalogue::ablations::{Ablations, Hits};
use lambdascope_core::catalogue::family::find;
use lambdascope_core::nn::graph::Site;
use lambdascope_core::nn::network::{Network, sha256};

/// Pictures by which two counts may differ: a picture whose two likeliest classes are a rounding error apart.
const TOLERANCE: u64 = 1;

fn read(path: &str) -> Ablations {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    ablations::parse(&text).unwrap()
}

fn engines() -> Ablations {
    read("www/weights/ablations.json")
}

#[test]
fn the_counts_are_of_the_network_that_is_shipped() {
    let ablations = engines();
    let member = find(&ablations.network).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/weights").join(&member.file);
    let bytes = std::fs::read(file).unwrap();
    assert_eq!(ablations.sha256, sha256(&bytes));
    assert_eq!(ablations.pictures, member.accuracy.images);
    let stated = (member.accuracy.top1 * member.accuracy.images as f64).round() as u64;
    assert!(ablations.unchanged.top1.abs_diff(stated) <= TOLERANCE, "{:?} against {stated}", ablations.unchanged);

    let network = Network::from_safetensors(&bytes).unwrap();
    let graph = network.graph([network.description.input.crop; 2]).unwrap();
    let lambdas: Vec<&str> = graph
        .layers
        .iter()
        .filter_map(|site| if let Site::Lambda(site) = site { Some(site.name.as_str()) } else { None })
        .collect();
    assert!(ablations.single_layers().map(|row| row.layers[0].as_str()).eq(lambdas.iter().copied()));
    assert_eq!(ablations.all_layers().unwrap().layers, lambdas);
    assert_eq!(ablations.rows.len(), lambdas.len() + 1);
}

#[test]
fn pytorch_counts_the_same() {
    let own = engines();
    let training = find(&own.network).unwrap().training;
    let run = format!("{}-{}-{}", own.network, training.epochs, training.seed);
    let pytorch = read(&format!("training/results/{run}/ablations.json"));
    assert_eq!((&own.sha256, &own.dataset, own.pictures), (&pytorch.sha256, &pytorch.dataset, pytorch.pictures));
    let counts = |ablations: &Ablations| -> Vec<(Vec<String>, Hits)> {
        let parts = ablations.rows.iter().flat_map(|row| row.ablations());
        let parts = parts.map(|found| ([found.layers, &[format!("{:?}", found.part)]].concat(), found.hits));
        std::iter::once((Vec::new(), ablations.unchanged)).chain(parts).collect()
    };
    let (own, pytorch) = (counts(&own), counts(&pytorch));
    assert_eq!(own.len(), pytorch.len());
    for ((what, own), (other, theirs)) in own.into_iter().zip(pytorch) {
        assert_eq!(what, other);
        let apart = own.top1.abs_diff(theirs.top1).max(own.top5.abs_diff(theirs.top5));
        assert!(apart <= TOLERANCE, "{what:?}: {own:?}, PyTorch {theirs:?}");
    }
}
