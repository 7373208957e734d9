//! What the page shows of a sample until its engine is there: the answer that lies beside it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::page::networks::Running;
use crate::page::samples;
use crate::page::samples::Sample;
use crate::ui::browser;
use crate::ui::state::{PictureChoice, State};
use lambdascope_core::catalogue::family;
use lambdascope_protocol::Precomputed;

/// Fetches the answer to the chosen sample, if there is one and nothing was asked of the engine yet.
pub fn connect(state: State) {
    Effect::new(move |_| {
        let Some(sample) = awaited(state) else { return };
        let Some(file) = sample.precomputed else { return };
        spawn_local(async move {
            let found = browser::fetch_bytes(&format!("samples/{file}")).await;
            let found = found.and_then(|bytes| Precomputed::read(&bytes).map_err(|error| format!("{file}: {error}")));
            match found {
                Ok(found) if untrack(|| awaited(state)).is_some_and(|now| now.id == sample.id) => {
                    show(state, sample.id, found);
                }
                Ok(_) => {}
                // The engine will answer.
                Err(cause) => leptos::logging::warn!("{cause}"),
            }
        });
    });
}

/// The sample whose answer is awaited before the engine can be asked.
fn awaited(state: State) -> Option<Sample> {
    let Some(PictureChoice::Sample(id)) = state.picture.get() else { return None };
    let first = family::members().first()?;
    let is_first = state.address().network.is_none_or(|name| name == first.name);
    let is_asked = state.asked.with_value(|asked| asked.id > 0);
    samples::named(&id).filter(|_| is_first && !is_asked).cloned()
}

fn show(state: State, sample: String, Precomputed { card, answer }: Precomputed) {
    let Some(first) = family::members().first().filter(|first| first.sha256 == card.sha256) else {
        leptos::logging::warn!("the precomputed answer is of another network than the page's");
        return;
    };
    if state.networks.running.read_untracked().is_none() {
        state.networks.running.set(Some(Running { load: 0, source: first.source(), card, notes: Vec::new() }));
    }
    // The engine's own answer is still to come.
    state.busy.set(true);
    state.answered.set(Some(PictureChoice::Sample(sample)));
    state.show(answer);
}
