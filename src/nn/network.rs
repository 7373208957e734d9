//! A network: a description with the weights that fit it, from which the graph at any picture size is built.

use sha2::{Digest, Sha256};

use crate::nn::builder::network_graph;
use crate::nn::description::Description;
use crate::nn::graph::Graph;
use crate::nn::weights::{Weights, WeightsError, read_description};
use crate::tensor::Tensor;

/// A network that can be turned into a graph at any picture size it accepts.
#[derive(Clone, Debug)]
pub struct Network {
    /// What it is.
    pub description: Description,
    weights: Weights,
}

impl Network {
    /// Reads a weights file of ours.
    ///
    /// # Errors
    /// If the file is broken, has no description, or the two do not fit each other.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let network = Self { description: read_description(bytes)?, weights: Weights::from_safetensors(bytes)? };
        network.graph(network.description.input.crop)?;
        Ok(network)
    }

    /// Learned values.
    pub fn parameters(&self) -> u64 {
        self.weights.parameters()
    }

    /// The graph for pictures of `side`×`side` pixels.
    ///
    /// # Errors
    /// If a tensor is missing or misshapen, or the description asks for something the kernels do not run.
    pub fn graph(&self, side: usize) -> Result<Graph, WeightsError> {
        network_graph(&self.description, &self.weights, side)
    }
}

/// The SHA-256 of a file in lower-case hexadecimal, as manifests record it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Appends a zero channel to a picture: `[H, W, 3]` to `[H, W, 4]` values.
pub fn pad_picture(picture: &Tensor) -> Vec<f32> {
    picture.data().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 0.0]).collect()
}
