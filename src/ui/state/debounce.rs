//! Debouncing: what is done once its cause has come to rest, as when the query has stopped moving.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

/// One action that is debounced; asking for it again puts it off.
#[derive(Clone, Copy)]
pub struct Debounce {
    // Dropped, it drops what it would have done: texts and addresses, which would else stay until the browser collects them.
    waiting: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Debounce {
    /// Nothing is to be done.
    pub fn new() -> Self {
        Self { waiting: StoredValue::new_local(None) }
    }

    /// Does the work after a pause, in place of what still waits.
    pub fn after(self, pause: Duration, act: impl FnOnce() + 'static) {
        // The pauses here are far shorter than what 32 bits of milliseconds hold.
        self.waiting.set_value(Some(Timeout::new(pause.as_millis() as u32, act)));
    }

    /// Drops what still waits.
    pub fn cancel(self) {
        // After the page's end there is nothing left to cancel.
        drop(self.waiting.try_update_value(Option::take));
    }
}
