//! The query that walks by itself on a page that was opened without a place, to show that it can be moved: for half a minute
//! at most, only while it is in sight, until the visitor does anything, and never where little motion is asked for.

use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::{IntervalHandle, WindowListenerHandle};
use leptos::prelude::*;

use crate::page::opening::opening;
use crate::page::view::View;
use crate::ui::browser;
use crate::ui::state::State;

/// Between two steps.
const STEP: Duration = Duration::from_millis(1500);

/// Lets the query walk from the first answer on.
pub fn connect(state: State) {
    let Some(opening) = opening().filter(|_| state.is_opening && !state.address().embed) else { return };
    let is_still = browser::reduced_motion();
    let timer = StoredValue::new(None::<IntervalHandle>);
    let is_over = StoredValue::new(false);
    let stop = move || {
        // The pointer goes on moving, and what is told every time is worked out every time.
        if is_over.get_value() {
            return;
        }
        is_over.set_value(true);
        state.is_walking.set(false);
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let done = StoredValue::new(0usize);
    let step = move || {
        if state.view.get_untracked() != View::Lens {
            stop();
        } else if browser::in_view(".query-grid") {
            let next = done.get_value() + 1;
            done.set_value(next);
            match opening.walk.get(next) {
                Some(query) => state.pin(*query),
                None => stop(),
            }
        }
    };
    Effect::new(move |_| {
        if is_still.get() {
            stop();
        }
        if is_over.get_value() || state.answer.read().is_none() || timer.with_value(Option::is_some) {
            return;
        }
        match set_interval_with_handle(step, STEP) {
            Ok(handle) => {
                timer.set_value(Some(handle));
                state.is_walking.set(true);
            }
            Err(error) => leptos::logging::warn!("the query does not walk: {}", browser::describe(&error)),
        }
    });
    let listeners = StoredValue::new(vec![
        window_event_listener(ev::pointerdown, move |_| stop()),
        window_event_listener(ev::pointermove, move |_| stop()),
        window_event_listener(ev::keydown, move |_| stop()),
        window_event_listener(ev::wheel, move |_| stop()),
        window_event_listener(ev::focusin, move |_| stop()),
    ]);
    on_cleanup(move || {
        stop();
        if let Some(listeners) = listeners.try_update_value(std::mem::take) {
            listeners.into_iter().for_each(WindowListenerHandle::remove);
        }
    });
}
