//! The page's address: every change is written into it; another network, sample or view is an entry of its own in the
//! browser's history, and going back or forward brings that entry's network, sample and view.

use std::time::Duration;

use leptos::prelude::*;

use crate::page::address::Address;
use crate::page::networks::{address_name, of_address};
use crate::page::samples;
use crate::page::view::View;
use crate::ui::browser;
use crate::ui::engine::loads;
use crate::ui::state::debounce::Debounce;
use crate::ui::state::{PictureChoice, State};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::Source;

/// A pause before the address is written, once the query rests, and after the last of other changes: each writing costs the
/// browser several milliseconds, and Safari takes a hundred of them in half a minute.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps the address up to date from now on, and follows it when the visitor goes through the history.
pub fn connect(state: State) {
    keep(state);
    let moved = window_event_listener(leptos::ev::popstate, move |_| follow(state));
    on_cleanup(move || moved.remove());
}

/// What is an entry of its own in the history.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    network: Option<String>,
    sample: Option<String>,
    view: View,
}

impl Entry {
    fn of(address: &Address) -> Self {
        Self {
            network: address.network.clone(),
            sample: address.sample.clone(),
            view: address.view.unwrap_or_default(),
        }
    }
}

fn keep(state: State) {
    // The network, the sample and the view that were written last, once they were.
    let written = StoredValue::new(None::<Entry>);
    let debounce = Debounce::new();
    Effect::new(move |_| {
        debounce.cancel();
        if state.motion.is_on() {
            return;
        }
        let networks = state.networks;
        let address = on_screen(state);
        // A network on its way may be the one that the history went to: the address stays until it is there or has failed.
        if networks.loading.read().is_some() || networks.next.with_value(Option::is_some) {
            return;
        }
        let (Some(address), Some(running)) = (address, networks.running.get()) else { return };
        let entry = Entry { network: address_name(&running.source).map(str::to_owned), ..Entry::of(&address) };
        let before = written.get_value();
        written.set_value(Some(entry.clone()));
        // The place of a link stays in mind until its network has come or was declined.
        if networks.wanted.read().is_none() {
            state.remember(address.clone());
        }
        if before.as_ref() == Some(&entry) {
            debounce.after(PAUSE, move || browser::replace_address(&address));
            return;
        }
        let now = browser::address().0;
        if before.is_some() && Entry::of(&now) != Entry::of(&address) {
            browser::push_address(&address);
        } else {
            browser::replace_address(&address);
        }
    });
}

/// The address of what is on screen, once there is something. Tracks all of it.
pub fn on_screen(state: State) -> Option<Address> {
    let networks = state.networks;
    let place = state.selection.place.get();
    let running = networks.running.read();
    let network = address_name(&running.as_ref()?.source).map(str::to_owned);
    let answer = state.answer.read();
    let answer = answer.as_ref()?;
    let shown = place.and_then(|place| answer.trace.layers.get(place.layer).map(|layer| (layer, place.query)));
    // A network without a place to show leaves the last one, for the next network.
    let before = state.address();
    Some(Address {
        network: network.or_else(|| networks.wanted.get()),
        sample: match state.picture.get() {
            Some(PictureChoice::Sample(id)) => Some(id),
            _ => None,
        },
        layer: shown.map_or(before.layer, |(layer, _)| Some(layer.name().to_owned())),
        head: shown.map_or(before.head, |(_, query)| Some(query.head)),
        u: shown.map_or(before.u, |(_, query)| Some(query.u)),
        y: shown.map_or(before.y, |(_, query)| Some(query.y)),
        x: shown.map_or(before.x, |(_, query)| Some(query.x)),
        view: Some(state.view.get()),
        pin: state.compared.get(),
        coverage: Some(state.coverage.get()),
        limit: Some(state.fixed_limit.get()),
        display: Some(state.display.get()),
        parameters: state.parameters.get(),
        embed: before.embed,
        lesson: state.lesson.get(),
        backend: Some(state.backend.get()).filter(|choice| *choice != BackendChoice::Auto),
        cpu: before.cpu,
    })
}

/// Brings the view, the sample and the network that the address names now.
fn follow(state: State) {
    let networks = state.networks;
    let (address, _) = browser::address();
    state.view.set(address.view.unwrap_or_default());
    let sample = address.sample.map(PictureChoice::Sample).filter(|sample| samples::named(sample.name()).is_some());
    if sample.is_some() && state.picture.get_untracked() != sample {
        state.problem.set(None);
        state.picture.set(sample);
    }
    let name = address.network;
    let Some(running) = networks.running.get_untracked() else { return };
    if address_name(&running.source) == name.as_deref() {
        // It is on screen: nothing else is wanted any more.
        loads::cancel(state);
        return;
    }
    let offers = networks.offers.get_untracked();
    let here = |name: &str| {
        offers.as_ref().is_some_and(|offers| offers.public.iter().any(|offer| offer.name == name && offer.on_device))
    };
    match of_address(name.as_deref(), offers.as_ref()) {
        Some(source @ Source::Shipped { .. }) => loads::load(state, source, None),
        Some(Source::Known { name }) if here(&name) => loads::load(state, Source::Known { name }, None),
        // An address alone asks no other host for anything: the page offers it.
        _ => networks.wanted.set(name),
    }
}
