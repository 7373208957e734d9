//! The evidence that was asked for beside what comes with every answer, as signals.

use std::sync::Arc;

use leptos::prelude::*;

use lambdascope_core::nn::evidence::ClassEvidence;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct EvidenceSignals {
    /// What has come, with the answer that it belongs to.
    pub more: RwSignal<(u64, Vec<Arc<ClassEvidence>>)>,
    /// What was asked for last: an answer and classes.
    pub asked: StoredValue<(u64, Vec<usize>)>,
}

impl EvidenceSignals {
    /// Nothing has come yet.
    pub fn new() -> Self {
        Self { more: RwSignal::new((0, Vec::new())), asked: StoredValue::new((0, Vec::new())) }
    }
}
