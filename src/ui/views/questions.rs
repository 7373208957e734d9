//! What people ask about lambda layers, answered with the numbers on screen, and five questions back.

use leptos::prelude::*;

use crate::page::check::{Item, check};
use crate::page::questions::facts::Facts;
use crate::page::questions::question::Question;
use crate::page::questions::questions;
use crate::ui::state::State;
use crate::ui::widgets::focus::focus_tab;

/// The view.
#[component]
pub fn Questions() -> impl IntoView {
    view! {
        <div class="questions explained" data-testid="questions">
            <section aria-labelledby="asked-title">
                <h3 id="asked-title">"What people ask"</h3>
                <p class="quiet">"The numbers in the answers are those of the layer and the query on screen."</p>
                <div class="asked">{questions().map(|question| view! { <Asked question /> }).collect_view()}</div>
            </section>
            <Check />
        </div>
    }
}

/// One question with its answer folded beneath.
#[component]
fn Asked(question: &'static Question) -> impl IntoView {
    let state = State::here().resting();
    let answer = move || with_facts(state, |facts| (question.answer)(facts));
    let go = move |_| {
        for (key, value) in question.sets() {
            state.set_parameter(key, value);
        }
        state.view.set(question.view);
        // What was pressed is gone with its view.
        focus_tab(question.view);
    };
    view! {
        <details class="question" data-testid="question" data-question=question.id>
            <summary>{question.question}</summary>
            <p data-testid="question-answer">{answer}</p>
            <p class="question-foot">
                <button type="button" class="button" on:click=go>{question.button}</button>
                <span class="quiet">{question.source}</span>
            </p>
        </details>
    }
}

/// Reads the layer and query on screen; `None` where they are of no lambda layer. Tracks them.
fn with_facts<T>(state: State, read: impl FnOnce(&Facts) -> T) -> Option<T> {
    let reading = state.selection.reading.get()?;
    let answer = state.answer.read();
    let computed = answer.as_ref().and_then(|answer| answer.computed.as_ref());
    let took = computed.map(|computed| (computed.timings.network, computed.report.device.as_str()));
    state.with_query(state.selection.shown.get(), |layer, _| read(&Facts { layer, reading: &reading, took }))
}

/// Five questions about the picture and the layer on screen.
#[component]
fn Check() -> impl IntoView {
    let state = State::here();
    // Another query has other answers, and what was answered for this one is gone with it.
    let items = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        state.with_query(state.selection.place.get(), |layer, query| {
            (reading.query == query).then(|| check(layer, &reading))
        })?
    });
    view! {
        <section class="check" aria-labelledby="check-title">
            <h3 id="check-title">"Check yourself"</h3>
            <p class="quiet">
                "Made of this picture, this layer and this query; another query asks anew. Nothing is counted, kept or sent."
            </p>
            <ol class="check-items">
                {move || items.get().map(|items| items.into_iter().map(|item| view! { <One item /> }).collect_view())}
            </ol>
        </section>
    }
}

#[component]
fn One(item: Item) -> impl IntoView {
    let Item { id, question, choices, right, why } = item;
    let chosen = RwSignal::new(None::<usize>);
    let answer = choices[right].clone();
    let choice = move |(index, text): (usize, String)| {
        view! {
            <label class="switch">
                <input type="radio" name=format!("check-{id}") value=index.to_string() on:change=move |_| chosen.set(Some(index)) />
                {text}
            </label>
        }
    };
    let verdict = move || {
        chosen.get().map(|chosen| {
            let verdict = if chosen == right { "Right.".to_owned() } else { format!("No: {answer}.") };
            format!("{verdict} {why}")
        })
    };
    view! {
        <li>
            <fieldset data-testid="check-item" data-item=id>
                <legend>{question}</legend>
                <div class="check-choices">{choices.into_iter().enumerate().map(choice).collect_view()}</div>
            </fieldset>
            <p role="status" class="check-verdict" data-testid="check-verdict">{verdict}</p>
        </li>
    }
}
