//! Running the network at other sizes of picture, on what was answered last.

use super::answer::Looked;
use super::scope::post;
use lambdascope_core::answer::Resized;
use lambdascope_core::cost::report::Refusal;
use lambdascope_engine::{Engine, Pace};
use lambdascope_protocol::Response;

/// A size that waits for its turn.
pub struct Size {
    /// The answer whose picture is meant.
    pub answer: u64,
    /// Pixels of a side.
    pub side: usize,
    /// The layer whose trace is wanted.
    pub layer: usize,
}

/// Runs it, whatever comes of it. `pace` is what the last size took.
pub async fn resize(engine: &Engine, looked: Option<&Looked>, pace: &mut Option<Pace>, size: Size) {
    let outcome = run(engine, looked, *pace, &size).await.map(Box::new);
    if let Ok(resized) = &outcome {
        *pace = Some((resized.macs, resized.milliseconds));
    }
    post(&Response::Resized { answer: size.answer, side: size.side, outcome });
}

async fn run(
    engine: &Engine,
    looked: Option<&Looked>,
    pace: Option<Pace>,
    &Size { answer, side, layer }: &Size,
) -> Result<Resized, Refusal> {
    let Some(looked) = looked.filter(|looked| looked.seen.id == answer) else {
        return Err(Refusal::Failed("the picture has changed since then".into()));
    };
    let crop = looked.at_side(engine, side).await.map_err(Refusal::Failed)?;
    engine.at_size(&crop, layer, pace).await
}
