//! A network in a few figures, and its layers as a strip: what is said of it wherever it is shown.

use serde::{Deserialize, Serialize};

use crate::nn::graph::{Graph, Site};
use crate::nn::network::Network;

/// What the page needs to know of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkCard {
    /// Its name for people.
    pub title: String,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition, for one picture.
    pub macs: u64,
    /// How many classes it tells apart.
    pub classes: usize,
    /// Side of the square picture it sees, in pixels.
    pub side: usize,
    /// Top-1 accuracy as a fraction and the data it was measured on, if the file says so.
    pub accuracy: Option<(f64, String)>,
    /// The strip: stem, blocks and head in order.
    pub parts: Vec<NetworkPart>,
    /// Bytes of the weights file.
    pub weight_bytes: u64,
    /// SHA-256 of the weights file, lower-case hexadecimal.
    pub sha256: String,
}

impl NetworkCard {
    /// Describes a network and its graph, whose weights came in a file of `weight_bytes` bytes with this SHA-256.
    pub fn new(network: &Network, graph: &Graph, weight_bytes: u64, sha256: String) -> Self {
        let description = &network.description;
        let part = |name: &str, kind| {
            let shape = graph.find(name).map(|id| graph.values[id].shape)?;
            Some(NetworkPart { name: name.to_owned(), shape, kind })
        };
        let mut parts = vec![part("stem", PartKind::Stem)];
        for (s, stage) in description.stages.iter().enumerate() {
            for i in 0..stage.blocks.len() {
                let name = format!("stages.{s}.{i}");
                let kind = match graph.layers.iter().enumerate().find(|(_, site)| site.name() == name) {
                    Some((layer, Site::Lambda(_))) => PartKind::Lambda { layer },
                    Some((layer, Site::Attention(_))) => PartKind::Attention { layer },
                    None => PartKind::Convolution,
                };
                parts.push(part(&name, kind));
            }
        }
        parts.push(part("logits", PartKind::Head).map(|head| NetworkPart {
            name: "head".to_owned(),
            shape: [1, 1, description.labels.len()],
            ..head
        }));
        Self {
            title: description.title.clone(),
            parameters: network.parameters(),
            macs: graph.macs(),
            classes: description.labels.len(),
            side: description.input.crop,
            accuracy: description.accuracy.as_ref().map(|a| (a.top1, a.dataset.clone())),
            parts: parts.into_iter().flatten().collect(),
            weight_bytes,
            sha256,
        }
    }
}

/// One element of the network strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkPart {
    /// Its place, such as `stem`, `stages.1.1`, `head`. A lambda or attention layer's is its trace's name.
    pub name: String,
    /// `[H, W, C]` of its output.
    pub shape: [usize; 3],
    /// What it is.
    pub kind: PartKind,
}

/// What an element of the strip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartKind {
    /// The first convolutions and the max pool.
    Stem,
    /// A bottleneck around a 3×3 convolution.
    Convolution,
    /// A bottleneck around a lambda layer; the index is the layer's place in the trace.
    Lambda {
        /// Index into [`Trace::layers`](crate::nn::trace::Trace::layers).
        layer: usize,
    },
    /// A bottleneck around self-attention.
    Attention {
        /// Index into [`Trace::layers`](crate::nn::trace::Trace::layers).
        layer: usize,
    },
    /// Mean over positions and the classifier.
    Head,
}

impl PartKind {
    /// The place in the trace of a layer that can be looked into.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Lambda { layer } | Self::Attention { layer } => Some(layer),
            Self::Stem | Self::Convolution | Self::Head => None,
        }
    }
}
