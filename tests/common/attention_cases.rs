//! Attention layers with drawn sizes and parameters, for the native and the browser's test: the shader against its CPU
//! twin, and the softmax weights against the output.

use std::sync::Arc;

use lambdascope_core::nn::attention_layer::{AttentionLayer, AttentionShape};
use lambdascope_core::nn::builder::{attention_layer_graph, stored_attention_graph};
use lambdascope_core::nn::fold::Affine;
use lambdascope_core::nn::lambda_layer::Projection;
use lambdascope_core::nn::trace::gather;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{cpu, gpu};
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::softmax_attention::AttentionReading;

use super::parity_cases::{Random, TOLERANCE};

/// An attention layer's geometry.
#[derive(Clone, Copy, Debug)]
pub struct AttentionCase {
    pub map: [usize; 2],
    /// How many rows and columns the tables go beyond the map.
    pub beyond: [usize; 2],
    pub dim: usize,
    pub heads: usize,
    pub key_depth: usize,
    pub value_depth: usize,
    /// What queries and keys are multiplied by: with a large one the softmax comes close to a maximum.
    pub sharpness: f32,
}

impl AttentionCase {
    pub const TIMM: Self =
        Self { map: [8, 8], beyond: [0, 0], dim: 16, heads: 4, key_depth: 16, value_depth: 8, sharpness: 1.0 };

    fn layer(&self, random: &mut Random) -> AttentionLayer {
        let shape = AttentionShape {
            dim: self.dim,
            outputs: self.heads * self.value_depth,
            heads: self.heads,
            key_depth: self.key_depth,
        };
        let rows = 2 * shape.queries() + shape.outputs;
        let mut affine = Affine { scale: vec![1.0; rows], shift: random.values(rows) };
        affine.scale[..2 * shape.queries()].fill(self.sharpness);
        let projection = Projection { inputs: self.dim, weight: random.values(rows * self.dim), affine };
        let mut table = |axis: usize| {
            let offsets = 2 * (self.map[axis] + self.beyond[axis]) - 1;
            Tensor::new([offsets, self.key_depth], random.values(offsets * self.key_depth)).unwrap()
        };
        AttentionLayer { shape, projection, vertical: table(0), horizontal: table(1) }
    }
}

/// Runs a case on the device and with the twin, compares every value, and reads every query's weights back.
///
/// # Errors
/// A sentence with the case, if the GPU fails or a number differs.
pub async fn check(case: AttentionCase, seed: u32, device: &gpu::Device) -> Result<(), String> {
    let mut random = Random::new(seed);
    let layer = case.layer(&mut random);
    let graph = Arc::new(attention_layer_graph(&layer, case.map, 1).unwrap());
    let input = random.values(graph.values[graph.input].len());
    let kept: Vec<usize> = (0..graph.values.len()).collect();
    let mut executor = cpu::Executor::new(Arc::clone(&graph), &kept);
    executor.run(&input);
    let session = gpu::Session::new(device, Arc::clone(&graph), &kept).await;
    let mut session = session.map_err(|error| format!("{case:?}: {error}"))?;
    let found = session.run(&input, &kept).await.map_err(|error| format!("{case:?}: {error}"))?;
    for (id, found) in found.iter().enumerate() {
        let difference = relative_difference(found, executor.read(id));
        if difference > TOLERANCE || difference.is_nan() {
            return Err(format!("{case:?}, seed {seed}: {} differs by {difference:.1e}", graph.values[id].name));
        }
    }
    // With the map stored: the same on both sides, and the same as without.
    let stored = Arc::new(stored_attention_graph(&layer, case.map).unwrap());
    let all: Vec<usize> = (0..stored.values.len()).collect();
    let mut storing = cpu::Executor::new(Arc::clone(&stored), &all);
    storing.run(&input);
    let session = gpu::Session::new(device, Arc::clone(&stored), &all).await;
    let mut session = session.map_err(|error| format!("{case:?}, stored: {error}"))?;
    let found = session.run(&input, &all).await.map_err(|error| format!("{case:?}, stored: {error}"))?;
    let pairs = all.iter().map(|&id| (id, &found[id][..], storing.read(id)));
    let streamed = [&found[stored.logits][..], storing.read(stored.logits)]
        .map(|y| (stored.logits, y, executor.read(graph.logits)));
    for (id, own, other) in pairs.chain(streamed) {
        let difference = relative_difference(own, other);
        if difference > TOLERANCE || difference.is_nan() {
            return Err(format!(
                "{case:?}, seed {seed}, stored: {} differs by {difference:.1e}",
                stored.values[id].name
            ));
        }
    }
    let trace = gather(&graph, |id| Ok::<_, String>(executor.read(id).to_vec()))?;
    let layer = trace.layers[0].as_attention().ok_or("the layer left no trace of attention")?;
    for n in 0..layer.dims.positions() {
        for head in 0..case.heads {
            let query = Query { y: n / layer.dims.width, x: n % layer.dims.width, head, u: 0 };
            let reading = AttentionReading::of(layer, query);
            let sum: f32 = reading.heads[head].weights.iter().sum();
            if !(reading.proof.relative() <= 1e-5 && (sum - 1.0).abs() <= 1e-5) {
                return Err(format!("{case:?}, seed {seed}, {query:?}: weights of sum {sum}, {:?}", reading.proof));
            }
        }
    }
    Ok(())
}

/// A fixed list that reaches every edge of the kernel; the browser's test runs it.
#[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "proptest draws the native cases"))]
pub fn fixed() -> Vec<AttentionCase> {
    let odd = AttentionCase { map: [5, 3], dim: 6, heads: 3, key_depth: 5, value_depth: 3, ..AttentionCase::TIMM };
    vec![
        AttentionCase::TIMM,
        AttentionCase { map: [1, 1], ..odd },
        AttentionCase { map: [16, 16], value_depth: 16, ..AttentionCase::TIMM },
        AttentionCase { map: [13, 10], key_depth: 33, value_depth: 70, ..odd },
        AttentionCase { map: [9, 15], beyond: [3, 1], sharpness: 4.0, ..odd },
        AttentionCase { map: [1, 65], heads: 1, key_depth: 1, value_depth: 1, ..odd },
    ]
}
