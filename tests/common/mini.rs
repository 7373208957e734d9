//! Small networks from a formula: the shipped one's depth and widths, every weight seeded, something else in the place of
//! its lambda layers. Page tests drop them on the page.

use std::collections::HashMap;

use lambdascope_core::nn::format::METADATA_KEY;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::{Value, json};

use super::seeded::values;

/// Every network by name.
pub const NETWORKS: &[(&str, Middle)] =
    &[("seeded_conv_mini", Middle::Convolution), ("seeded_u4_mini", Middle::Intra(4))];

/// What stands where the shipped network has a lambda layer.
#[derive(Clone, Copy)]
pub enum Middle {
    /// A 3×3 convolution.
    Convolution,
    /// A lambda layer of this intra-depth, in lambda-networks' names.
    Intra(usize),
}

/// A weights file of ours, in F32; `None` for a name not in [`NETWORKS`].
pub fn weights_file(network: &str) -> Option<Vec<u8>> {
    let (_, middle) = NETWORKS.iter().find(|(name, _)| *name == network)?;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/weights/lambda_resnet_mini.safetensors");
    let shipped = std::fs::read(path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&shipped).unwrap();
    let mut description: Value = serde_json::from_str(&header.metadata().as_ref().unwrap()[METADATA_KEY]).unwrap();

    // The middles go, the rest keeps its shape.
    let mut tensors: Vec<(String, Vec<usize>)> = SafeTensors::deserialize(&shipped)
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.contains("_attn."))
        .map(|(name, view)| (name.to_owned(), view.shape().to_vec()))
        .collect();
    for (s, stage) in description["stages"].as_array_mut().unwrap().iter_mut().enumerate() {
        let mid = stage["mid"].as_u64().unwrap() as usize;
        for (i, block) in stage["blocks"].as_array_mut().unwrap().iter_mut().enumerate() {
            if block["kind"] == "lambda" {
                tensors.extend(middle.tensors(&format!("stages.{s}.{i}"), mid, block));
                middle.describe(block);
            }
        }
    }
    let description = json!({
        "format": description["format"],
        "name": network,
        "title": middle.title(),
        "input": description["input"],
        "labels": description["labels"],
        "activation": description["activation"],
        "stem": description["stem"],
        "stages": description["stages"],
    });
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(name, shape)| values(&seeded_as(name), shape).into_iter().flat_map(f32::to_le_bytes).collect())
        .collect();
    let views = tensors
        .iter()
        .zip(&data)
        .map(|((name, shape), data)| (name, TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), description.to_string())]);
    Some(safetensors::serialize(views, Some(metadata)).unwrap())
}

/// The name that gives a tensor's scale: the three projections are what timm keeps in one.
fn seeded_as(name: &str) -> String {
    name.replace(".self_attn.to_", ".self_attn.qkv.to_")
}

impl Middle {
    fn title(self) -> String {
        match self {
            Self::Convolution => "Seeded ResNet mini".to_owned(),
            Self::Intra(u) => format!("Seeded LambdaResNet mini, u = {u}"),
        }
    }

    /// The tensors of a block's middle, which the shipped network describes as `lambda`.
    fn tensors(self, block: &str, mid: usize, lambda: &Value) -> Vec<(String, Vec<usize>)> {
        let norm = |part: &str, size: usize| {
            ["weight", "bias", "running_mean", "running_var"].map(|of| (format!("{block}.{part}.{of}"), vec![size]))
        };
        let one = |part: &str, shape: &[usize]| (format!("{block}.{part}"), shape.to_vec());
        match self {
            Self::Convolution => {
                let weight = one("conv2_kxk.conv.weight", &[mid, mid, 3, 3]);
                std::iter::once(weight).chain(norm("conv2_kxk.bn", mid)).collect()
            }
            Self::Intra(u) => {
                let size = |of: &Value| of.as_u64().unwrap() as usize;
                let (heads, k, r) = (size(&lambda["heads"]), size(&lambda["k"]), size(&lambda["position"]["r"]));
                let (queries, values) = (heads * k, u * mid / heads);
                [
                    one("self_attn.to_q.weight", &[queries, mid, 1, 1]),
                    one("self_attn.to_k.weight", &[u * k, mid, 1, 1]),
                    one("self_attn.to_v.weight", &[values, mid, 1, 1]),
                    one("self_attn.pos_conv.weight", &[k, u, 1, r, r]),
                    one("self_attn.pos_conv.bias", &[k]),
                ]
                .into_iter()
                .chain(norm("self_attn.norm_q", queries))
                .chain(norm("self_attn.norm_v", values))
                .chain(norm("post_attn", mid))
                .collect()
            }
        }
    }

    fn describe(self, block: &mut Value) {
        match self {
            Self::Convolution => *block = json!({"kind": "conv", "stride": block["stride"]}),
            Self::Intra(u) => block["u"] = json!(u),
        }
    }
}
