//! A network: a description with the weights that fit it, from which the graph at any picture size is built.

use sha2::{Digest, Sha256};

use crate::nn::builder::network_graph;
use crate::nn::description::Description;
use crate::nn::edit::Edits;
use crate::nn::error::WeightsError;
use crate::nn::graph::Graph;
use crate::nn::identify::{FIRST_TENSOR, identify};
use crate::nn::reader::Reader;
use crate::nn::weights::{Weights, read};

/// A network that can be turned into a graph at any picture size it accepts.
#[derive(Clone, Debug)]
pub struct Network {
    /// What it is.
    pub description: Description,
    weights: Weights,
    /// At its own size, from when the file was checked until somebody takes it.
    graph: Option<Graph>,
}

impl Network {
    /// Reads a weights file: one of ours, described in its metadata, or a state dict of timm's, which
    /// [`identify`] tells by its tensors, as people save them: see [`read`].
    ///
    /// # Errors
    /// If the file is broken, holds nothing known, or its tensors do not fit the network it describes.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let (weights, description) = read(bytes, &[FIRST_TENSOR])?;
        let fit = |description: Option<Description>| {
            let description = description.map_or_else(|| identify(&weights), Ok)?;
            let mut reader = Reader::new(&weights);
            let own = [description.input.crop; 2];
            let graph = network_graph(&description, &mut reader, &Edits::default(), own)?;
            match reader.first_unread() {
                Some(name) => Err(WeightsError::Extra { name: name.into() }),
                None => Ok((description, graph)),
            }
        };
        let (description, graph) = fit(description).map_err(|cause| weights.locate(cause))?;
        Ok(Self { description, weights, graph: Some(graph) })
    }

    /// What was chosen in the file, left out of it or rounded, a sentence each.
    pub fn notes(&self) -> &[String] {
        self.weights.notes()
    }

    /// Learned values.
    pub fn parameters(&self) -> u64 {
        self.weights.parameters()
    }

    /// The graph for pictures of `[height, width]` pixels.
    ///
    /// # Errors
    /// If a tensor is missing or misshapen, or the description asks for something the kernels do not run; at another
    /// size than the network's own [`WeightsError::Size`], which says why it does not fit.
    pub fn graph(&self, size: [usize; 2]) -> Result<Graph, WeightsError> {
        self.edited(&Edits::default(), size)
    }

    /// As [`Network::graph`], for whoever runs the network: at its own size the graph that the file was checked with is
    /// handed over, at any other it is dropped, so that its constants lie in memory nowhere twice.
    ///
    /// # Errors
    /// As [`Network::graph`].
    pub fn take_graph(&mut self, size: [usize; 2]) -> Result<Graph, WeightsError> {
        let side = self.side();
        match self.graph.take().filter(|_| size == side) {
            Some(graph) => Ok(graph),
            None => self.graph(size),
        }
    }

    /// As [`Network::graph`], with its lambda layers changed as `edits` say; what they name and the network lacks is passed
    /// over (see [`Edits::check`]).
    ///
    /// # Errors
    /// As [`Network::graph`].
    pub fn edited(&self, edits: &Edits, [height, width]: [usize; 2]) -> Result<Graph, WeightsError> {
        let built = network_graph(&self.description, &mut Reader::new(&self.weights), edits, [height, width]);
        match built {
            Err(cause) if [height, width] != self.side() && !matches!(cause, WeightsError::Size { .. }) => {
                Err(WeightsError::Size { height, width, cause: cause.to_string() })
            }
            built => built,
        }
    }

    /// The size that the network's own preprocessing gives.
    fn side(&self) -> [usize; 2] {
        [self.description.input.crop; 2]
    }
}

/// The SHA-256 of a file in lower-case hexadecimal, as manifests record it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
