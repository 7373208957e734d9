//! What changes on the page about networks, as signals.

use leptos::prelude::*;

use crate::page::networks::{Failure, Loading, Running};
use lambdascope_core::catalogue::Source;
use lambdascope_protocol::Offers;

/// A load that was asked for before the engine could take it.
pub type Waiting = (Source, Option<web_sys::File>);

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct NetworkSignals {
    /// What can be loaded; `None` until the engine has said it.
    pub offers: RwSignal<Option<Offers>>,
    /// The network that the numbers on screen are of.
    pub running: RwSignal<Option<Running>>,
    /// The network that the engine runs already, while the first answer of it is awaited.
    pub next: StoredValue<Option<Running>>,
    /// The network on its way.
    pub loading: RwSignal<Option<Loading>>,
    /// Why the last one could not be loaded.
    pub failure: RwSignal<Option<Failure>>,
    /// What there is to say of the file of the one that has loaded, until it is read; empty if there is nothing.
    pub notes: RwSignal<String>,
    /// The network that the address names, until one is loaded.
    pub wanted: RwSignal<Option<String>>,
    /// Whether the list of networks is unfolded.
    pub open: RwSignal<bool>,
    pub waiting: StoredValue<Option<Waiting>, LocalStorage>,
    /// The id of the last load.
    pub last: StoredValue<u64>,
}

impl NetworkSignals {
    /// The signals of a page that was just opened, whose address names a network or none.
    pub fn new(wanted: Option<String>) -> Self {
        Self {
            offers: RwSignal::new(None),
            running: RwSignal::new(None),
            next: StoredValue::new(None),
            loading: RwSignal::new(None),
            failure: RwSignal::new(None),
            notes: RwSignal::new(String::new()),
            wanted: RwSignal::new(wanted),
            open: RwSignal::new(false),
            waiting: StoredValue::new_local(None),
            last: StoredValue::new(0),
        }
    }

    /// The id of the next load, of whichever network.
    pub fn next_load(self) -> u64 {
        self.last.update_value(|last| *last += 1);
        self.last.get_value()
    }
}
