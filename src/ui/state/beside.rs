//! The network beside the one on screen, as signals.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::address::ViewParameters;
use crate::page::beside::{BESIDE, of_address};
use crate::page::networks::{Failure, Loading, Running};
use crate::ui::state::networks::NetworkSignals;
use lambdascope_core::answer::Answer;
use lambdascope_core::catalogue::Source;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct BesideSignals {
    /// The visitor's file, where that is the second network.
    pub file: RwSignal<Option<web_sys::File>, LocalStorage>,
    /// The second network that is wanted, whether it is there or not.
    pub chosen: Memo<Option<Source>>,
    /// The one that the engine has.
    pub running: RwSignal<Option<Running>>,
    /// The one on its way.
    pub loading: RwSignal<Option<Loading>>,
    /// Why there is none, or no answer.
    pub failure: RwSignal<Option<Failure>>,
    /// Its last answer.
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// The load and the answer that were asked about last.
    pub asked: StoredValue<Option<(u64, u64)>>,
    /// What the engine was asked to load last.
    pub sent: StoredValue<Option<Source>>,
    /// How often the visitor has asked for it again.
    pub attempts: RwSignal<u32>,
}

impl BesideSignals {
    /// Reads the choice from what views keep.
    pub fn new(parameters: RwSignal<ViewParameters>, networks: NetworkSignals) -> Self {
        let file = RwSignal::new_local(None::<web_sys::File>);
        let name = Memo::new(move |_| parameters.read().get(BESIDE).cloned());
        Self {
            file,
            chosen: Memo::new(move |_| {
                let own = file.read().as_ref().map(|file| Source::File { name: file.name() });
                own.or_else(|| of_address(&name.get()?, networks.offers.read().as_ref()))
            }),
            running: RwSignal::new(None),
            loading: RwSignal::new(None),
            failure: RwSignal::new(None),
            answer: RwSignal::new(None),
            asked: StoredValue::new(None),
            sent: StoredValue::new(None),
            attempts: RwSignal::new(0),
        }
    }

    /// Whether a load is this network's.
    pub fn is_loading(self, load: u64) -> bool {
        self.loading.read_untracked().as_ref().is_some_and(|loading| loading.load == load)
    }

    /// Forgets what the engine had: it was given back, or has gone.
    pub fn forget(self) {
        self.running.set(None);
        self.loading.set(None);
        self.answer.set(None);
        self.asked.set_value(None);
        self.sent.set_value(None);
    }
}
