//! The page's address: every change is written into it, another network is an entry of its own in the browser's history,
//! and going back or forward brings that entry's network.

use leptos::prelude::*;

use super::browser;
use super::loads;
use super::state::{Picture, State};
use crate::page::address::Address;
use crate::page::networks::{address_name, of_address};
use crate::protocol::Source;

/// Keeps the address true from now on, and heeds it when the visitor goes through the history.
pub fn connect(state: State) {
    keep(state);
    let moved = window_event_listener(leptos::ev::popstate, move |_| follow(state));
    on_cleanup(move || moved.remove());
}

fn keep(state: State) {
    // The network that was written last, once one was.
    let written = StoredValue::new(None::<Option<String>>);
    Effect::new(move |_| {
        let networks = state.networks;
        let (place, answer, picture) = (state.place.get(), state.answer.get(), state.picture.get());
        let (running, wanted) = (networks.running.get(), networks.wanted.get());
        // A network on its way may be the one that the history went to: the address stays until it is there or has failed.
        if networks.coming.read().is_some() || networks.next.with_value(Option::is_some) {
            return;
        }
        let (Some(answer), Some(running)) = (answer, running) else { return };
        let network = address_name(&running.source).map(str::to_owned);
        // A network without a place to show leaves the last one, for the next network.
        let before = state.address();
        let shown = place.and_then(|place| answer.trace.layers.get(place.layer).map(|layer| (layer, place.query)));
        let address = Address {
            network: network.clone().or_else(|| wanted.clone()),
            sample: match picture {
                Some(Picture::Sample(id)) => Some(id),
                _ => None,
            },
            layer: shown.map_or(before.layer, |(layer, _)| Some(layer.name.clone())),
            head: shown.map_or(before.head, |(_, query)| Some(query.head)),
            u: shown.map_or(before.u, |(layer, query)| (layer.dims.intra > 1).then_some(query.u)),
            y: shown.map_or(before.y, |(_, query)| Some(query.y)),
            x: shown.map_or(before.x, |(_, query)| Some(query.x)),
            backend: before.backend,
        };
        let changed = written.get_value().is_some_and(|written| written != network);
        written.set_value(Some(network));
        if changed && browser::address().network != address.network {
            browser::push_address(&address);
        } else {
            browser::replace_address(&address);
        }
        // The place of a link stays in mind until its network has come or was declined.
        if wanted.is_none() {
            state.remember(address);
        }
    });
}

/// Brings the network that the address names now.
fn follow(state: State) {
    let networks = state.networks;
    let name = browser::address().network;
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
