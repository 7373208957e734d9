//! The network beside the one on screen: loading it, asking it about what the first saw, giving it back.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::beside::{BESIDE, address_name};
use crate::page::networks::{Failure, Loading, Running};
use crate::page::view::View;
use crate::ui::state::beside::BesideSignals;
use crate::ui::state::{Phase, State};
use lambdascope_core::answer::Answer;
use lambdascope_core::catalogue::Source;
use lambdascope_protocol::{LoadStep, Request};

/// Puts a network beside the one on screen, or none.
pub fn choose(state: State, source: Option<&Source>) {
    state.beside.file.set(None);
    state.set_parameter(BESIDE, source.and_then(address_name).map(str::to_owned));
}

/// Puts the visitor's own file there.
pub fn choose_file(state: State, file: web_sys::File) {
    state.set_parameter(BESIDE, None);
    state.beside.file.set(Some(file));
    // The same name may be another file.
    retry(state);
}

/// The answer of the second network to what is on screen, once it is there. Tracks both.
pub fn answer(state: State) -> Option<Arc<Answer>> {
    let load = state.beside.running.read().as_ref()?.load;
    let own = state.answer.read().as_ref().map(|answer| answer.id)?;
    state.beside.answer.get().filter(|answer| answer.network == load && answer.id == own)
}

/// Keeps the engine's second network the one that is chosen, and asks it whenever there is something new to see.
pub fn connect(state: State) {
    Effect::new(move |_| {
        state.beside.attempts.track();
        let chosen = state.beside.chosen.get();
        if state.phase.get() != Phase::Ready {
            return;
        }
        let BesideSignals { sent, file, loading, failure, .. } = state.beside;
        if sent.with_value(|sent| *sent == chosen) {
            return;
        }
        failure.set(None);
        let Some(source) = chosen else {
            state.beside.forget();
            state.send(&Request::EndBeside, None);
            return;
        };
        state.beside.forget();
        sent.set_value(Some(source.clone()));
        let id = state.networks.next_load();
        loading.set(Some(Loading { load: id, source: source.clone(), step: LoadStep::Reading, done: 0, total: 0 }));
        state.send(&Request::LoadBeside { id, source }, file.read_untracked().as_deref());
    });
    Effect::new(move |_| {
        let load = state.beside.running.read().as_ref().map(|running| running.load);
        let answer = state.answer.read().as_ref().map(|answer| answer.id);
        let (Some(load), Some(answer)) = (load, answer) else { return };
        // The engine is asked about what it has seen, and only what is looked at is worth its time.
        if state.precomputed.get() || state.view.get() != View::Lens {
            return;
        }
        let asked = Some((load, answer));
        if state.beside.asked.get_value() != asked {
            state.beside.asked.set_value(asked);
            state.send(&Request::AnswerBeside { answer }, None);
        }
    });
}

/// Takes a network that has come.
pub fn ready(state: State, running: Running) {
    if state.beside.is_loading(running.load) {
        state.beside.loading.set(None);
        state.beside.running.set(Some(running));
    }
}

/// Takes an answer; what it is shown beside is seen to by [`answer`].
pub fn answered(state: State, answer: Answer) {
    state.beside.failure.set(None);
    state.beside.answer.set(Some(Arc::new(answer)));
}

/// Takes the failure of a load.
pub fn failed(state: State, source: Source, message: String) {
    state.beside.loading.set(None);
    state.beside.failure.set(Some(Failure { source, message }));
}

/// Takes the failure of an answer.
pub fn unanswered(state: State, load: u64, answer: u64, message: String) {
    if state.beside.asked.get_value() == Some((load, answer))
        && let Some(source) = state.beside.chosen.get_untracked()
    {
        state.beside.failure.set(Some(Failure { source, message }));
    }
}

/// Asks for the network again.
pub fn retry(state: State) {
    state.beside.sent.set_value(None);
    state.beside.attempts.update(|attempts| *attempts += 1);
}
