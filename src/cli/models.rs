//! `models`: the networks known by name.

use anyhow::Result;
use serde::Serialize;

use super::say;
use super::source::SHIPPED;
use crate::nn::known::KNOWN;
use crate::nn::network::Network;

#[derive(Serialize)]
struct Row {
    name: String,
    parameters: u64,
    macs: u64,
    input: usize,
    top1: Option<f64>,
    dataset: String,
    weights: String,
}

/// Prints the table.
///
/// # Errors
/// If the program's own network is broken.
pub fn run(json: bool) -> Result<()> {
    let network = Network::from_safetensors(SHIPPED.1)?;
    let side = network.description.input.crop;
    let accuracy = network.description.accuracy.as_ref();
    let mut rows = vec![Row {
        name: network.description.name.clone(),
        parameters: network.parameters(),
        macs: network.graph([side, side])?.macs(),
        input: side,
        top1: accuracy.map(|accuracy| accuracy.top1),
        dataset: accuracy.map(|accuracy| accuracy.dataset.clone()).unwrap_or_default(),
        weights: "in this program".into(),
    }];
    rows.extend(KNOWN.iter().map(|known| Row {
        name: known.name.into(),
        parameters: known.parameters,
        macs: known.macs,
        input: known.side,
        top1: Some(known.top1),
        dataset: "ImageNet-1k val, as published".into(),
        weights: known.url(),
    }));
    if json {
        return say(serde_json::to_string_pretty(&rows)?);
    }
    say(format!("{:<24} {:>11} {:>9} {:>6} {:>7}  weights", "name", "parameters", "GMACs", "input", "top-1"))?;
    for row in rows {
        let top1 = row.top1.map_or_else(String::new, |top1| format!("{:.2} %", top1 * 100.0));
        say(format!(
            "{:<24} {:>11} {:>9.3} {:>6} {top1:>7}  {}",
            row.name,
            row.parameters,
            row.macs as f64 / 1e9,
            row.input,
            row.weights
        ))?;
    }
    Ok(())
}
