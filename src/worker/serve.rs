//! The worker's loop: one request at a time, and of several waiting pictures only the latest.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use web_time::Instant;

use super::fetch::{fetch, read_body, scope};
use super::weights;
use crate::engine::{Engine, ranked_softmax};
use crate::nn::network::Network;
use crate::picture::decode;
use crate::protocol::{
    Answer, BackendChoice, LoadStep, NetworkCard, Prediction, Request, Response, Timings, decode as read, encode,
};

/// Listens for requests; returns at once.
pub fn start() {
    let (sender, receiver) = unbounded::<Request>();
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match read::<Request>(&bytes) {
            // The receiver lives as long as the worker.
            Ok(request) => drop(sender.unbounded_send(request)),
            Err(error) => post(&Response::Failed {
                message: format!("The page and its engine are of different versions ({error}). Reload the page."),
            }),
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    post(&Response::Started);
    wasm_bindgen_futures::spawn_local(serve(receiver));
}

async fn serve(mut requests: UnboundedReceiver<Request>) {
    let mut engine = None;
    while let Ok(request) = requests.recv().await {
        // Let messages that already wait be delivered, so that the latest picture wins.
        TimeoutFuture::new(0).await;
        let mut request = request;
        while let Ok(next) = requests.try_recv() {
            if matches!(request, Request::Load { .. }) {
                engine = load(&request).await;
            }
            request = next;
        }
        match (&request, &mut engine) {
            (Request::Load { .. }, _) => engine = load(&request).await,
            (_, Some(engine)) => answer(engine, request).await,
            (_, None) => {}
        }
    }
}

async fn load(request: &Request) -> Option<Engine> {
    let Request::Load { choice } = *request else { return None };
    match try_load(choice).await {
        Ok(engine) => Some(engine),
        Err(message) => {
            post(&Response::Failed { message });
            None
        }
    }
}

async fn try_load(choice: BackendChoice) -> Result<Engine, String> {
    let progress = |step, done, total| post(&Response::Progress { step, done, total });
    let bytes = weights::load(progress).await.map_err(|e| e.to_string())?;
    let network = Network::from_safetensors(&bytes).map_err(|e| format!("The network cannot be used: {e}."))?;
    progress(LoadStep::Warming, 0, 0);
    let engine = Engine::new(network, choice).await.map_err(|e| format!("The engine cannot start: {e}."))?;
    let card = NetworkCard::new(engine.network(), engine.graph(), bytes.len() as u64);
    post(&Response::Ready { card, report: engine.report().clone() });
    Ok(engine)
}

async fn answer(engine: &mut Engine, request: Request) {
    let (id, bytes) = match request {
        Request::Classify { id, bytes } => (id, Ok(bytes)),
        Request::ClassifySample { id, file } => (id, sample(&file).await),
        Request::Load { .. } => return,
    };
    let answered = match bytes {
        Ok(bytes) => try_answer(engine, id, &bytes).await,
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

async fn try_answer(engine: &mut Engine, id: u64, bytes: &[u8]) -> Result<Answer, String> {
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

/// Posts a message, its buffer transferred.
fn post(response: &Response) {
    let bytes = match encode(response) {
        Ok(bytes) => bytes,
        Err(error) => return web_sys::console::error_1(&format!("a message could not be encoded: {error}").into()),
    };
    let buffer: ArrayBuffer = Uint8Array::from(bytes.as_slice()).buffer();
    if let Err(error) = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)) {
        web_sys::console::error_2(&"a message could not be posted".into(), &error);
    }
}
