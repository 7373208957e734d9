//! How the page stands on this device, and what newer version of it there is, as signals.

use leptos::prelude::*;

use crate::page::offline::Kept;
use crate::ui::browser::service_worker::Keeper;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct OfflineSignals {
    /// How far keeping the page is.
    pub kept: RwSignal<Kept>,
    /// Whether a newer version is there, and the visitor has not put it off.
    pub newer: RwSignal<bool>,
    /// In how many tabs this version is open, as far as was asked.
    pub tabs: RwSignal<usize>,
    pub keeper: StoredValue<Option<Keeper>, LocalStorage>,
}

impl OfflineSignals {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            kept: RwSignal::new(Kept::default()),
            newer: RwSignal::new(false),
            tabs: RwSignal::new(1),
            keeper: StoredValue::new_local(None),
        }
    }
}
