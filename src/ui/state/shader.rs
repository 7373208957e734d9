//! The shaders of the layer on screen, their edits and what came of them, as signals.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::debounce::Debounce;
use lambdascope_core::shader_edit::{Fault, ShaderRun};
use lambdascope_protocol::{LayerShaders, ShaderFailure};

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct ShaderSignals {
    /// The shaders of the layer that was asked about last.
    pub texts: RwSignal<Option<Arc<LayerShaders>>>,
    /// What was made of each text, by the original.
    pub edits: RwSignal<HashMap<String, String>>,
    /// What is wrong with which text, as far as that was checked.
    pub checked: RwSignal<Option<(String, Option<Fault>)>>,
    /// What came of the last run, with the text that ran.
    pub outcome: RwSignal<Option<Outcome>>,
    /// Whether a run is under way.
    pub running: RwSignal<bool>,
    pub checking: StoredValue<(u64, String)>,
    pub ran: StoredValue<(u64, String)>,
    pub patience: Debounce,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The text that ran.
    pub source: String,
    /// The result, or why there is none.
    pub result: Result<Arc<ShaderRun>, ShaderFailure>,
    /// The answer that was on screen.
    pub answer: Option<u64>,
}

impl ShaderSignals {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            texts: RwSignal::new(None),
            edits: RwSignal::new(HashMap::new()),
            checked: RwSignal::new(None),
            outcome: RwSignal::new(None),
            running: RwSignal::new(false),
            checking: StoredValue::new((0, String::new())),
            ran: StoredValue::new((0, String::new())),
            patience: Debounce::new(),
        }
    }
}
