//! The line to the engine's worker.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::browser;
use super::state::{Phase, Picture, State};
use crate::protocol::{self, Request, Response};

/// The worker and what was asked of it last.
pub struct Link {
    worker: web_sys::Worker,
    latest: u64,
    asked: Option<Picture>,
    sent_at: f64,
}

/// A worker whose module cannot be compiled says nothing, so silence is taken for failure after this long.
const SILENCE: Duration = Duration::from_secs(45);

const NO_START: &str = "The engine could not be started. Load the page again; if that does not help, try a current \
                        Chrome, Edge, Firefox or Safari.";

/// Starts the worker, and sends it the chosen picture whenever there is a new one and the engine can take it.
pub fn connect(state: State) {
    let options = web_sys::WorkerOptions::new();
    options.set_type(web_sys::WorkerType::Module);
    let worker = match web_sys::Worker::new_with_options("./engine_worker_loader.js", &options) {
        Ok(worker) => worker,
        Err(error) => {
            state.phase.set(Phase::Failed(format!("{NO_START} ({})", browser::describe(&error))));
            return;
        }
    };
    let received = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        match protocol::decode::<Response>(&bytes) {
            Ok(response) => receive(state, response),
            Err(error) => state.phase.set(Phase::Failed(format!(
                "The engine answered with something that this page does not know ({error}). The two are probably of \
                 different versions: load the page again."
            ))),
        }
    });
    worker.set_onmessage(Some(received.as_ref().unchecked_ref()));
    received.forget();
    let failed = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let cause = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message).unwrap_or_default();
        let cause = if cause.is_empty() { "its script could not be loaded".to_owned() } else { cause };
        state.busy.set(false);
        state.phase.set(Phase::Failed(format!("{NO_START} ({cause})")));
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    state.link.set_value(Some(Link { worker, latest: 0, asked: None, sent_at: 0.0 }));

    set_timeout(
        move || {
            if state.phase.get_untracked() == Phase::Starting {
                state.phase.set(Phase::Failed(format!("{NO_START} (It has said nothing so far.)")));
            }
        },
        SILENCE,
    );
    Effect::new(move |_| {
        let (Phase::Ready, Some(picture)) = (state.phase.get(), state.picture.get()) else { return };
        // While another picture is under way, going back to the one on screen has to overtake it.
        if state.busy.get_untracked() || state.answered.get_untracked().as_ref() != Some(&picture) {
            classify(state, &picture);
        }
    });
}

fn receive(state: State, response: Response) {
    match response {
        Response::Started => {
            state.phase.set(Phase::Loading { step: protocol::LoadStep::Downloading, done: 0, total: 0 });
            post(state, &Request::Load { choice: state.opening_address().backend.unwrap_or_default() });
        }
        Response::Progress { step, done, total } => state.phase.set(Phase::Loading { step, done, total }),
        Response::Ready { card, report } => {
            state.card.set(Some(card));
            state.report.set(Some(report));
            state.phase.set(Phase::Ready);
        }
        Response::Answer(answer) if is_latest(state, answer.id) => {
            state.link.with_value(|link| {
                if let Some(link) = link {
                    state.round_trip.set(browser::now() - link.sent_at);
                    state.answered.set(link.asked.clone());
                }
            });
            state.busy.set(false);
            state.problem.set(None);
            state.show(*answer);
        }
        Response::PictureFailed { id, message } if is_latest(state, id) => {
            state.busy.set(false);
            state.problem.set(Some(message));
            state.picture.set(state.answered.get_untracked());
        }
        Response::Answer(_) | Response::PictureFailed { .. } => {}
        Response::Notice { message } => state.notice.set(Some(message)),
        Response::Failed { message } => {
            state.busy.set(false);
            state.phase.set(Phase::Failed(message));
        }
    }
}

fn is_latest(state: State, id: u64) -> bool {
    state.link.with_value(|link| link.as_ref().is_some_and(|link| link.latest == id))
}

fn classify(state: State, picture: &Picture) {
    let id = state.link.try_update_value(|link| {
        link.as_mut().map_or(0, |link| {
            link.latest += 1;
            link.asked = Some(picture.clone());
            link.sent_at = browser::now();
            link.latest
        })
    });
    let id = id.unwrap_or(0);
    let request = match picture {
        Picture::Own { bytes, .. } => Request::Classify { id, bytes: bytes.to_vec() },
        Picture::Sample(sample) => {
            let samples = state.samples.read_untracked();
            let Some(sample) = samples.iter().find(|known| known.id == *sample) else { return };
            Request::ClassifySample { id, file: sample.file.clone() }
        }
    };
    state.busy.set(true);
    state.problem.set(None);
    post(state, &request);
}

fn post(state: State, request: &Request) {
    let sent = protocol::encode(request).map_err(|error| error.to_string()).and_then(|bytes| {
        let buffer = js_sys::Uint8Array::from(bytes.as_slice()).buffer();
        state.link.with_value(|link| match link {
            Some(link) => link
                .worker
                .post_message_with_transfer(&buffer, &js_sys::Array::of1(&buffer))
                .map_err(|error| browser::describe(&error)),
            None => Err("there is no worker".to_owned()),
        })
    });
    if let Err(cause) = sent {
        state.busy.set(false);
        state.phase.set(Phase::Failed(format!("The engine cannot be reached ({cause}). Load the page again.")));
    }
}
