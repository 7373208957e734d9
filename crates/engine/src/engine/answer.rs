//! The answer to an encoded picture, with all that the page shows of it.

use web_time::Instant;

use super::Engine;
use crate::error::EngineError;
use crate::softmax::predictions;
use lambdascope_core::answer::{Answer, Computed, Timings};
use lambdascope_core::picture::{Picture, Region};
use lambdascope_core::tensor::Tensor;
use lambdascope_picture::{PictureError, decode};

/// Why a picture has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The file cannot be used.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The network cannot take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What the network saw of a picture.
pub struct Seen {
    /// The answer's id.
    pub id: u64,
    /// The crop.
    pub crop: Picture,
    /// The same, normalised: `[side, side, 3]`.
    pub input: Tensor,
}

impl Engine {
    /// Runs the network on an encoded picture, on a region of it where there is one. `id` is the request's, `network` the load
    /// whose network this is.
    ///
    /// # Errors
    /// If the picture cannot be decoded or brought to the network's size.
    pub async fn answer(
        &mut self,
        network: u64,
        id: u64,
        bytes: &[u8],
        region: Option<Region>,
    ) -> Result<(Answer, Seen), AnswerError> {
        let start = Instant::now();
        let picture = decode(bytes)?;
        let decoded = Instant::now();
        let (crop, input) = match region {
            Some(region) => self.prepare_region(&picture, region)?,
            None => self.prepare(&picture)?,
        };
        let prepared = Instant::now();
        let run = self.run(&input).await?;
        let milliseconds = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
        let timings = Timings {
            decode: milliseconds(start, decoded),
            preprocess: milliseconds(decoded, prepared),
            network: run.milliseconds,
        };
        let answer = Answer {
            id,
            network,
            original: [picture.width, picture.height],
            side: crop.width,
            crop: crop.rgb.clone(),
            predictions: predictions(&self.network().description.labels, &run.logits),
            trace: run.trace,
            computed: Some(Computed { timings, report: self.report().clone() }),
        };
        Ok((answer, Seen { id, crop, input }))
    }
}
