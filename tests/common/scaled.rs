//! Weights files of ours with some numbers made so large that what is computed with them leaves f32.

use std::collections::HashMap;

use lambdascope_core::nn::format::METADATA_KEY;
use lambdascope_core::nn::weights::Weights;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// The file with some tensors multiplied, in F32 and without the logits that it records.
pub fn weights_file(file: &[u8], factors: &[(&str, f32)]) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(file).unwrap();
    let mut description: serde_json::Value =
        serde_json::from_str(&header.metadata().as_ref().unwrap()[METADATA_KEY]).unwrap();
    description.as_object_mut().unwrap().remove("check");
    let tensors = Weights::from_safetensors(file).unwrap();
    let data: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .names()
        .map(|name| {
            let (_, tensor) = tensors.find(name).unwrap();
            let factor = factors.iter().find(|(own, _)| *own == name).map_or(1.0, |(_, factor)| *factor);
            let bytes = tensor.data().iter().flat_map(|value| (value * factor).to_le_bytes()).collect();
            (name.to_owned(), tensor.shape().to_vec(), bytes)
        })
        .collect();
    for (name, _) in factors {
        assert!(data.iter().any(|(own, ..)| own == name), "there is no {name}");
    }
    let views = data
        .iter()
        .map(|(name, shape, bytes)| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), description.to_string())]);
    safetensors::serialize(views, Some(metadata)).unwrap()
}
