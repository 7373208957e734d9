//! The one door: choose a backend, load a network, run it, hand back logits and a trace.
//!
//! The page's worker and the command line both go through [`Engine`]; neither knows which backend ran, except to say so.

pub(crate) mod answer;
pub(crate) mod edited;
pub(crate) mod resized;
pub(crate) mod shader_run;

use crate::backends::{Backends, Candidate, GraphRun, Startup};
use crate::error::EngineError;
use crate::gpu::GpuError;
use crate::run::{OpTime, Run, fits};
use crate::shader_bench::Bench;
use lambdascope_core::backend::{BackendChoice, BackendReport};
use lambdascope_core::nn::description::check_picture;
use lambdascope_core::nn::evidence::{Evidence, Head};
use lambdascope_core::nn::graph::{Graph, padded};
use lambdascope_core::nn::network::Network;
use lambdascope_core::picture::{Picture, Preprocessing, Region};
use lambdascope_core::tensor::Tensor;
use lambdascope_picture::{PictureError, crop_of_side};

/// A network on a backend.
pub struct Engine {
    network: Network,
    size: [usize; 2],
    backends: Backends,
    /// Where edited shaders run, once one has.
    bench: Option<Bench>,
}

impl Engine {
    /// Loads a network for pictures of its own size. Chooses a backend and checks it: both run a known picture; one whose
    /// numbers are wrong is not used, and in [`BackendChoice::Auto`] the faster one is.
    ///
    /// # Errors
    /// If the network cannot be built, the CPU fails the check, or the GPU was asked for and cannot be used.
    pub async fn new(network: Network, choice: BackendChoice) -> Result<Self, EngineError> {
        let side = network.description.input.crop;
        Self::with_size(network, [side, side], choice).await
    }

    /// As [`Engine::new`], for inputs of another size, `[H, W]`.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub async fn with_size(network: Network, size: [usize; 2], choice: BackendChoice) -> Result<Self, EngineError> {
        let mut engine = Self::on_cpu(network, size)?;
        engine.backends.choose(choice).await?;
        Ok(engine)
    }

    /// Loads a network on the CPU, for inputs of `[H, W]`, and checks it there: it can answer at once, while a GPU is tried
    /// ([`Engine::candidate`]).
    ///
    /// # Errors
    /// If the network cannot be built, or the CPU fails the check.
    pub fn on_cpu(mut network: Network, size: [usize; 2]) -> Result<Self, EngineError> {
        let graph = network.take_graph(size)?;
        let input = &network.description.input;
        let side = size[0].max(size[1]);
        let square = Picture { width: side, height: side, rgb: check_picture(side) };
        let rgb =
            square.rgb.chunks_exact(3 * side).take(size[0]).flat_map(|row| &row[..3 * size[1]]).copied().collect();
        let check = padded(&input.normalise(&Picture { width: size[1], height: size[0], rgb }));
        // The recorded logits are those of the network's own size.
        let expected = network.description.check.as_ref().filter(|_| size == [input.crop, input.crop]);
        let expected = expected.map(|check| check.logits.as_slice());
        let backends = Backends::on_cpu(graph, check, Vec::new(), expected)?;
        Ok(Self { network, size, backends, bench: None })
    }

    /// Starts a GPU for the network and checks its numbers. The engine answers meanwhile; [`Engine::settle`] takes what
    /// comes of it. With `halves` its weights are in half precision.
    pub fn candidate(&self, halves: bool) -> impl Future<Output = Result<Candidate, String>> + use<> {
        self.backends.candidate(halves)
    }

    /// What brings another network to where this one runs.
    pub fn running(&self) -> BackendChoice {
        self.backends.running()
    }

    /// Takes a GPU that was tried: it is used from now on if it was asked for or is faster than the CPU. The report says
    /// which backend it is and why.
    ///
    /// # Errors
    /// Why the GPU cannot be used, as the end of a sentence; the CPU is used then.
    pub async fn settle(&mut self, choice: BackendChoice, candidate: Result<Candidate, String>) -> Result<(), String> {
        self.backends.settle(choice, candidate).await
    }

    /// Uses the CPU from now on, for a reason that is a sentence.
    pub fn take_cpu(&mut self, reason: String) {
        self.backends.take_cpu(reason);
    }

    /// The network it runs.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Rows and columns of the pictures it runs on.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The network's kernels at this picture size.
    pub fn graph(&self) -> &Graph {
        self.backends.graph()
    }

    /// What runs, and why.
    pub fn report(&self) -> &BackendReport {
        self.backends.report()
    }

    /// How long the backend took to get ready.
    pub fn startup(&self) -> Startup {
        self.backends.startup()
    }

    /// A sentence to tell the visitor once, if the backend changed during the last run.
    pub fn take_notice(&mut self) -> Option<String> {
        self.backends.take_notice()
    }

    /// Runs the network on a picture `[H, W, 4]` and says what each kernel took, in their order; nothing on a GPU that has no
    /// clock to ask.
    ///
    /// # Errors
    /// As [`crate::gpu::Session::profile`].
    pub async fn profile(&mut self, picture: &[f32]) -> Result<Option<Vec<OpTime>>, GpuError> {
        self.backends.profile(picture).await
    }

    /// Destroys the GPU's device as a driver's reset would, for tests of the recovery.
    pub fn lose_device(&self) {
        self.backends.lose_device();
    }

    /// What the network sees of a picture: the crop, and the normalised input `[side, side, 3]`.
    ///
    /// # Errors
    /// If the picture cannot be brought to the network's size.
    pub fn prepare(&self, picture: &Picture) -> Result<(Picture, Tensor), PictureError> {
        let crop = self.cut(picture, None, self.network.description.input.crop)?;
        let tensor = self.network.description.input.normalise(&crop);
        Ok((crop, tensor))
    }

    /// What the network sees of a picture, or of a region of it, in `side` pixels a side, before it is normalised. All of a
    /// region, and nothing but it, is resized.
    ///
    /// # Errors
    /// As [`Engine::prepare`].
    pub fn cut(&self, picture: &Picture, region: Option<Region>, side: usize) -> Result<Picture, PictureError> {
        let input = &self.network.description.input;
        match region {
            // Nothing is left to cut off.
            Some(region) => {
                let whole = Preprocessing { resize: input.crop, ..input.clone() };
                crop_of_side(&whole, &picture.cut(region)?, side)
            }
            None => crop_of_side(input, picture, side),
        }
    }

    /// Runs the network on an input `[H, W, 3]`. If the GPU is lost, its device is made anew once; if that fails too, or it
    /// does not answer, the CPU does, and [`Engine::take_notice`] says so.
    ///
    /// # Errors
    /// [`EngineError::Input`] if the input has another size than the engine was loaded for, [`EngineError::NotFinite`] if
    /// numbers leave the range of f32.
    pub async fn run(&mut self, input: &Tensor) -> Result<Run, EngineError> {
        fits([self.size[0], self.size[1], 3], input)?;
        let GraphRun { output: mut logits, trace, features, backend, milliseconds, .. } =
            self.backends.run(&padded(input)).await?;
        // The classifier's outputs are padded to a multiple of 4.
        logits.truncate(self.network.description.labels.len());
        Ok(Run { logits, trace, features, backend, milliseconds })
    }

    /// The logits for several inputs `[H, W, 3]`, in their order, and nothing else: a GPU is given all of them at once, so that it
    /// has no pause between two, and hands no traces back. What happens to a GPU that fails is as in [`Engine::run`].
    ///
    /// # Errors
    /// As [`Engine::run`], for any of the inputs.
    pub async fn logits_of_many(&mut self, inputs: &[Tensor]) -> Result<Vec<Vec<f32>>, EngineError> {
        for input in inputs {
            fits([self.size[0], self.size[1], 3], input)?;
        }
        let inputs: Vec<Vec<f32>> = inputs.iter().map(padded).collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
        let mut outputs = self.backends.outputs_of_many(&inputs).await?;
        // The classifier's outputs are padded to a multiple of 4.
        outputs.iter_mut().for_each(|logits| logits.truncate(self.network.description.labels.len()));
        Ok(outputs)
    }

    /// What the positions of the last map add to the logits of some classes, by what a run left behind; classes that the
    /// network does not have are left out.
    pub fn evidence(&self, features: &[f32], logits: &[f32], classes: impl IntoIterator<Item = usize>) -> Evidence {
        let of = |head: Head| head.evidence_of(self.graph(), features, logits, classes);
        self.backends.head().map(of).unwrap_or_default()
    }
}
