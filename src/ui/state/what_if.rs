//! What is changed in the network and the picture, as the address has it, and what came of it, as signals.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::address::ViewParameters;
use crate::page::what_if::Changes;
use lambdascope_core::catalogue::ablations::Ablations;
use lambdascope_protocol::WhatIfAnswer;

/// The changes and their outcome. Copies share them.
#[derive(Clone, Copy)]
pub struct WhatIfSignals {
    /// What the address says, for whichever network.
    pub changes: Memo<Changes>,
    /// The answer to the last question, or a sentence with the cause why there is none.
    pub answer: RwSignal<Option<Result<Arc<WhatIfAnswer>, String>>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// The id of the last question.
    pub asked: StoredValue<u64>,
    /// What the parts are worth over all pictures, or why that is not known; `None` until it was fetched.
    pub ablations: RwSignal<Option<Result<Arc<Ablations>, String>>>,
}

impl WhatIfSignals {
    /// Reads the changes from what views keep.
    pub fn new(parameters: RwSignal<ViewParameters>) -> Self {
        let text = move |key: &str| parameters.read().get(key).cloned();
        Self {
            changes: Memo::new(move |_| Changes::read(text("edit").as_deref(), text("mask").as_deref())),
            answer: RwSignal::new(None),
            busy: RwSignal::new(false),
            asked: StoredValue::new(0),
            ablations: RwSignal::new(None),
        }
    }
}
