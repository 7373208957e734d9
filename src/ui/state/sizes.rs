//! The network on screen at other sizes, as signals.

use std::sync::Arc;

use leptos::prelude::*;

use lambdascope_core::answer::Resized;
use lambdascope_core::cost::report::Refusal;

/// What came of a size.
pub type Outcome = Result<Arc<Resized>, Refusal>;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct SizesSignals {
    /// The answer that they are of.
    pub answer: RwSignal<Option<u64>>,
    /// What has come so far, the smallest first.
    pub outcomes: RwSignal<Vec<(usize, Outcome)>>,
    /// The sizes that are still to come; the first is under way.
    pub waiting: RwSignal<Vec<usize>>,
}

impl SizesSignals {
    /// Nothing was asked for.
    pub fn new() -> Self {
        Self { answer: RwSignal::new(None), outcomes: RwSignal::new(Vec::new()), waiting: RwSignal::new(Vec::new()) }
    }
}
