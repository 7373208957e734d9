//! A second network beside the one on screen, for the same part of the same picture: one at most, on the backend of the first,
//! given back when it is not wanted any more.

use super::answer::Looked;
use super::job::ReadyNetwork;
use super::scope::post;
use super::ways;
use lambdascope_core::answer::Answer;
use lambdascope_core::backend::BackendChoice;
use lambdascope_engine::Engine;
use lambdascope_protocol::Response;

/// The second network.
pub struct Beside {
    engine: Engine,
    load: u64,
    /// The backend that it was last brought to, whether that could be used or not.
    brought_to: BackendChoice,
}

impl Beside {
    /// Takes a network that was built on the CPU, and says so.
    pub fn new(ReadyNetwork { load, source, engine, card }: ReadyNetwork) -> Self {
        let notes = engine.network().notes().to_vec();
        post(&Response::BesideReady { load, source, card, notes });
        Self { engine, load, brought_to: BackendChoice::Cpu }
    }

    /// Answers for what `first` saw when it gave the answer of this id, whatever comes of it; nothing where it has seen
    /// something else since, and is asked again.
    pub async fn answer(&mut self, first: &Engine, looked: Option<&Looked>, answer: u64) {
        let Some(looked) = looked.filter(|looked| looked.seen.id == answer) else { return };
        self.follow(first.running()).await;
        match self.run(first, looked).await {
            Ok(answer) => post(&Response::BesideAnswer(Box::new(answer))),
            Err(message) => post(&Response::BesideFailed { load: self.load, answer, message }),
        }
        if let Some(message) = self.engine.take_notice() {
            post(&Response::Notice { message });
        }
    }

    /// Goes to the first network's backend, so that what both take can be compared; a GPU that does not take this one as well
    /// is not asked again before the first has been elsewhere.
    async fn follow(&mut self, choice: BackendChoice) {
        if self.brought_to == choice {
            return;
        }
        self.brought_to = choice;
        if choice == BackendChoice::Cpu {
            self.engine.take_cpu("The network beside it runs on the CPU.".into());
        } else {
            let candidate = ways::tried(self.engine.candidate(choice.halves())).await;
            // Where the GPU cannot be used, the engine's report says why.
            let _ = self.engine.settle(choice, candidate).await;
        }
    }

    async fn run(&mut self, first: &Engine, looked: &Looked) -> Result<Answer, String> {
        let side = self.engine.network().description.input.crop;
        let crop = looked.at_side(first, side).await?;
        let seen = &looked.seen;
        let answered = self.engine.answer_crop(self.load, seen.id, seen.original, crop).await;
        answered.map(|(answer, _)| answer).map_err(|error| format!("There is no answer to this picture: {error}."))
    }
}
