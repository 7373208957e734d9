//! The smallest network that has a block of either kind, for tests that break it or change a part.

use serde_json::{Value, json};

use super::file::Part;

/// A network of one convolution block and one lambda block.
pub fn description() -> Value {
    json!({
        "format": 1, "name": "tiny", "title": "Tiny",
        "input": {"resize": 18, "crop": 16, "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]},
        "labels": ["cat", "dog"],
        "activation": "relu",
        "stem": {"convs": [{"out": 4, "stride": 2}], "pool": true},
        "stages": [{"out": 8, "mid": 8, "blocks": [
            {"kind": "conv", "stride": 1},
            {"kind": "lambda", "stride": 1, "heads": 2, "k": 4, "position": {"kind": "local", "r": 3}}
        ]}]
    })
}

/// Its tensors.
pub fn parts() -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |name: &str, shape: &[usize]| parts.push(Part::filled(name, shape));
    let mut conv = |name: &str, shape: [usize; 4], norm: &str| {
        add(&format!("{name}.weight"), &shape);
        for part in ["weight", "bias", "running_mean", "running_var"] {
            add(&format!("{norm}.{part}"), &[shape[0]]);
        }
    };
    conv("stem.conv1.conv", [4, 3, 3, 3], "stem.conv1.bn");
    conv("stages.0.0.shortcut.conv", [8, 4, 1, 1], "stages.0.0.shortcut.bn");
    conv("stages.0.0.conv1_1x1.conv", [8, 4, 1, 1], "stages.0.0.conv1_1x1.bn");
    conv("stages.0.0.conv2_kxk.conv", [8, 8, 3, 3], "stages.0.0.conv2_kxk.bn");
    conv("stages.0.0.conv3_1x1.conv", [8, 8, 1, 1], "stages.0.0.conv3_1x1.bn");
    conv("stages.0.1.conv1_1x1.conv", [8, 8, 1, 1], "stages.0.1.conv1_1x1.bn");
    conv("stages.0.1.conv3_1x1.conv", [8, 8, 1, 1], "stages.0.1.conv3_1x1.bn");
    add("stages.0.1.self_attn.qkv.weight", &[16, 8, 1, 1]);
    add("stages.0.1.self_attn.conv_lambda.weight", &[4, 1, 3, 3, 1]);
    add("stages.0.1.self_attn.conv_lambda.bias", &[4]);
    for (norm, channels) in [("self_attn.norm_q", 8), ("self_attn.norm_v", 4), ("post_attn", 8)] {
        for part in ["weight", "bias", "running_mean", "running_var"] {
            add(&format!("stages.0.1.{norm}.{part}"), &[channels]);
        }
    }
    add("head.fc.weight", &[2, 8]);
    add("head.fc.bias", &[2]);
    parts
}

pub fn file(description: &Value, parts: &[Part]) -> Vec<u8> {
    super::file::file(parts, Some(&description.to_string()))
}

/// The network of [`description`] with attention of two heads in place of its lambda layer, its tables for a map of 4×4.
#[allow(dead_code, reason = "not every test needs it")]
pub fn with_attention() -> (Value, Vec<Part>) {
    let mut description = description();
    description["stages"][0]["blocks"][1] = json!({"kind": "attention", "stride": 1, "heads": 2, "k": 3});
    let mut parts = parts();
    parts.retain(|part| !part.name.starts_with("stages.0.1.self_attn."));
    parts.push(Part::filled("stages.0.1.self_attn.qkv.weight", &[20, 8, 1, 1]));
    parts.push(Part::filled("stages.0.1.self_attn.pos_embed.height_rel", &[7, 3]));
    parts.push(Part::filled("stages.0.1.self_attn.pos_embed.width_rel", &[7, 3]));
    (description, parts)
}
