//! The tour, as signals: the stop on screen, what was done, what was predicted.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::page::address::ViewParameters;
use crate::page::tour::progress::{KEY, at};
use crate::page::tour::{STOPS_IN_ALL, TOUR};
use crate::ui::browser;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct TourSignals {
    /// The stop on screen, from 0; none where the visitor is on no tour.
    pub at: Memo<Option<usize>>,
    /// What this device remembers, as it is stored; nothing on a first visit.
    pub stored: RwSignal<Option<String>>,
    /// What was predicted, by the stop's place: the choice's.
    pub predicted: RwSignal<BTreeMap<usize, usize>>,
}

impl TourSignals {
    /// As the address and this device have it.
    pub fn new(parameters: RwSignal<ViewParameters>) -> Self {
        Self {
            at: Memo::new(move |_| {
                let number: usize = parameters.read().get(TOUR)?.parse().ok()?;
                number.checked_sub(1).filter(|at| *at < STOPS_IN_ALL)
            }),
            stored: RwSignal::new(browser::stored(KEY)),
            predicted: RwSignal::new(BTreeMap::new()),
        }
    }

    /// The stop that an earlier visit ended at, or the first.
    pub fn resumes_at(self) -> usize {
        self.stored.with_untracked(|stored| stored.as_deref().map_or(0, at))
    }
}
