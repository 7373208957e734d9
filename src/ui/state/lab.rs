//! The laboratory, as signals: what is to be measured, what was, and what lies over it.

use std::sync::Arc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::page::address::ViewParameters;
use crate::page::lab::plan::{LAYERS, Plan, SWEEP, Step};
use crate::ui::link::Link;
use crate::ui::state::debounce::Debounce;
use lambdascope_core::backend::{Backend, BackendReport};
use lambdascope_core::cost::report::Report;

/// What the laboratory is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activity {
    /// Nothing, and nothing was measured.
    #[default]
    Idle,
    /// Its worker starts.
    Opening,
    /// It measures.
    Measuring,
    /// It measures one more, and then waits.
    Pausing,
    /// It waits.
    Paused,
    /// All was measured.
    Done,
    /// It was stopped.
    Stopped,
    /// It cannot measure here; a sentence.
    Failed(String),
}

impl Activity {
    /// Whether there is a worker.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Opening | Self::Measuring | Self::Pausing | Self::Paused)
    }
}

/// A sweep under way.
pub struct Sweep {
    /// What is measured.
    pub plan: Plan,
    /// Its measurements.
    pub steps: Vec<Step>,
    /// The one that is under way, or the next.
    pub at: usize,
    /// The worker. It goes, with all its memory, where the sweep does.
    pub link: Link,
}

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct LabSignals {
    /// What is chosen.
    pub plan: Memo<Plan>,
    /// What goes on.
    pub activity: RwSignal<Activity>,
    /// Measurements made, and to be made.
    pub progress: RwSignal<[usize; 2]>,
    /// The sweep that was begun last, as far as it has come.
    pub report: RwSignal<Option<Arc<Report>>>,
    /// A second sweep.
    pub other: RwSignal<Option<Arc<Report>>>,
    /// A file that is to be the second sweep, with its name. The view reads it: what reads sweeps is not on the first screen.
    pub file: RwSignal<Option<(String, SendWrapper<web_sys::Blob>)>>,
    /// Why something that was given as a sweep is none.
    pub problem: RwSignal<Option<String>>,
    /// The sweep under way.
    pub sweep: StoredValue<Option<Sweep>, LocalStorage>,
    /// How long is waited for what is under way.
    pub patience: Debounce,
    /// Counts workers: what comes from one before the last is of no interest.
    pub workers: StoredValue<u64>,
}

impl LabSignals {
    /// Nothing was measured.
    pub fn new(parameters: RwSignal<ViewParameters>, report: RwSignal<Option<BackendReport>>) -> Self {
        Self {
            plan: Memo::new(move |_| {
                let parameters = parameters.read();
                let usual = usual(report);
                let text = |key: &str| parameters.get(key).map(String::as_str);
                Plan::read(text(SWEEP), text(LAYERS), usual)
            }),
            activity: RwSignal::new(Activity::Idle),
            progress: RwSignal::new([0, 0]),
            report: RwSignal::new(None),
            other: RwSignal::new(None),
            problem: RwSignal::new(None),
            file: RwSignal::new(None),
            sweep: StoredValue::new_local(None),
            patience: Debounce::new(),
            workers: StoredValue::new(0),
        }
    }
}

/// The backend where nothing else is asked for: the one that the network runs on.
pub fn usual(report: RwSignal<Option<BackendReport>>) -> Backend {
    report.read().as_ref().map_or(Backend::Cpu, |report| report.backend)
}
