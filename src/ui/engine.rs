//! The engine as the page knows it: starting its worker, sending it pictures and hearing its answers. What is asked of it
//! about networks is in [`loads`].

pub mod beside;
pub mod evidence;
pub mod lab;
pub mod live;
pub mod loads;
pub mod precomputed;
pub mod shader;
pub mod sizes;

pub mod what_if;

use std::time::Duration;

use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::page::networks::Running;
use crate::page::samples;
use crate::ui::browser;
use crate::ui::browser::files;
use crate::ui::link::Link;
use crate::ui::state::own_pictures;
use crate::ui::state::{Asked, Phase, PictureChoice, State};
use lambdascope_core::backend::{BackendChoice, BackendReport};
use lambdascope_protocol as protocol;
use lambdascope_protocol::{Request, Response};

/// A worker whose module cannot be compiled says nothing, so silence is taken for failure after this long.
const SILENCE: Duration = Duration::from_secs(45);

const NO_START: &str = "The engine could not be started. Reload the page; if that does not help, try a current \
                        Chrome, Edge, Firefox or Safari.";

/// Starts the worker, and sends it the chosen picture whenever there is a new one, or a new network for it, and the engine
/// can take it.
pub fn connect(state: State) {
    start(state);
    beside::connect(state);
    Effect::new(move |before: Option<u32>| {
        let hangs = state.gpu_hangs.get();
        if before.is_some_and(|before| before < hangs) {
            restart(state);
        }
        hangs
    });
    Effect::new(move |_| {
        let (Phase::Ready, Some(picture), network) = (state.phase.get(), state.picture.get(), state.engine_load.get())
        else {
            return;
        };
        let shown = state.answer.read_untracked().as_ref().map(|answer| answer.network);
        let is_shown = shown == Some(network) && state.answered.get_untracked().as_ref() == Some(&picture);
        // While another picture is under way, going back to the one on screen has to overtake it.
        if state.busy.get_untracked() || !is_shown {
            classify(state, &picture);
        }
    });
}

/// Ends the worker, which waits for a GPU that does not answer, and starts another on the CPU, which answers the picture on
/// screen again. A GPU that still works on what hung would let the new one wait as well.
fn restart(state: State) {
    if let Some(link) = state.link.try_update_value(Option::take).flatten() {
        link.end();
    }
    state.busy.set(false);
    state.networks.loading.set(None);
    state.what_if.busy.set(false);
    state.sizes.waiting.set(Vec::new());
    state.beside.forget();
    state.live.flight.set_value(None);
    state.answered.set(None);
    state.phase.set(Phase::Starting);
    start(state);
}

fn start(state: State) {
    let (worker, events) = match begun() {
        Some(begun) => begun,
        None => match new_worker() {
            Ok(worker) => (worker, js_sys::Array::new()),
            Err(error) => {
                state.phase.set(Phase::Failed(format!("{NO_START} ({})", browser::describe(&error))));
                return;
            }
        },
    };
    let received = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        match protocol::decode::<Response>(&bytes) {
            Ok(response) => receive(state, response),
            Err(error) => state.phase.set(Phase::Failed(format!(
                "The engine sent an answer that this page does not understand ({error}). The two are probably \
                 different versions: reload the page."
            ))),
        }
    });
    worker.set_onmessage(Some(received.as_ref().unchecked_ref()));
    received.forget();
    let failed = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let cause = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message).unwrap_or_default();
        let cause = if cause.is_empty() { "its script could not be loaded".to_owned() } else { cause };
        state.fail(format!("{NO_START} ({cause})"));
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    state.link.set_value(Some(Link::new(worker.clone())));
    for event in events {
        // They were handled once, by nobody who understood them.
        let _ = worker.dispatch_event(event.unchecked_ref());
    }

    set_timeout(
        move || {
            if state.phase.get_untracked() == Phase::Starting {
                state.phase.set(Phase::Failed(format!("{NO_START} (It has not responded so far.)")));
            }
        },
        SILENCE,
    );
}

fn new_worker() -> Result<web_sys::Worker, JsValue> {
    let options = web_sys::WorkerOptions::new();
    options.set_type(web_sys::WorkerType::Module);
    web_sys::Worker::new_with_options("./engine_worker_loader.js", &options)
}

/// The worker that `www/start.js` began before the page drew, with the events that have come from it since; once.
fn begun() -> Option<(web_sys::Worker, js_sys::Array)> {
    const NAME: &str = "startedEngine";
    let window = window();
    let started = Reflect::get(&window, &NAME.into()).ok().filter(JsValue::is_object)?;
    Reflect::delete_property(&window, &NAME.into()).ok()?;
    let worker = Reflect::get(&started, &"worker".into()).ok()?.dyn_into().ok()?;
    let events = Reflect::get(&started, &"events".into()).ok()?.dyn_into().ok()?;
    Some((worker, events))
}

fn receive(state: State, response: Response) {
    match response {
        Response::Started => {
            state.phase.set(Phase::Loading { step: protocol::LoadStep::Downloading, done: 0, total: 0 });
            let own = state.backend.get_untracked();
            let choice = if state.gpu_hangs.get_untracked() > 0 { BackendChoice::Cpu } else { own };
            let address = state.address();
            let cpu = address.cpu.unwrap_or_default();
            state.send(&Request::Start { choice, network: address.network, cpu }, None);
        }
        Response::Networks(offers) => state.networks.offers.set(Some(offers)),
        Response::Progress { load, step, done, total } if state.beside.is_loading(load) => {
            loads::advance(state.beside.loading, step, done, total);
        }
        Response::Progress { load, step, done, total } => loads::progress(state, load, step, done, total),
        Response::Ready { load, source, card, notes, report } => {
            loads::ready(state, Running { load, source, card, notes }, report);
        }
        Response::Backend { load, report } if load == state.engine_load.get_untracked() => moved(state, report),
        // Of a network that has been replaced since.
        Response::Backend { .. } => {}
        Response::BesideReady { load, source, card, notes } => {
            beside::ready(state, Running { load, source, card, notes });
        }
        Response::BesideAnswer(answer) => beside::answered(state, *answer),
        Response::BesideFailed { load, answer, message } => beside::unanswered(state, load, answer, message),
        Response::LoadFailed { load, source, message } if state.beside.is_loading(load) => {
            beside::failed(state, source, message);
        }
        Response::LoadFailed { load, source, message } => loads::failed(state, load, source, message),
        Response::Answer(answer) if is_latest(state, answer.id) => {
            state.asked.with_value(|asked| {
                state.round_trip.set(browser::now() - asked.at);
                state.answered.set(asked.picture.clone());
            });
            state.busy.set(false);
            state.show(*answer);
        }
        Response::PictureFailed { id, message, .. } if is_latest(state, id) && live::failed(state, id) => {
            state.problem.set(Some(message));
        }
        Response::PictureFailed { id, message, is_file } if is_latest(state, id) => {
            state.busy.set(false);
            // What is no picture is none to choose again.
            state.asked.with_value(|asked| {
                if let Some(own_pictures::OwnPicture { key, picture, .. }) =
                    asked.picture.as_ref().filter(|_| is_file).and_then(|picture| state.own.remove(picture))
                {
                    spawn_local(async move { files::drop_file(key, picture.name()).await });
                }
            });
            state.problem.set(Some(message));
            let answered = state.answered.get_untracked();
            let shown = state.answer.read_untracked().as_ref().map(|answer| answer.network);
            let replaced = shown.is_some_and(|shown| shown != state.engine_load.get_untracked());
            if replaced && state.asked.with_value(|asked| asked.picture == answered) {
                state.show_nothing();
            } else {
                state.picture.set(answered);
            }
        }
        Response::Answer(_) | Response::PictureFailed { .. } => {}
        Response::WhatIf(answer) => what_if::receive(state, answer.id, Ok(answer)),
        Response::WhatIfFailed { id, message } => what_if::receive(state, id, Err(message)),
        Response::Evidence { answer, evidence } => evidence::receive(state, answer, evidence),
        Response::LayerShaders(shaders) => shader::received(state, shaders),
        Response::ShaderChecked { id, fault } => shader::checked(state, id, fault),
        Response::ShaderRan { id, outcome } => shader::ran(state, id, outcome),
        Response::Resized { answer, side, outcome } => sizes::received(state, answer, side, outcome),
        // Of a laboratory, which is a worker of its own.
        Response::LabOpen { .. } | Response::LabClosed { .. } | Response::Measured(_) => {}
        Response::Notice { message } => state.notice.set(Some(message)),
        Response::Failed { message } => state.fail(message),
    }
}

/// Chooses the backend. The engine keeps its network, and says when it has gone over.
pub fn choose_backend(state: State, choice: BackendChoice) {
    state.backend.set(choice);
    // One that has not started is told when it does.
    if !matches!(*state.phase.read_untracked(), Phase::Starting | Phase::Failed(_)) {
        state.send(&Request::Backend { choice }, None);
    }
}

/// Takes another backend, or another reason for the present one. The picture on screen is answered again where it was
/// computed elsewhere, so that all that is said of it is of the backend that is named.
fn moved(state: State, report: BackendReport) {
    let elsewhere = state.answer.with_untracked(|answer| {
        let computed = answer.as_ref().and_then(|answer| answer.computed.as_ref());
        computed.is_some_and(|computed| computed.report.backend != report.backend)
    });
    let is_other = state.report.with_untracked(|before| before.as_ref().map(|b| b.backend) != Some(report.backend));
    state.report.set(Some(report));
    // Convolutions differ between backends, and so may their shaders.
    if is_other {
        state.shader.texts.set(None);
    }
    let picture = state.picture.get_untracked();
    if let Some(picture) = picture.filter(|_| elsewhere && !state.busy.get_untracked()) {
        classify(state, &picture);
    }
}

fn is_latest(state: State, id: u64) -> bool {
    state.asked.with_value(|asked| asked.id == id)
}

fn classify(state: State, picture: &PictureChoice) {
    let id = state.asked.with_value(|asked| asked.id) + 1;
    let asked = Asked { id, picture: Some(picture.clone()), at: browser::now() };
    let (request, file) = match picture {
        // Its frames come by themselves.
        PictureChoice::Live { .. } => return,
        PictureChoice::Own { file, region, .. } => (Request::Classify { id, region: *region }, Some(&**file)),
        PictureChoice::Sample(sample) => {
            let Some(sample) = samples::named(sample) else { return };
            (Request::ClassifySample { id, file: sample.file.clone() }, None)
        }
    };
    state.asked.set_value(asked);
    state.busy.set(true);
    state.send(&request, file);
}
