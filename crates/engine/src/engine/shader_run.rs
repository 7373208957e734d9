//! A network with one of its shaders edited, beside the network as it is.

use super::Engine;
use crate::gpu;
use crate::gpu::{Dispatch, GpuError, Operand};
use crate::shader_bench::{Bench, ShaderError};
use crate::softmax::predictions;
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::shader_edit::{Changed, ShaderArray, ShaderRun, ShaderStep};
use lambdascope_core::tensor::Tensor;

impl Engine {
    /// The steps of a layer, as they run on the GPU; none for a layer that is not there.
    pub fn shader_steps(&self, layer: usize) -> Vec<ShaderStep> {
        let graph = self.graph();
        graph.layer_ops(layer).into_iter().map(|op| describe(graph, op, &self.dispatch(op))).collect()
    }

    /// Checks an edited source against the shader of a step, without running it.
    ///
    /// # Errors
    /// [`ShaderError::NoStep`] or [`ShaderError::Fault`].
    pub fn check_shader(&self, layer: usize, step: usize, source: &str) -> Result<(), ShaderError> {
        let op = self.step(layer, step)?;
        gpu::check(&self.dispatch(op).shader, source).map(drop).map_err(ShaderError::Fault)
    }

    /// Runs the network on an input `[H, W, 3]` as it is, and with an edited source in the place of one step's shader.
    ///
    /// # Errors
    /// Every [`ShaderError`]; after each of them the next run starts afresh.
    pub async fn run_with_shader(
        &mut self,
        input: &Tensor,
        layer: usize,
        step: usize,
        source: &str,
    ) -> Result<ShaderRun, ShaderError> {
        let op = self.step(layer, step)?;
        let edited = gpu::check(&self.dispatch(op).shader, source).map_err(ShaderError::Fault)?;
        let graph = self.backends.shared_graph();
        let input = padded(input);
        let expected = graph.values[graph.input].len();
        if input.len() != expected {
            return Err(ShaderError::Input { expected, found: input.len() });
        }
        let mut bench = match self.bench.take() {
            Some(bench) => bench,
            None => Bench::new(&graph, self.strategy()).await.map_err(|error| ShaderError::NoGpu(error.to_string()))?,
        };
        let before = bench.run(&input).await;
        // A device that was lost since is made anew; nothing edited has run on this one yet.
        let (before, before_ms) = match before {
            Ok(run) => run,
            Err(_) => {
                bench = Bench::new(&graph, self.strategy()).await.map_err(|e| ShaderError::NoGpu(e.to_string()))?;
                bench.run(&input).await.map_err(|error| ShaderError::NoGpu(error.to_string()))?
            }
        };
        let mut replacement = match bench.session.replacement(op, edited).await {
            Ok(replacement) => replacement,
            Err(error) => {
                let fault = bench.device.fault(source).await;
                if !matches!(error, GpuError::DeviceLost(_)) {
                    self.bench = Some(bench);
                }
                return Err(fault.map_or_else(|| ShaderError::Failed(error.to_string()), ShaderError::Fault));
            }
        };
        bench.session.exchange(&mut replacement);
        let after = bench.run(&input).await;
        bench.session.exchange(&mut replacement);
        // After a failure the device is dropped, and with it whatever the edit left in its memory.
        let (after, after_ms) = after.map_err(|error| ShaderError::Failed(error.to_string()))?;

        let place = |id: ValueId| bench.kept.iter().position(|kept| *kept == id);
        let changed = |id: ValueId| {
            let at = place(id)?;
            let value = &graph.values[id];
            let (before, after) = (before[at].clone(), after[at].clone());
            Some(Changed { name: value.name.clone(), shape: value.shape, before, after })
        };
        let mut shown = graph.ops[op].outputs();
        let output = graph.layers[layer].output();
        shown.retain(|id| *id != output);
        shown.push(output);
        let labels = &self.network.description.labels;
        let guess = |values: &[Vec<f32>]| {
            let logits = place(graph.logits).map_or(&[][..], |at| &values[at]);
            // The classifier's outputs are padded to a multiple of 4.
            predictions(labels, &logits[..labels.len().min(logits.len())])
        };
        let run = ShaderRun {
            layer,
            step,
            device: bench.device.adapter().name.clone(),
            values: shown.into_iter().filter_map(changed).collect(),
            predictions: [guess(&before), guess(&after)],
            milliseconds: [before_ms, after_ms],
        };
        self.bench = Some(bench);
        Ok(run)
    }

    fn step(&self, layer: usize, step: usize) -> Result<usize, ShaderError> {
        self.graph().layer_ops(layer).get(step).copied().ok_or(ShaderError::NoStep { layer, step })
    }

    /// How the convolutions run on the GPU; where no GPU is used, as a software adapter would run them. An edit is checked by
    /// naga, with no more than WebGPU's core.
    fn strategy(&self) -> Strategy {
        self.backends.strategy().unwrap_or(Strategy::SOFTWARE).plain()
    }

    fn dispatch(&self, op: usize) -> Dispatch {
        let strategy = self.strategy();
        gpu::dispatch(&self.graph().ops[op], |params| strategy.way(params))
    }
}

fn describe(graph: &Graph, op: usize, Dispatch { shader, grid, reads, writes, .. }: &Dispatch) -> ShaderStep {
    let variables = gpu::variables(shader);
    let array = |operand: &Operand| match *operand {
        Operand::Value(id) => (Some(graph.values[id].name.clone()), graph.values[id].shape.to_vec()),
        Operand::Constant(id) | Operand::Halves(id) => (None, graph.constants[id].shape().to_vec()),
        Operand::Parts(length) => (None, vec![length]),
    };
    let read = reads.iter().map(|operand| (array(operand), false));
    let all = read.chain(writes.iter().map(|operand| (array(operand), true)));
    let arrays = (1..).zip(all).map(|(binding, ((value, shape), written))| ShaderArray {
        variable: variables.get(&binding).cloned().unwrap_or_default(),
        value,
        shape,
        written,
    });
    ShaderStep {
        kernel: shader.name.to_owned(),
        source: shader.source.to_string(),
        overrides: shader.overrides.iter().map(|&(name, value)| (name.to_owned(), value)).collect(),
        grid: *grid,
        macs: graph.ops[op].macs(),
        arrays: arrays.collect(),
    }
}
