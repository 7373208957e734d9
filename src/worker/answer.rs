//! Answering a picture: decode, prepare, run, and what the page is told of it.

use web_time::Instant;

use super::fetch::{fetch, read_body};
use super::scope::post;
use crate::engine::{Engine, ranked_softmax};
use crate::picture::decode;
use crate::protocol::{Answer, Prediction, Response, Timings};

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

/// Answers, whatever comes of it. `network` is the load whose network the engine runs.
pub async fn answer(engine: &mut Engine, network: u64, Wanted { id, picture }: Wanted) {
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
        Ok(answer) => post(&Response::Answer(Box::new(answer))),
        Err(message) => post(&Response::PictureFailed { id, message }),
    }
}

async fn sample(file: &str) -> Result<Vec<u8>, String> {
    let failed = |e| format!("This sample could not be loaded: {e}.");
    let response = fetch(&format!("samples/{file}")).await.map_err(failed)?;
    read_body(&response, |_| {}).await.map_err(failed)
}

async fn run(engine: &mut Engine, network: u64, id: u64, bytes: &[u8]) -> Result<Answer, String> {
    let start = Instant::now();
    let picture = decode(bytes).map_err(|e| e.to_string())?;
    let decoded = Instant::now();
    let (crop, input) = engine.prepare(&picture).map_err(|e| e.to_string())?;
    let prepared = Instant::now();
    let run = engine.run(&input).await.map_err(|e| e.to_string())?;
    let labels = &engine.network().description.labels;
    let predictions = ranked_softmax(&run.logits)
        .into_iter()
        .map(|(i, probability)| Prediction { label: labels[i].clone(), probability })
        .collect();
    let milliseconds = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
    Ok(Answer {
        id,
        network,
        original: [picture.width, picture.height],
        side: crop.width,
        crop: crop.rgb,
        predictions,
        trace: run.trace,
        timings: Timings {
            decode: milliseconds(start, decoded),
            preprocess: milliseconds(decoded, prepared),
            network: run.milliseconds,
        },
        report: engine.report().clone(),
    })
}
