//! The laboratory's worker: a second one, that holds no network. One measurement is sent at a time, so that a pause is not
//! sending the next; stopping ends the worker, and the memory of what it measured goes with it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::page::lab::linked;
use crate::page::lab::linked::RUN;
use crate::page::lab::plan::{LAYERS, Plan, SWEEP, Step};
use crate::ui::browser;
use crate::ui::engine::new_worker;
use crate::ui::link::Link;
use crate::ui::state::State;
use crate::ui::state::lab::{Activity, Sweep, usual};
use lambdascope_core::cost::report::{Point, Report};
use lambdascope_protocol as protocol;
use lambdascope_protocol::{Request, Response};

/// A measurement that says nothing for so long is given up: none is begun that is expected to take ten seconds, and the first
/// one of a layer compiles its shaders.
const SILENCE: Duration = Duration::from_secs(120);

/// Chooses what is to be measured.
pub fn choose(state: State, plan: &Plan) {
    let usual = untrack(|| usual(state.report));
    state.set_parameter(SWEEP, plan.sweep(usual));
    state.set_parameter(LAYERS, plan.listed());
}

/// Begins a sweep of what is chosen, in the place of the last one.
pub fn begin(state: State) {
    stop(state);
    let plan = state.lab.plan.get_untracked();
    let steps = plan.steps();
    state.lab.progress.set([0, steps.len()]);
    state.lab.report.set(None);
    open(state, plan, Vec::new(), 0);
}

/// Waits, once what is under way has been measured.
pub fn pause(state: State) {
    state.lab.activity.update(|activity| {
        if *activity == Activity::Measuring {
            *activity = Activity::Pausing;
        }
    });
}

/// Goes on after a pause.
pub fn go_on(state: State) {
    match state.lab.activity.get_untracked() {
        Activity::Pausing => state.lab.activity.set(Activity::Measuring),
        Activity::Paused => {
            state.lab.activity.set(Activity::Measuring);
            ask(state);
        }
        _ => {}
    }
}

/// Ends the sweep and its worker; the numbers stay.
pub fn stop(state: State) {
    close(state);
    if state.lab.activity.with_untracked(Activity::is_open) {
        state.lab.activity.set(Activity::Stopped);
    }
}

/// Lays a sweep over the one on screen: another's, or an earlier one.
pub fn lay_over(state: State, report: Option<Arc<Report>>) {
    state.set_parameter(RUN, None);
    state.lab.problem.set(None);
    state.lab.other.set(report);
}

/// Takes what is given as a second sweep: at first the address's, then every file.
pub fn connect(state: State) {
    let in_address = untrack(|| state.parameter::<String>(RUN)).filter(|_| state.lab.other.read_untracked().is_none());
    match in_address.map(|run| linked::linked(&run)) {
        None => {}
        Some(Ok(report)) => state.lab.other.set(Some(Arc::new(report))),
        Some(Err(error)) => state.lab.problem.set(Some(format!("The numbers in this link cannot be used: {error}."))),
    }
    Effect::new(move |_| {
        if let Some((name, file)) = state.lab.file.get() {
            state.lab.file.set(None);
            spawn_local(take_file(state, name, file.take()));
        }
    });
}

async fn take_file(state: State, name: String, file: web_sys::Blob) {
    let bytes = browser::read_blob(&file).await.map_err(|_| "it could not be read from this device".to_owned());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is no text".to_owned()));
    match text.and_then(|text| Report::read(&text).map_err(|error| error.to_string())) {
        Ok(report) => lay_over(state, Some(Arc::new(report))),
        Err(cause) => state.lab.problem.set(Some(format!("{name} cannot be used: {cause}."))),
    }
}

/// A link to what is on screen with the numbers of the sweep; nothing where they are too many.
pub fn link_with_numbers(state: State) -> Option<String> {
    let run = linked::link(&*state.lab.report.get_untracked()?)?;
    let mut address = state.address();
    address.parameters.insert(RUN.to_owned(), run);
    Some(browser::link(&address))
}

/// Starts a worker that goes on with a sweep at a step.
fn open(state: State, plan: Plan, points: Vec<Point>, at: usize) {
    state.lab.activity.set(Activity::Opening);
    let number = state.lab.workers.try_update_value(|workers| {
        *workers += 1;
        *workers
    });
    let is_last = move || Some(state.lab.workers.get_value()) == number;
    let worker = match new_worker() {
        Ok(worker) => worker,
        Err(error) => {
            return fail(state, format!("A second engine could not be started: {}.", browser::describe(&error)));
        }
    };
    let received = Closure::<dyn FnMut(web_sys::MessageEvent)>::new({
        let mut earlier = Some(points);
        move |event: web_sys::MessageEvent| {
            if !is_last() {
                return;
            }
            let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
            match protocol::decode::<Response>(&bytes) {
                // What is sent before is lost.
                Ok(Response::Started) => started(state),
                Ok(Response::LabOpen { device }) => opened(state, device, earlier.take().unwrap_or_default()),
                Ok(Response::LabClosed { message }) => fail(state, message),
                Ok(Response::Measured(point)) => measured(state, *point),
                Ok(_) => {}
                Err(error) => {
                    fail(state, format!("The page and its engine are different versions ({error}). Reload the page."))
                }
            }
        }
    });
    worker.set_onmessage(Some(received.as_ref().unchecked_ref()));
    received.forget();
    let ended = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if is_last() {
            let cause = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message).unwrap_or_default();
            give_up(state, format!("the engine ended ({})", if cause.is_empty() { "no reason given" } else { &cause }));
        }
    });
    worker.set_onerror(Some(ended.as_ref().unchecked_ref()));
    ended.forget();
    let (link, steps) = (Link::new(worker), plan.steps());
    state.lab.sweep.set_value(Some(Sweep { plan, steps, at, link }));
    watch(state);
}

/// The worker listens.
fn started(state: State) {
    let cpu = state.address().cpu.unwrap_or_default();
    send(state, |sweep| Some(Request::OpenLab { backend: sweep.plan.backend, cpu }));
}

/// Sends the worker what there is to send; whether there was something.
fn send(state: State, request: impl FnOnce(&Sweep) -> Option<Request>) -> bool {
    let sent = state.lab.sweep.with_value(|sweep| {
        let sweep = sweep.as_ref()?;
        Some(sweep.link.send(&request(sweep)?, None))
    });
    if let Some(Err(cause)) = &sent {
        fail(state, format!("The second engine cannot be reached: {cause}."));
    }
    sent.is_some()
}

/// The worker is ready.
fn opened(state: State, device: String, points: Vec<Point>) {
    let report = state.lab.sweep.with_value(|sweep| {
        let browser = window().navigator().user_agent().ok();
        sweep.as_ref().map(|sweep| Report { points, ..sweep.plan.report(device, browser) })
    });
    state.lab.report.set(report.map(Arc::new));
    state.lab.activity.set(Activity::Measuring);
    ask(state);
}

/// Takes a measurement, and asks for the next unless there is a pause.
fn measured(state: State, point: Point) {
    let lab = state.lab;
    let mut report = lab.report.get_untracked();
    if let Some(report) = &mut report {
        Arc::make_mut(report).points.push(point);
    }
    lab.report.set(report);
    lab.sweep.update_value(|sweep| sweep.iter_mut().for_each(|sweep| sweep.at += 1));
    lab.progress.update(|progress| progress[0] += 1);
    if lab.activity.with_untracked(|activity| *activity == Activity::Pausing) {
        lab.activity.set(Activity::Paused);
    } else {
        ask(state);
    }
}

/// Asks for the next measurement; there may be none.
fn ask(state: State) {
    let is_asked = send(state, |sweep| {
        let Step { contestant, setting } = *sweep.steps.get(sweep.at)?;
        Some(Request::Measure { contestant, setting, batch: sweep.plan.batch })
    });
    if is_asked {
        watch(state);
    } else {
        close(state);
        state.lab.activity.set(Activity::Done);
    }
}

/// Gives up what has been under way for too long.
fn watch(state: State) {
    let lab = state.lab;
    let place = move || {
        let at = lab.sweep.with_value(|sweep| sweep.as_ref().map(|sweep| sweep.at));
        (at, lab.workers.get_value())
    };
    let watched = place();
    lab.patience.after(SILENCE, move || {
        let waits = lab
            .activity
            .with_untracked(|activity| matches!(activity, Activity::Opening | Activity::Measuring | Activity::Pausing));
        if waits && place() == watched {
            give_up(state, format!("it gave no answer within {} seconds", SILENCE.as_secs()));
        }
    });
}

/// Counts what is under way as refused, and goes on with a new worker. Where even the start fails, nothing more is tried.
fn give_up(state: State, cause: String) {
    let points = state.lab.report.get_untracked().map(|report| report.points.clone());
    let sweep = state.lab.sweep.try_update_value(Option::take).flatten();
    let (Some(Sweep { plan, steps, at, link }), Some(mut points)) = (sweep, points) else {
        return fail(state, format!("The laboratory did not start: {cause}."));
    };
    link.end();
    points.extend(steps.get(at).map(|step| step.failed(cause)));
    state.lab.progress.set([at + 1, steps.len()]);
    open(state, plan, points, at + 1);
}

fn fail(state: State, message: String) {
    close(state);
    state.lab.activity.set(Activity::Failed(message));
}

fn close(state: State) {
    state.lab.workers.update_value(|workers| *workers += 1);
    if let Some(sweep) = state.lab.sweep.try_update_value(Option::take).flatten() {
        sweep.link.end();
    }
}
