//! The LambdaNetworks with public ImageNet weights, as data: where their files lie and what their authors measured.
//!
//! The figures are timm's: parameters and multiplications by its own count, accuracy from `results-imagenet.csv` of its
//! repository. Nothing here reads a file: [`crate::nn::identify`] matches one with this table.

use crate::kernels::Activation;
use crate::nn::imagenet;
use crate::picture::Preprocessing;

/// A network that people know by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownNetwork {
    /// timm's name, such as `lambda_resnet26t`.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// The repository on the Hugging Face hub, `owner/name`.
    pub hub: &'static str,
    /// The weights file in that repository.
    pub file: &'static str,
    /// The size of that file in bytes, within some hundred: the header's padding depends on who saved it.
    pub bytes: u64,
    /// Top-1 accuracy on ImageNet-1k's validation pictures at [`side`](Self::side), a fraction, as
    /// [`accuracy_source`](Self::accuracy_source) has it.
    pub top1: f64,
    /// Top-5 accuracy, likewise.
    pub top5: f64,
    /// Where the two accuracies were published.
    pub accuracy_source: &'static str,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition each at [`side`](Self::side), by timm's count and rounded to its three digits.
    pub macs: u64,
    /// The SPDX name of the weights' licence.
    pub licence: &'static str,
    /// The side of the square picture that it was trained and measured with, in pixels.
    pub side: usize,
    /// What a picture's shorter side is resized to before its centre is cut out.
    pub resize: usize,
    /// The only side that fits the network, if its position tables fix one.
    pub fixed_side: Option<usize>,
    /// Every activation.
    pub activation: Activation,
    /// One string a stage, one letter a block: `c` for a convolution in the middle, `l` for a lambda layer.
    pub blocks: [&'static str; 4],
    /// Whether its lambda layers have position tables of the whole map instead of 9×9 windows.
    pub global: bool,
}

impl KnownNetwork {
    /// Where the weights file can be fetched from.
    pub fn url(&self) -> String {
        format!("https://huggingface.co/{}/resolve/main/{}", self.hub, self.file)
    }

    /// How a picture becomes its input.
    pub fn preprocessing(&self) -> Preprocessing {
        imagenet::preprocessing(self.resize, self.fixed_side.unwrap_or(self.side))
    }
}

/// Where timm publishes what its networks reach.
const TIMM_RESULTS: &str = "results/results-imagenet.csv of huggingface/pytorch-image-models";

/// timm's three, from small to large.
pub const KNOWN: &[KnownNetwork] = &[
    KnownNetwork {
        name: "lambda_resnet26t",
        title: "LambdaResNet 26-T",
        hub: "timm/lambda_resnet26t.c1_in1k",
        file: "model.safetensors",
        bytes: 43_983_688,
        top1: 0.79126,
        top5: 0.94554,
        accuracy_source: TIMM_RESULTS,
        parameters: 10_958_272,
        macs: 3_020_000_000,
        licence: "Apache-2.0",
        side: 256,
        resize: 272,
        fixed_side: None,
        activation: Activation::Relu,
        blocks: ["cc", "cc", "cl", "ll"],
        global: false,
    },
    KnownNetwork {
        name: "lambda_resnet26rpt_256",
        title: "LambdaResNet 26-T with relative position tables",
        hub: "timm/lambda_resnet26rpt_256.c1_in1k",
        file: "model.safetensors",
        bytes: 44_105_000,
        top1: 0.78960,
        top5: 0.94420,
        accuracy_source: TIMM_RESULTS,
        parameters: 10_988_688,
        macs: 3_160_000_000,
        licence: "Apache-2.0",
        side: 256,
        resize: 272,
        fixed_side: Some(256),
        activation: Activation::Relu,
        blocks: ["cc", "cc", "cl", "ll"],
        global: true,
    },
    KnownNetwork {
        name: "lambda_resnet50ts",
        title: "LambdaResNet 50-TS",
        hub: "timm/lambda_resnet50ts.a1h_in1k",
        file: "model.safetensors",
        bytes: 86_405_544,
        top1: 0.81184,
        top5: 0.95094,
        accuracy_source: TIMM_RESULTS,
        parameters: 21_536_832,
        macs: 5_070_000_000,
        licence: "Apache-2.0",
        side: 256,
        resize: 269,
        fixed_side: None,
        activation: Activation::Silu,
        blocks: ["ccc", "cccl", "clclcl", "clc"],
        global: false,
    },
];

/// The known network of this name, with or without the tag that the hub appends, such as `.c1_in1k`.
pub fn find(name: &str) -> Option<&'static KnownNetwork> {
    KNOWN.iter().find(|known| known.name == name || known.hub.strip_prefix("timm/") == Some(name) || known.hub == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_found_by_its_name_its_tag_and_its_repository() {
        for known in KNOWN {
            let tagged = known.hub.strip_prefix("timm/").unwrap();
            assert!(tagged.starts_with(known.name));
            assert_eq!([find(known.name), find(tagged), find(known.hub)], [Some(known); 3]);
        }
        assert_eq!(find("lambda_resnet"), None);
        assert_eq!(
            KNOWN[2].url(),
            "https://huggingface.co/timm/lambda_resnet50ts.a1h_in1k/resolve/main/model.safetensors"
        );
    }
}
