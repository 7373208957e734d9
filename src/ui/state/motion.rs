//! The query on the move. Drawings in sight follow every step of it. What is out of sight, tables and sentences of numbers,
//! which nobody reads while they change, and what is only heard follow once it rests, so that a move costs what it shows,
//! however long the page is.

use std::time::Duration;

use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::state::debounce::Debounce;

/// How long the query stands still before it is taken to rest: longer than from one repetition of a held key to the next.
const PAUSE: Duration = Duration::from_millis(150);

/// Whether the query is on the move.
#[derive(Clone, Copy)]
pub struct Motion {
    is_on: RwSignal<bool>,
    /// When it moved last, in milliseconds since the page was opened.
    moved: StoredValue<f64>,
    debounce: Debounce,
}

impl Motion {
    /// At rest.
    pub fn new() -> Self {
        Self { is_on: RwSignal::new(false), moved: StoredValue::new(0.0), debounce: Debounce::new() }
    }

    /// The query is about to move; it rests once nothing more moves it.
    pub fn go(self) {
        self.moved.set_value(browser::now());
        if !self.is_on.get_untracked() {
            self.is_on.set(true);
            self.wait(PAUSE);
        }
    }

    /// Waits until it has stood still for long enough: one timer for all of a movement.
    fn wait(self, pause: Duration) {
        self.debounce.after(pause, move || {
            let still = Duration::from_secs_f64((browser::now() - self.moved.get_value()).max(0.0) / 1000.0);
            match PAUSE.checked_sub(still) {
                Some(left) if !left.is_zero() => self.wait(left),
                _ => self.is_on.set(false),
            }
        });
    }

    /// Whether it is. Tracks it.
    pub fn is_on(self) -> bool {
        self.is_on.get()
    }

    /// The query rests from now on: what comes is no move, and all of the page is to show it.
    pub fn stop(self) {
        self.debounce.cancel();
        if self.is_on.get_untracked() {
            self.is_on.set(false);
        }
    }

    /// What `source` says, as long as `is_seen` or the query rests; in between what it said last, and nothing is computed.
    pub fn follow<T>(self, is_seen: Signal<bool>, source: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |before: Option<&T>| match before {
            Some(before) if self.is_on() && !is_seen.get() => before.clone(),
            _ => source(),
        })
    }
}
