//! `models`: the networks known by name.

use anyhow::Result;
use serde::Serialize;

use crate::source::{from_program, shipped};
use crate::terminal::say;
use lambdascope_core::nn::known::KNOWN;

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
/// If the program's own networks are broken.
pub fn run(json: bool) -> Result<()> {
    let mut rows = Vec::new();
    for member in shipped()? {
        rows.push(Row {
            name: member.name.clone(),
            parameters: member.parameters,
            macs: member.macs,
            input: from_program(member)?.description.input.crop,
            top1: Some(member.accuracy.top1),
            dataset: format!("Imagenette, {} validation pictures", member.accuracy.images),
            weights: "in this program".into(),
        });
    }
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
