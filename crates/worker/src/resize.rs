//! Running the network at other sizes of picture, on what was answered last.

use super::answer::{Looked, opened};
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

/// Runs it, whatever comes of it; nothing where another picture has been answered since. `pace` is what the last size took.
pub async fn resize(engine: &Engine, looked: Option<&Looked>, pace: &mut Option<Pace>, size: Size) {
    let Size { answer, side, layer } = size;
    let Some(looked) = looked.filter(|looked| looked.seen.id == answer) else { return };
    let outcome = run(engine, looked, side, layer, *pace).await.map(Box::new);
    if let Ok(resized) = &outcome {
        *pace = Some((resized.macs, resized.milliseconds));
    }
    post(&Response::Resized { answer, side, outcome });
}

async fn run(
    engine: &Engine,
    Looked { seen, picture }: &Looked,
    side: usize,
    layer: usize,
    pace: Option<Pace>,
) -> Result<Resized, Refusal> {
    if seen.crop.width == side {
        return engine.at_size(&seen.crop, layer, pace).await;
    }
    // The same part of the picture, in more pixels or fewer.
    let (opened, _) = opened(picture).await.map_err(Refusal::Failed)?;
    let crop = engine.cut(&opened.picture, picture.region(), side);
    let crop = crop.map_err(|error| Refusal::Failed(error.to_string()))?;
    engine.at_size(&crop, layer, pace).await
}
