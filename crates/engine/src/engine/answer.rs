//! The answer to a picture, with all that the page shows of it.

use web_time::Instant;

use super::Engine;
use crate::error::EngineError;
use crate::softmax::predictions;
use lambdascope_core::answer::{Answer, Computed, Timings};
use lambdascope_core::picture::{Picture, Region};
use lambdascope_core::tensor::Tensor;
use lambdascope_picture::{Opened, PictureError};

/// How many of the most probable classes an answer has the evidence for.
pub const FIRST: usize = 5;

/// Why a picture has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The picture cannot be used.
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
    /// The picture's own width and height.
    pub original: [usize; 2],
    /// The crop.
    pub crop: Picture,
    /// The same, normalised: `[side, side, 3]`.
    pub input: Tensor,
    /// The last map that the network made of it, `[H · W · C]`.
    pub features: Vec<f32>,
    /// The network's logits.
    pub logits: Vec<f32>,
}

impl Engine {
    /// Runs the network on a picture whose opening took `decode` milliseconds, on a region of it where there is one. `id` is the
    /// request's, `network` the load whose network this is.
    ///
    /// # Errors
    /// If the picture cannot be brought to the network's size.
    pub async fn answer(
        &mut self,
        network: u64,
        id: u64,
        Opened { picture, original }: &Opened,
        decode: f64,
        region: Option<Region>,
    ) -> Result<(Answer, Seen), AnswerError> {
        let start = Instant::now();
        let crop = self.cut(picture, region, self.network().description.input.crop)?;
        let preprocess = start.elapsed().as_secs_f64() * 1e3;
        let mut answered = self.answer_crop(network, id, *original, crop).await?;
        if let Some(computed) = &mut answered.0.computed {
            computed.timings.decode = decode;
            computed.timings.preprocess += preprocess;
        }
        Ok(answered)
    }

    /// The same of a crop that was cut already, of a picture of `original` width and height.
    ///
    /// # Errors
    /// If the crop has not the network's size.
    pub async fn answer_crop(
        &mut self,
        network: u64,
        id: u64,
        original: [usize; 2],
        crop: Picture,
    ) -> Result<(Answer, Seen), EngineError> {
        let start = Instant::now();
        let input = self.network().description.input.normalise(&crop);
        let preprocess = start.elapsed().as_secs_f64() * 1e3;
        let run = self.run(&input).await?;
        let timings = Timings { decode: 0.0, preprocess, network: run.milliseconds };
        let predictions = predictions(&self.network().description.labels, &run.logits);
        let first = predictions.iter().take(FIRST).map(|prediction| prediction.class);
        let evidence = self.evidence(&run.features, &run.logits, first);
        let answer = Answer {
            id,
            network,
            original,
            side: crop.width,
            crop: crop.rgb.clone(),
            predictions,
            trace: run.trace,
            evidence,
            computed: Some(Computed { timings, report: self.report().clone() }),
        };
        Ok((answer, Seen { id, original, crop, input, features: run.features, logits: run.logits }))
    }
}
