//! Writes what a run of a network on the CPU takes and gives: its graph as the CPU's module reads it, the constants, the picture
//! of the start-up check, and every traced value as this machine computes it. The page's tests hold the module's builds against
//! it.
//!
//!     cargo run --example graph_file -- www/weights/lambda_resnet_mini.safetensors out.graph
//!
//! The file is a line of JSON, `{graph, constants, input, kept}`, and the numbers of all that, one after the other: the graph's bytes,
//! then f32 values, little endian. `input` and `kept` say the value's id, name and length.

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    use std::sync::Arc;

    use anyhow::{Context, bail};
    use lambdascope_core::nn::description::check_picture;
    use lambdascope_core::nn::graph::padded;
    use lambdascope_core::nn::network::Network;
    use lambdascope_core::picture::Picture;
    use lambdascope_engine::cpu::Executor;
    use serde_json::json;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, path] = arguments.as_slice() else {
        bail!("expected a weights file and a path, found {} arguments", arguments.len());
    };
    let file = std::fs::read(weights).with_context(|| format!("cannot read {weights}"))?;
    let network = Network::from_safetensors(&file).with_context(|| format!("{weights} is no network"))?;
    let side = network.description.input.crop;
    let graph = Arc::new(network.graph([side, side])?);
    let kept = graph.traced();
    let picture = Picture { width: side, height: side, rgb: check_picture(side) };
    let input = padded(&network.description.input.normalise(&picture));
    let mut executor = Executor::new(Arc::clone(&graph), &kept);
    executor.run(&input);

    let written = postcard::to_allocvec(&(&*graph, graph.constants.len(), &kept))?;
    let named = |id: usize| json!({ "id": id, "name": graph.values[id].name, "length": graph.values[id].len() });
    let header = json!({
        "graph": written.len(),
        "constants": graph.constants.iter().map(|constant| constant.data().len()).collect::<Vec<_>>(),
        "input": named(graph.input),
        "kept": kept.iter().map(|id| named(*id)).collect::<Vec<_>>(),
    });
    let mut bytes = format!("{header}\n").into_bytes();
    bytes.extend(written);
    let constants = graph.constants.iter().map(|constant| constant.data());
    let values = kept.iter().map(|id| executor.read(*id));
    for numbers in constants.chain([input.as_slice()]).chain(values) {
        bytes.extend_from_slice(bytemuck::cast_slice(numbers));
    }
    std::fs::write(path, &bytes).with_context(|| format!("cannot write {path}"))?;
    println!("{path}: {}, {} bytes", network.description.title, bytes.len());
    Ok(())
}

#[cfg(target_family = "wasm")]
fn main() {}
