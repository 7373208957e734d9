//! Weights of timm's networks, and inputs for them, from a formula instead of a file: the twin of
//! `training/lambdascope_training/seeded.py`, bit for bit. Golden tests, page tests and benchmarks use it.
//!
//! Element i of the tensor called `name`: the murmur3 finaliser of FNV-1a(name) + i·0x9E3779B9 without its lowest 8 bits,
//! over 2²⁴, is u in 0..1; 2u − 1 is exact in f32, and every product is rounded once.

use std::collections::HashMap;

use safetensors::{Dtype, tensor::TensorView};
use serde::Deserialize;

/// Every network by name, with its state dict's names, shapes and types in timm's order.
pub const NETWORKS: &[(&str, &str)] = &[
    ("lambda_resnet26t", include_str!("../fixtures/state_dict_lambda_resnet26t.json")),
    ("lambda_resnet26rpt_256", include_str!("../fixtures/state_dict_lambda_resnet26rpt_256.json")),
    ("lambda_resnet50ts", include_str!("../fixtures/state_dict_lambda_resnet50ts.json")),
];

/// One tensor of a state dict.
#[derive(Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
}

/// Variance of a product relative to its input's mean square, times 3; the first part that a name contains counts.
const GAINS: &[(&str, f32)] =
    &[(".conv3_1x1.", 1.5), (".shortcut.", 3.0), (".qkv.", 0.5), (".self_attn.", 12.0), (".fc.", 0.5), ("", 6.0)];

fn fnv1a(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// `count` numbers in 0..1, of 24 bits each.
fn unit(name: &str, count: usize) -> impl Iterator<Item = f32> {
    let seed = fnv1a(name);
    // Every tensor has far fewer than 2³² elements.
    (0..count as u32).map(move |i| {
        let mut x = seed.wrapping_add(i.wrapping_mul(0x9E37_79B9));
        x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
        x = (x ^ (x >> 13)).wrapping_mul(0xC2B2_AE35);
        x ^= x >> 16;
        (x >> 8) as f32 / (1u32 << 24) as f32
    })
}

/// How many products of about equal size make one value of what the tensor is applied to.
fn fan_in(name: &str, shape: &[usize]) -> usize {
    if name.ends_with(".pos_emb") {
        shape[0].div_ceil(2) * shape[1].div_ceil(2) * shape[2]
    } else if name.ends_with(".conv_lambda.weight") {
        shape.iter().product()
    } else {
        shape[1..].iter().product()
    }
}

/// The values of the f32 tensor of that name and shape.
pub fn values(name: &str, shape: &[usize]) -> Vec<f32> {
    let u = unit(name, shape.iter().product());
    let signed = |u: f32| 2.0 * u - 1.0;
    if shape.len() >= 2 {
        let gain = GAINS.iter().find(|(part, _)| name.contains(part)).map_or(0.0, |(_, gain)| *gain);
        let scale = (gain / fan_in(name, shape) as f32).sqrt();
        u.map(|u| signed(u) * scale).collect()
    } else if name.ends_with(".weight") || name.ends_with(".running_var") {
        u.map(|u| 0.75 + u * 0.5).collect()
    } else {
        u.map(|u| signed(u) * 0.25).collect()
    }
}

/// The input of a network, `[H, W, 3]`, in −2..2.
pub fn picture([height, width]: [usize; 2]) -> Vec<f32> {
    unit("input", height * width * 3).map(|u| (2.0 * u - 1.0) * 2.0).collect()
}

/// A safetensors file as timm would save it, counters included; `None` for a name not in [`NETWORKS`].
pub fn weights_file(network: &str) -> Option<Vec<u8>> {
    let (_, state_dict) = NETWORKS.iter().find(|(name, _)| *name == network)?;
    let entries: Vec<Entry> = serde_json::from_str(state_dict).unwrap();
    let data: Vec<Vec<u8>> = entries.iter().map(bytes).collect();
    let views = entries
        .iter()
        .zip(&data)
        .map(|(entry, data)| (entry.name.as_str(), TensorView::new(entry.dtype, entry.shape.clone(), data).unwrap()));
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    Some(safetensors::serialize(views, Some(metadata)).unwrap())
}

fn bytes(entry: &Entry) -> Vec<u8> {
    match entry.dtype {
        Dtype::F32 => values(&entry.name, &entry.shape).into_iter().flat_map(f32::to_le_bytes).collect(),
        Dtype::I64 => vec![0; 8 * entry.shape.iter().product::<usize>()],
        other => panic!("{}: a state dict of timm's has no {other:?}", entry.name),
    }
}
