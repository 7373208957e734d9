//! The tour's sheet at the foot of the window: the stop's question, what is to be known, what to do, and what is said once it is
//! done. The page above it is the real one; what the sheet speaks of is outlined there and brought into sight.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::tour::progress::{KEY, Progress};
use crate::page::tour::seen::{Mark, Seen};
use crate::page::tour::stop::{Ask, Stop};
use crate::page::tour::stops::STOPS;
use crate::ui::browser;
use crate::ui::engine::loads;
use crate::ui::state::State;
use crate::ui::state::lab::Activity;
use lambdascope_core::backend::Backend;
use lambdascope_core::catalogue::family::first_with_lambdas;

/// How often, and how many times, is looked for what is outlined: its view may still be on its way.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 100;

/// When, and how many times, it is looked whether it still is where it was brought.
const SETTLE: Duration = Duration::from_millis(600);
const SETTLES: u32 = 4;

/// What marks the outlined part of the page.
const MARKED: &str = "tour-target";

/// The sheet.
#[component]
pub fn Sheet() -> impl IntoView {
    let state = State::here();
    let at = Memo::new(move |_| state.tour.at.get().unwrap_or_default());
    let stop = move || &STOPS[at.get().min(STOPS.len() - 1)];
    let title = NodeRef::<html::H2>::new();
    arrive(state, at, title);
    let mark = marked(state, at);
    let is_done = Memo::new(move |_| {
        let mark = mark.get();
        with_seen(state, |seen| (stop().is_done)(seen, &mark))
    });
    remember(state, at, is_done);
    let was_done = move || {
        let stored = state.tour.stored.read();
        stored.as_deref().is_some_and(|stored| Progress::read(stored).done.contains(stop().id))
    };
    let said = Memo::new(move |_| {
        is_done.get().then(|| {
            let mark = mark.get();
            let predicted = state.tour.predicted.read().get(&at.get()).copied();
            with_seen(state, |seen| {
                let verdict = stop().ask.as_ref().and_then(|ask| ask.verdict(predicted, seen, &mark));
                [verdict, (stop().said)(seen, &mark)].into_iter().flatten().collect::<Vec<_>>()
            })
        })
    });
    let lacks = Memo::new(move |_| {
        let is_there = state.answer.read().is_some();
        is_there && state.selection.reading.read().is_none()
    });
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            state.leave_tour();
        }
    };
    let room = NodeRef::<html::Aside>::new();
    // As between the panes of a window.
    let between = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() != "F6" {
            return;
        }
        event.prevent_default();
        let focused = document().active_element();
        if room.get_untracked().is_some_and(|room| room.contains(focused.as_ref().map(AsRef::as_ref))) {
            show(stop(), true);
        } else {
            browser::focus(title.get_untracked().map(|title| title.unchecked_into()));
        }
    });
    on_cleanup(move || {
        between.remove();
        unmark();
    });
    view! {
        <aside node_ref=room class="tour" aria-labelledby="tour-title" data-testid="tour" data-stop=move || stop().id data-done=move || is_done.get().to_string() on:keydown=pressed>
            <div class="tour-head">
                <p class="tour-count">
                    {move || format!("Tour, stop {} of {}", at.get() + 1, STOPS.len())}
                    {move || (is_done.get() || was_done()).then(|| view! { <span class="tour-tick" data-testid="tour-tick">" ✓ done"</span> })}
                </p>
                <Jump at />
                <button type="button" class="button" data-testid="tour-leave" on:click=move |_| state.leave_tour()>"Leave"</button>
            </div>
            <h2 id="tour-title" tabindex="-1" node_ref=title>{move || stop().question}</h2>
            <div class="tour-body">
                <p data-testid="tour-text">{move || stop().text}</p>
                <div class="tour-do">
                    {move || stop().ask.as_ref().map(|ask| view! { <Prediction ask at is_done /> })}
                    <p class="tour-task" data-testid="tour-task"><strong>{move || stop().task}</strong></p>
                    <Show when=move || lacks.get()>
                        <p class="quiet" data-testid="tour-lacks">
                            "This stop is about a lambda layer, and the page shows none. "
                            {first_with_lambdas().map(|member| {
                                view! {
                                    <button type="button" class="link-button" on:click=move |_| loads::load(state, member.source(), None)>
                                        {format!("Run {}", member.title)}
                                    </button>
                                }
                            })}
                        </p>
                    </Show>
                    <p role="status" class="tour-said" data-testid="tour-said">{move || said.get().map(|said| said.join(" "))}</p>
                </div>
            </div>
            <div class="tour-buttons">
                <button type="button" class="button" data-testid="tour-show" on:click=move |_| show(stop(), true)>"Take me there"</button>
                <span class="tour-gap"></span>
                <button type="button" class="button" data-testid="tour-back" disabled=move || at.get() == 0 on:click=move |_| state.go_to_stop(at.get_untracked().saturating_sub(1))>
                    "Back"
                </button>
                <Show
                    when=move || at.get() + 1 < STOPS.len()
                    fallback=move || {
                        view! {
                            <button type="button" class="button button-strong" data-testid="tour-end" on:click=move |_| state.leave_tour()>"Finish"</button>
                        }
                    }
                >
                    <button
                        type="button"
                        class="button"
                        class:button-strong=move || is_done.get()
                        data-testid="tour-next"
                        on:click=move |_| state.go_to_stop(at.get_untracked() + 1)
                    >
                        {move || if is_done.get() { "Next" } else { "Skip" }}
                    </button>
                </Show>
            </div>
        </aside>
    }
}

/// All stops, to go to any of them.
#[component]
fn Jump(at: Memo<usize>) -> impl IntoView {
    let state = State::here();
    let option = move |(index, stop): (usize, &'static Stop)| {
        view! {
            <option value=index.to_string() selected=move || at.get() == index>{format!("{}. {}", index + 1, stop.question)}</option>
        }
    };
    view! {
        <select aria-label="Stop of the tour" data-testid="tour-jump" on:change=move |event| {
            if let Ok(index) = event_target_value(&event).parse() {
                state.go_to_stop(index);
            }
        }>{STOPS.iter().enumerate().map(option).collect_view()}</select>
    }
}

/// The prediction, which cannot be changed once the answer is known.
#[component]
fn Prediction(ask: &'static Ask, at: Memo<usize>, is_done: Memo<bool>) -> impl IntoView {
    let state = State::here();
    let chosen = move || state.tour.predicted.read().get(&at.get()).copied();
    let choice = move |(index, text): (usize, &'static &'static str)| {
        view! {
            <label class="switch">
                <input
                    type="radio"
                    name="tour-prediction"
                    value=index.to_string()
                    prop:checked=move || chosen() == Some(index)
                    on:change=move |_| state.tour.predicted.update(|predicted| {
                        predicted.insert(at.get_untracked(), index);
                    })
                />
                {*text}
            </label>
        }
    };
    view! {
        <fieldset class="tour-ask" data-testid="tour-ask" disabled=move || is_done.get()>
            <legend>"Predict first. " {ask.question}</legend>
            {ask.choices.iter().enumerate().map(choice).collect_view()}
        </fieldset>
    }
}

/// Sets the page for a stop whenever the visitor comes to one, and marks what is there; again on another layer or picture.
fn arrive(state: State, at: Memo<usize>, title: NodeRef<html::H2>) {
    Effect::new(move |before: Option<usize>| {
        let at = at.get();
        let stop = &STOPS[at.min(STOPS.len() - 1)];
        for (key, value) in untrack(|| with_seen(state, |seen| (stop.set)(seen))) {
            state.set_parameter(key, value);
        }
        // Set again, it would be drawn anew.
        if state.view.get_untracked() != stop.view {
            state.view.set(stop.view);
        }
        // Who goes on reads on.
        if before.is_some() {
            browser::focus(title.get_untracked().map(|title| title.unchecked_into()));
        }
        show(stop, false);
        at
    });
}

/// The page as it was when the visitor came to a stop, or to another layer or picture since.
fn marked(state: State, at: Memo<usize>) -> Memo<Mark> {
    // Not whenever the query moves: that is what is watched for.
    let subject = Memo::new(move |_| {
        let answer = state.answer.read().as_ref().map(|answer| answer.id);
        let layer = state.selection.place.read().as_ref().map(|place| (place.layer, place.query.head));
        (at.get(), answer, layer)
    });
    Memo::new(move |_| {
        let _ = subject.get();
        untrack(|| Mark { place: state.selection.place.get(), reading: state.selection.reading.get() })
    })
}

/// Keeps on this device where the visitor is and what is done.
fn remember(state: State, at: Memo<usize>, is_done: Memo<bool>) {
    Effect::new(move |_| {
        let (at, is_done) = (at.get(), is_done.get());
        let mut progress = untrack(|| state.tour.stored.read().as_deref().map(Progress::read)).unwrap_or_default();
        progress.at = at;
        if is_done {
            progress.done.insert(STOPS[at.min(STOPS.len() - 1)].id);
        }
        let text = progress.write();
        browser::store(KEY, Some(&text));
        state.tour.stored.set(Some(text));
    });
}

/// Reads the page as a stop sees it. Tracks all of it.
fn with_seen<T>(state: State, read: impl FnOnce(&Seen) -> T) -> T {
    let answer = state.answer.read();
    let place = state.selection.place.get();
    let layer =
        answer.as_ref().zip(place).and_then(|(answer, place)| answer.trace.layers.get(place.layer)?.as_lambda());
    let reading = state.selection.reading.get();
    let report = state.lab.report.get();
    let after = state.what_if.answer.get().and_then(Result::ok);
    let changes = state.what_if.changes.read();
    read(&Seen {
        place,
        parameters: &state.parameters.read(),
        layer,
        reading: reading.as_deref(),
        backend: state.report.read().as_ref().map_or(Backend::Cpu, |report| report.backend),
        report: report.as_deref(),
        is_measured: state.lab.activity.with(|activity| *activity == Activity::Done),
        before: answer.as_ref().map_or(&[], |answer| &answer.predictions),
        after: after.as_ref().map(|after| after.predictions.as_slice()),
        changes: &changes,
    })
}

/// Outlines what a stop speaks of and brings it into sight above the sheet, as soon as it is there; and the focus to it, where the
/// visitor asked for that.
fn show(stop: &'static Stop, with_focus: bool) {
    unmark();
    look(stop, with_focus, LOOKS, SETTLES);
}

fn look(stop: &'static Stop, with_focus: bool, looks: u32, settles: u32) {
    if let Some(target) = document().query_selector(stop.target).ok().flatten() {
        let _ = target.class_list().add_1(MARKED);
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Start);
        options.set_behavior(if browser::is_calm() {
            web_sys::ScrollBehavior::Instant
        } else {
            web_sys::ScrollBehavior::Smooth
        });
        target.scroll_into_view_with_scroll_into_view_options(&options);
        // A page that still loads moves what stands below: it is brought back, as long as the visitor has hardly arrived.
        if !with_focus && settles > 0 {
            set_timeout(
                move || {
                    if is_on_screen(stop) && !is_uncovered() {
                        look(stop, false, 0, settles - 1);
                    }
                },
                SETTLE,
            );
        }
        if with_focus {
            let inside = target.query_selector("button:not(:disabled), input:not(:disabled), select, [tabindex='0']");
            let can_take = target.has_attribute("tabindex");
            browser::focus(if can_take { Some(target) } else { inside.ok().flatten().or(Some(target)) });
        }
    } else if looks > 0 {
        set_timeout(
            move || {
                // The visitor may have gone on, or left.
                if is_on_screen(stop) {
                    look(stop, with_focus, looks - 1, settles);
                }
            },
            LOOK,
        );
    }
}

/// Whether the sheet is at this stop.
fn is_on_screen(stop: &Stop) -> bool {
    let sheet = document().query_selector(".tour").ok().flatten();
    sheet.and_then(|sheet| sheet.get_attribute("data-stop")).as_deref() == Some(stop.id)
}

/// Whether all that is outlined is in the window and above the sheet.
fn is_uncovered() -> bool {
    let bounds = |selector: &str| {
        let found = document().query_selector(selector).ok().flatten();
        found.map(|element| element.get_bounding_client_rect())
    };
    bounds(&format!(".{MARKED}"))
        .zip(bounds(".tour"))
        .is_some_and(|(spoken, sheet)| spoken.top() >= 0.0 && spoken.bottom() <= sheet.top())
}

/// Takes the outline away.
fn unmark() {
    if let Some(marked) = document().query_selector(&format!(".{MARKED}")).ok().flatten() {
        let _ = marked.class_list().remove_1(MARKED);
    }
}
