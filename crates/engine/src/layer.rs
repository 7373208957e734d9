//! A lambda layer of its own on a backend: for the command line, and for whoever has a state dict and no network.

use crate::backends::{Backends, GraphRun};
use crate::error::EngineError;
use crate::run::{Run, fits};
use lambdascope_core::backend::{BackendChoice, BackendReport};
use lambdascope_core::nn::builder::{LayerSetting, lambda_layer_graph};
use lambdascope_core::nn::graph::padded;
use lambdascope_core::nn::lambda_layer::LambdaLayer;
use lambdascope_core::tensor::Tensor;

/// A lambda layer in one setting, on a backend.
pub struct LayerEngine {
    backends: Backends,
    input: [usize; 3],
}

impl LayerEngine {
    /// Chooses a backend by running the layer on `input`, `[H, W, C]`, and on its own `context` where the setting has one.
    ///
    /// # Errors
    /// If the tensors do not fit the layer or the setting, or the GPU was asked for and cannot be used.
    pub async fn new(
        layer: &LambdaLayer,
        setting: &LayerSetting,
        input: &Tensor,
        context: Option<&Tensor>,
        choice: BackendChoice,
    ) -> Result<Self, EngineError> {
        let [height, width] = setting.map;
        let expected = [height, width, layer.shape.dim];
        fits(expected, input)?;
        if let Some([height, width]) = setting.context {
            let expected = [height, width, layer.shape.context_dim];
            match context {
                Some(context) => fits(expected, context)?,
                None => return Err(EngineError::Input { expected, found: Vec::new() }),
            }
        }
        let graph = lambda_layer_graph(layer, setting)?;
        let context = context.map(padded).unwrap_or_default();
        let mut backends = Backends::on_cpu(graph, padded(input), context, None)?;
        backends.choose(choice).await?;
        Ok(Self { backends, input: expected })
    }

    /// What runs, and why.
    pub fn report(&self) -> &BackendReport {
        self.backends.report()
    }

    /// Rows, columns and channels of the output.
    pub fn output_shape(&self) -> [usize; 3] {
        let graph = self.backends.graph();
        graph.values[graph.logits].shape
    }

    /// Runs the layer on an input of the same size; [`Run::logits`] is its output `[Ho, Wo, h · v]`.
    ///
    /// # Errors
    /// [`EngineError::Input`] if it has another size, [`EngineError::NotFinite`] if numbers leave the range of f32.
    pub async fn run(&mut self, input: &Tensor) -> Result<Run, EngineError> {
        fits(self.input, input)?;
        let GraphRun { output, trace, features, backend, milliseconds, .. } = self.backends.run(&padded(input)).await?;
        Ok(Run { logits: output, trace, features, backend, milliseconds })
    }
}
