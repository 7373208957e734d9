//! Debouncing: what is done once its cause has come to rest, as when the query has stopped moving.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

/// One action that is debounced; asking for it again puts it off.
#[derive(Clone, Copy)]
pub struct Debounce {
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Debounce {
    /// Nothing is to be done.
    pub fn new() -> Self {
        Self { waiting: StoredValue::new(None) }
    }

    /// Does the work after a pause, in place of what still waits.
    pub fn after(self, pause: Duration, act: impl FnOnce() + 'static) {
        self.cancel();
        // A browser without timers never gets here.
        self.waiting.set_value(set_timeout_with_handle(act, pause).ok());
    }

    /// Drops what still waits.
    pub fn cancel(self) {
        if let Some(handle) = self.waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }
}
