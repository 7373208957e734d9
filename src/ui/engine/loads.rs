//! Loading another network: asking the engine for one, and what it says of it. Whatever happens, the network on screen
//! stays until the first answer of the new one is there.

use leptos::prelude::*;

use crate::page::networks::{Failure, Loading, Running};
use crate::ui::state::{Phase, State};
use lambdascope_core::backend::BackendReport;
use lambdascope_core::catalogue::Source;
use lambdascope_protocol::{LoadStep, Request};

/// Asks for a network; `file` is the visitor's own, for [`Source::File`].
pub fn load(state: State, source: Source, file: Option<web_sys::File>) {
    let networks = state.networks;
    if matches!(*state.phase.read_untracked(), Phase::Starting | Phase::Loading { .. }) {
        networks.waiting.set_value(Some((source, file)));
        return;
    }
    let id = networks.next_load();
    let step = LoadStep::Reading;
    networks.failure.set(None);
    networks.notes.set(String::new());
    networks.loading.set(Some(Loading { load: id, source: source.clone(), step, done: 0, total: 0 }));
    state.send(&Request::Load { id, source }, file.as_deref());
}

/// Cancels the load in progress.
pub fn cancel(state: State) {
    if let Some(Loading { load, .. }) = state.networks.loading.get_untracked() {
        state.networks.loading.set(None);
        state.send(&Request::CancelLoad { id: load }, None);
    }
}

/// Drops a public network from this device.
pub fn remove(state: State, name: String) {
    state.send(&Request::Remove { name }, None);
}

/// Takes the progress of a load.
pub fn progress(state: State, load: u64, step: LoadStep, done: u64, total: u64) {
    if load == 0 {
        state.phase.set(Phase::Loading { step, done, total });
    } else if state.networks.loading.read_untracked().as_ref().is_some_and(|loading| loading.load == load) {
        advance(state.networks.loading, step, done, total);
    }
}

/// Notes how far a network on its way has come.
pub fn advance(loading: RwSignal<Option<Loading>>, step: LoadStep, done: u64, total: u64) {
    loading.update(|loading| {
        if let Some(loading) = loading {
            *loading = Loading { step, done, total, ..loading.clone() };
        }
    });
}

/// Takes a network that has loaded: the engine runs it from now on.
pub fn ready(state: State, running: Running, report: BackendReport) {
    let (networks, load) = (state.networks, running.load);
    networks.notes.set(running.notes.join(" "));
    if load > 0 {
        networks.loading.set(None);
        networks.failure.set(None);
    } else {
        answered(state, &running.source);
    }
    state.report.set(Some(report));
    if state.answer.read_untracked().is_some() {
        networks.next.set_value(Some(running));
    } else {
        networks.running.set(Some(running));
    }
    state.engine_load.set(load);
    state.phase.set(Phase::Ready);
    if let Some((source, file)) = networks.waiting.try_update_value(Option::take).flatten() {
        self::load(state, source, file);
    }
}

/// Takes the failure of a load.
pub fn failed(state: State, load: u64, source: Source, message: String) {
    let networks = state.networks;
    if load == 0 || networks.loading.read_untracked().as_ref().is_some_and(|loading| loading.load == load) {
        networks.loading.set(None);
        answered(state, &source);
        networks.failure.set(Some(Failure { source, message }));
    }
}

/// An address that names a network of the page's own has been dealt with, whatever came of it.
fn answered(state: State, source: &Source) {
    let wanted = state.networks.wanted;
    let is_it = |name: &String| matches!(source, Source::Shipped { name: own } if own == name);
    if wanted.read_untracked().as_ref().is_some_and(is_it) {
        wanted.set(None);
    }
}
