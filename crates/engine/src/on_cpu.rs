//! A graph on the CPU, wherever its executor is: here, or in a WebAssembly module of its own ([`crate::cpu_module`]), which is
//! built for more than the engine's is.

use std::borrow::Cow;
use std::sync::Arc;

use web_time::Instant;

#[cfg(target_family = "wasm")]
use crate::cpu_module;
use crate::error::EngineError;
use crate::run::OpTime;
use lambdascope_core::nn::graph::{Graph, Op, ValueId};
use lambdascope_core::tensor::all_finite;

/// A graph on the CPU.
pub(crate) struct OnCpu {
    graph: Arc<Graph>,
    executor: Executor,
}

enum Executor {
    #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
    Here(lambdascope_cpu::Executor),
    #[cfg(target_family = "wasm")]
    Module(cpu_module::Executor),
}

impl Executor {
    fn new(graph: &Arc<Graph>, kept: &[ValueId]) -> Result<Self, EngineError> {
        #[cfg(target_family = "wasm")]
        if let Some(module) = cpu_module::installed() {
            return module.load(graph, kept).map(Self::Module).map_err(EngineError::Cpu);
        }
        #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
        return Ok(Self::Here(lambdascope_cpu::Executor::new(Arc::clone(graph), kept)));
        #[cfg(not(any(not(target_family = "wasm"), feature = "whole")))]
        Err(EngineError::Cpu("its kernels are not there".into()))
    }
}

impl OnCpu {
    /// Lays out the arrays; the values of `kept` can be read after a run.
    ///
    /// # Errors
    /// If there is no room for it in the module, or no module where there has to be one.
    pub fn new(graph: Arc<Graph>, kept: &[ValueId]) -> Result<Self, EngineError> {
        Ok(Self { executor: Executor::new(&graph, kept)?, graph })
    }

    /// Gives a lone lambda layer its context `[Hc, Wc, C]`, which stays until the next; without effect on a graph whose
    /// context is its input.
    ///
    /// # Panics
    /// If the context has another size than the graph's.
    pub fn set_context(&mut self, context: &[f32]) {
        if let Some(id) = self.graph.context {
            self.write(id, context);
        }
    }

    /// Bytes of the arrays between its kernels.
    pub fn array_bytes(&self) -> u64 {
        match &self.executor {
            #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
            Executor::Here(executor) => executor.array_bytes(),
            #[cfg(target_family = "wasm")]
            Executor::Module(executor) => executor.array_bytes(),
        }
    }

    /// Runs the graph on a picture `[H, W, 4]`.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn run(&mut self, picture: &[f32]) {
        self.write(self.graph.input, picture);
        match &mut self.executor {
            #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
            Executor::Here(executor) => executor.run_ops(),
            #[cfg(target_family = "wasm")]
            Executor::Module(executor) => executor.run_ops(),
        }
    }

    /// Runs the graph as [`OnCpu::run`] does, up to the first value that holds something infinite or NaN, and returns that
    /// value; `None` if there is none.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn first_not_finite(&mut self, picture: &[f32]) -> Option<ValueId> {
        if !all_finite(picture) {
            return Some(self.graph.input);
        }
        if let Some(context) = self.graph.context.filter(|&context| !all_finite(&self.read(context))) {
            return Some(context);
        }
        let graph = Arc::clone(&self.graph);
        self.write(graph.input, picture);
        // Looked at at once, since a later kernel may write over it.
        graph.ops.iter().enumerate().find_map(|(at, op)| {
            self.step(at);
            op.outputs().into_iter().find(|&id| !all_finite(&self.read(id)))
        })
    }

    /// Runs the graph as [`OnCpu::run`] does and says what each kernel took, in their order.
    ///
    /// # Panics
    /// If the picture has another size than the graph's input.
    pub fn profile(&mut self, picture: &[f32]) -> Vec<OpTime> {
        let graph = Arc::clone(&self.graph);
        self.write(graph.input, picture);
        let time = |(at, op): (usize, &Op)| {
            let started = Instant::now();
            self.step(at);
            let nanoseconds = started.elapsed().as_secs_f64() * 1e9;
            let output = op.outputs().first().map(|&id| graph.values[id].name.clone()).unwrap_or_default();
            OpTime { kernel: op.kernel(), output, nanoseconds }
        };
        graph.ops.iter().enumerate().map(time).collect()
    }

    /// A value as the last run left it; meaningful for kept values only.
    pub fn read(&self, value: ValueId) -> Cow<'_, [f32]> {
        match &self.executor {
            #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
            Executor::Here(executor) => Cow::Borrowed(executor.read(value)),
            #[cfg(target_family = "wasm")]
            Executor::Module(executor) => Cow::Owned(executor.read(value, self.graph.values[value].len())),
        }
    }

    fn write(&mut self, value: ValueId, values: &[f32]) {
        assert_eq!(values.len(), self.graph.values[value].len(), "an input has the graph's size");
        match &mut self.executor {
            #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
            Executor::Here(executor) => executor.value_mut(value).copy_from_slice(values),
            #[cfg(target_family = "wasm")]
            Executor::Module(executor) => executor.write(value, values),
        }
    }

    fn step(&mut self, at: usize) {
        match &mut self.executor {
            #[cfg(any(not(target_family = "wasm"), feature = "whole"))]
            Executor::Here(executor) => executor.step(at),
            #[cfg(target_family = "wasm")]
            Executor::Module(executor) => executor.step(at),
        }
    }
}

/// What the CPU is called in a report.
pub(crate) fn name() -> String {
    #[cfg(target_family = "wasm")]
    return match cpu_module::installed() {
        Some(module) => module.name(),
        None => "WebAssembly".into(),
    };
    #[cfg(not(target_family = "wasm"))]
    "native code".into()
}
