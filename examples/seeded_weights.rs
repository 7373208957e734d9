//! Writes a network's seeded weights, for page tests and benchmarks: one of timm's, or a small one that is not trained.
//!
//!     cargo run --example seeded_weights -- lambda_resnet26t out.safetensors

#![allow(clippy::unwrap_used)]

#[cfg(not(target_family = "wasm"))]
#[path = "../tests/common/mini.rs"]
mod mini;
#[cfg(not(target_family = "wasm"))]
#[path = "../tests/common/seeded.rs"]
#[allow(dead_code)]
mod seeded;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    use anyhow::{Context, bail};

    let names: Vec<&str> =
        seeded::NETWORKS.iter().map(|(name, _)| *name).chain(mini::NETWORKS.iter().map(|(name, _)| *name)).collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [network, path] = arguments.as_slice() else {
        bail!("expected a network and a path, found {} arguments; networks: {}", arguments.len(), names.join(", "));
    };
    let file = seeded::weights_file(network)
        .or_else(|| mini::weights_file(network))
        .with_context(|| format!("no network is called {network}; networks: {}", names.join(", ")))?;
    std::fs::write(path, &file).with_context(|| format!("cannot write {path}"))?;
    println!("{path}: {network}, {} bytes", file.len());
    Ok(())
}

#[cfg(target_family = "wasm")]
fn main() {}
