//! What the page says of the networks it ships is what their files say: `www/weights/networks.json` and `results.json`
//! against the weights files beside them.

use std::path::PathBuf;

use lambdascope_core::catalogue::family::{LayerKind, Member, equally_long, family, find};
use lambdascope_core::catalogue::results;
use lambdascope_core::catalogue::results::{Results, Row};
use lambdascope_core::nn::format::METADATA_KEY;
use lambdascope_core::nn::network::{Network, sha256};
use safetensors::SafeTensors;
use serde_json::Value;

fn weights(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "www", "weights", file].iter().collect()
}

fn bytes(member: &Member) -> Vec<u8> {
    let path = weights(&member.file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The description as it stands in the file, with what the engine does not read.
fn description(bytes: &[u8]) -> Value {
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    serde_json::from_str(&header.metadata().as_ref().unwrap()[METADATA_KEY]).unwrap()
}

fn layer_kind(description: &Value) -> LayerKind {
    let blocks = description["stages"].as_array().unwrap().iter().flat_map(|stage| stage["blocks"].as_array().unwrap());
    let kinds: Vec<&str> = blocks.map(|block| block["kind"].as_str().unwrap()).collect();
    if kinds.contains(&"attention") {
        LayerKind::Attention
    } else if kinds.contains(&"lambda") {
        LayerKind::Lambda
    } else {
        LayerKind::Convolution
    }
}

#[test]
fn every_file_is_the_one_that_is_listed() {
    for member in family().unwrap() {
        let bytes = bytes(member);
        assert_eq!(bytes.len() as u64, member.bytes, "length of {}", member.file);
        assert_eq!(sha256(&bytes), member.sha256, "SHA-256 of {}", member.file);
        assert_eq!(member.file, format!("{}.safetensors", member.name));
    }
}

#[test]
fn every_figure_is_the_files_own() {
    for member in family().unwrap() {
        let bytes = bytes(member);
        let said = description(&bytes);
        assert_eq!(said["name"], member.name.as_str());
        assert_eq!(said["title"], member.title.as_str());
        assert_eq!(said["accuracy"]["images"], member.accuracy.images, "{}", member.name);
        assert_eq!(said["accuracy"]["top1"], member.accuracy.top1, "{}", member.name);
        assert_eq!(said["accuracy"]["top5"], member.accuracy.top5, "{}", member.name);
        assert_eq!(said["training"]["epochs"], member.training.epochs, "{}", member.name);
        assert_eq!(said["training"]["seed"], member.training.seed, "{}", member.name);
        assert_eq!(layer_kind(&said), member.layer, "{}", member.name);

        let network = Network::from_safetensors(&bytes).unwrap();
        let side = network.description.input.crop;
        assert_eq!(network.parameters(), member.parameters, "parameters of {}", member.name);
        let macs = network.graph([side, side]).unwrap().macs();
        assert_eq!(macs, member.macs, "multiply-adds of {}, as the engine counts them", member.name);
    }
}

#[test]
fn the_first_of_those_that_are_compared_is_the_pages_network_trained_as_long_as_they() {
    let blocks = |member: &Member| {
        let said = description(&bytes(member));
        (said["stem"].clone(), said["stages"].clone(), said["input"].clone())
    };
    let first = &family().unwrap()[0];
    let groups = equally_long();
    assert!(groups.iter().any(|group| group.members.len() > 1), "nothing to compare");
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        assert_eq!(blocks(group.members[0]), blocks(first), "first of those trained for {} epochs", group.epochs);
        let others = &group.members[1..];
        assert!(others.iter().all(|member| blocks(member) != blocks(first)), "one network twice among equals");
        assert!(group.members.iter().all(|member| member.training.seed == group.members[0].training.seed));
    }
}

#[test]
fn the_table_is_of_the_networks_that_are_shipped() {
    let text = std::fs::read_to_string(weights("results.json")).unwrap();
    let results: Results = results::parse(&text).unwrap();
    for row in &results.rows {
        let member = find(&row.name).unwrap_or_else(|| panic!("{} is not in networks.json", row.name));
        assert_eq!(
            (&row.title, row.parameters, row.macs),
            (&member.title, member.parameters, member.macs),
            "{}",
            row.name
        );
        if row.is_run_of(member) {
            assert_eq!((row.top1, row.top5), (member.accuracy.top1, member.accuracy.top5), "{}", row.name);
        }
    }
    for (i, row) in results.rows.iter().enumerate() {
        let run = |row: &Row| (row.name.clone(), row.training);
        assert!(results.rows[..i].iter().all(|other| run(other) != run(row)), "a run of {} twice", row.name);
    }
    // No table, or one of them all.
    if !results.rows.is_empty() {
        assert!(!results.noise.is_empty(), "the table says nothing of the noise");
        for member in family().unwrap() {
            let run = results.rows.iter().find(|row| row.is_run_of(member));
            assert!(run.is_some(), "the run that gave {} has no row", member.name);
        }
    }
}
