//! Answering a picture: decode, prepare, run, and what the page is told of it. What is seen is kept for questions about it.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;
use web_time::Instant;

use super::by_browser;
use super::fetch::{fetch, read_body};
use super::frames::Frame;
use super::scope::post;
use lambdascope_core::picture::{Picture, Region};
use lambdascope_engine::{AnswerError, Engine, Seen};
use lambdascope_picture::{Opened, open};
use lambdascope_protocol::Response;

/// A picture that waits for its answer.
pub struct Wanted {
    /// The request's id.
    pub id: u64,
    /// The picture.
    pub picture: Given,
}

/// A picture as the page gives it.
#[derive(Clone)]
pub enum Given {
    /// The visitor's own file, if it came with the request. It is read when it is answered.
    Own {
        /// The file.
        file: Option<Blob>,
        /// The part of it that is looked at, if not the usual crop.
        region: Option<Region>,
    },
    /// A sample's file name.
    Sample(String),
    /// A frame of a live picture.
    Frame(Rc<Frame>),
}

/// What was looked at last.
pub struct Looked {
    /// What the network saw.
    pub seen: Seen,
    /// Where its picture can be had again.
    pub picture: Given,
}

impl Looked {
    /// What was looked at, in `side` pixels a side: the same part of the picture, in more pixels or fewer. `engine` is the one that
    /// saw it.
    ///
    /// # Errors
    /// A sentence, if the picture cannot be had again or not be cut so.
    pub async fn at_side(&self, engine: &Engine, side: usize) -> Result<Picture, String> {
        let Self { seen, picture } = self;
        if seen.crop.width == side {
            return Ok(seen.crop.clone());
        }
        let (opened, _) = opened(picture).await?;
        engine.cut(&opened.picture, picture.region(), side).map_err(|error| error.to_string())
    }
}

/// Answers, whatever comes of it; what was seen, if there was an answer. `network` is the load whose network the engine runs.
pub async fn answer(engine: &mut Engine, network: u64, Wanted { id, picture }: Wanted) -> Option<Looked> {
    let answered = match opened(&picture).await {
        Ok((opened, decode)) => {
            engine.answer(network, id, &opened, decode, picture.region()).await.map_err(|error| match error {
                AnswerError::Picture(error) => (error.to_string(), true),
                AnswerError::Engine(error) => (format!("There is no answer to this picture: {error}."), false),
            })
        }
        Err(message) => Err((message, true)),
    };
    if let Some(message) = engine.take_notice() {
        post(&Response::Notice { message });
    }
    match answered {
        Ok((answer, seen)) => {
            post(&Response::Answer(Box::new(answer)));
            Some(Looked { seen, picture })
        }
        Err((message, is_file)) => {
            post(&Response::PictureFailed { id, message, is_file });
            None
        }
    }
}

impl Given {
    /// The part of it that is looked at, if not the usual crop.
    pub fn region(&self) -> Option<Region> {
        match self {
            Self::Own { region, .. } => *region,
            Self::Sample(_) | Self::Frame(_) => None,
        }
    }
}

/// The picture, opened, and the milliseconds that took once it was read.
///
/// # Errors
/// A sentence with the cause.
pub async fn opened(picture: &Given) -> Result<(Opened, f64), String> {
    match picture {
        Given::Own { file, .. } => own(file.clone()).await,
        Given::Sample(file) => sample(file).await,
        Given::Frame(frame) => {
            let start = Instant::now();
            frame.open().map(|opened| (opened, milliseconds(start)))
        }
    }
}

/// A file of the visitor's, opened, and the milliseconds that took once it was read.
async fn own(file: Option<Blob>) -> Result<(Opened, f64), String> {
    let file = file.ok_or("The picture did not reach the engine. Choose it again.")?;
    // It may have been moved or changed since it was chosen.
    let bytes = JsFuture::from(file.array_buffer()).await;
    let bytes = bytes.map_err(|_| "The picture could not be read from this device. Choose it again.")?;
    let bytes = Uint8Array::new(&bytes).to_vec();
    let start = Instant::now();
    let opened = match open(&bytes) {
        Err(error) if error.is_beyond_the_decoder() => {
            // Its decoder needs the memory.
            drop(bytes);
            by_browser::open(&file, &error).await?
        }
        opened => opened.map_err(|error| error.to_string())?,
    };
    Ok((opened, milliseconds(start)))
}

/// One of the page's samples, likewise.
async fn sample(file: &str) -> Result<(Opened, f64), String> {
    let failed = |e| format!("This sample could not be loaded: {e}.");
    let response = fetch(&format!("samples/{file}")).await.map_err(failed)?;
    let bytes = read_body(&response, |_| {}).await.map_err(failed)?;
    let start = Instant::now();
    let opened = open(&bytes).map_err(|error| error.to_string())?;
    Ok((opened, milliseconds(start)))
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
