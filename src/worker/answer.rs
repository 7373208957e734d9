//! Answering a picture: decode, prepare, run, and what the page is told of it. What is seen is kept for questions about it.

use web_time::Instant;

use super::fetch::{fetch, read_body};
use super::scope::post;
use crate::engine::{Engine, ranked_softmax};
use crate::picture::{Picture, decode};
use crate::protocol::{Answer, Prediction, Response, Timings};
use crate::tensor::Tensor;

/// A picture that waits for its answer.
pub struct Wanted {
    /// The request's id.
    pub id: u64,
    /// The picture.
    pub picture: Given,
}

/// A picture as the page gives it.
pub enum Given {
    /// An encoded file.
    Bytes(Vec<u8>),
    /// A sample's file name.
    Sample(String),
}

/// The picture that was answered last.
pub struct Seen {
    /// The answer's id.
    pub id: u64,
    /// What the network saw of it.
    pub crop: Picture,
    /// The same, normalised: `[side, side, 3]`.
    pub input: Tensor,
}

/// Answers, whatever comes of it; what was seen, if there was an answer. `network` is the load whose network the engine runs.
pub async fn answer(engine: &mut Engine, network: u64, Wanted { id, picture }: Wanted) -> Option<Seen> {
    let bytes = match picture {
        Given::Bytes(bytes) => Ok(bytes),
        Given::Sample(file) => sample(&file).await,
    };
    let answered = match bytes {
        Ok(bytes) => run(engine, network, id, &bytes).await,
        Err(message) => Err(message),
    };
    if let Some(message) = engine.take_notice() {
        post(&Response::Notice { message });
    }
    match answered {
        Ok((answer, seen)) => {
            post(&Response::Answer(Box::new(answer)));
            Some(seen)
        }
        Err(message) => {
            post(&Response::PictureFailed { id, message });
            None
        }
    }
}

async fn sample(file: &str) -> Result<Vec<u8>, String> {
    let failed = |e| format!("This sample could not be loaded: {e}.");
    let response = fetch(&format!("samples/{file}")).await.map_err(failed)?;
    read_body(&response, |_| {}).await.map_err(failed)
}

/// Classes with their probabilities, most probable first.
pub fn predictions(labels: &[String], logits: &[f32]) -> Vec<Prediction> {
    let prediction = |(i, probability): (usize, f32)| Some(Prediction { label: labels.get(i)?.clone(), probability });
    ranked_softmax(logits).into_iter().filter_map(prediction).collect()
}

async fn run(engine: &mut Engine, network: u64, id: u64, bytes: &[u8]) -> Result<(Answer, Seen), String> {
    let start = Instant::now();
    let picture = decode(bytes).map_err(|e| e.to_string())?;
    let decoded = Instant::now();
    let (crop, input) = engine.prepare(&picture).map_err(|e| e.to_string())?;
    let prepared = Instant::now();
    let run = engine.run(&input).await.map_err(|e| e.to_string())?;
    let predictions = predictions(&engine.network().description.labels, &run.logits);
    let milliseconds = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
    let answer = Answer {
        id,
        network,
        original: [picture.width, picture.height],
        side: crop.width,
        crop: crop.rgb.clone(),
        predictions,
        trace: run.trace,
        timings: Timings {
            decode: milliseconds(start, decoded),
            preprocess: milliseconds(decoded, prepared),
            network: run.milliseconds,
        },
        report: engine.report().clone(),
    };
    Ok((answer, Seen { id, crop, input }))
}
