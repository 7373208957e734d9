//! The shown query in words, and what is going on: the engine's start with its progress. Their place is kept free from the
//! beginning, so that nothing jumps.

use std::time::Duration;

use leptos::prelude::*;

use crate::page::view::View;
use crate::ui::state::debounce::Debounce;
use crate::ui::state::{Phase, State};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::text::bytes;
use lambdascope_explain::views::summary;
use lambdascope_protocol::LoadStep;

/// How long the query rests before it is read out.
const PAUSE: Duration = Duration::from_millis(350);

/// What the view shows in a sentence, and below it what is going on, or how the weight is shared.
#[component]
pub fn Status() -> impl IntoView {
    let state = State::here();
    let said = state.at_rest(move || state.nothing_inside.get().or_else(|| sentence(state, state.view.get())));
    let shared = state.at_rest(move || {
        if state.view.get() != View::Lens {
            return None;
        }
        state.selection.reading.read().as_ref().map(|reading| summary::shares(reading))
    });
    let going_on = move || {
        match state.phase.get() {
            Phase::Starting => view! { <Progress text="Starting the engine…".to_owned() fraction=None /> }.into_any(),
            Phase::Loading { step, done, total } => {
                let fraction = (total > 0).then(|| done as f64 / total as f64);
                view! { <Progress text=loading(step, done, total) fraction /> }.into_any()
            }
            Phase::Ready if state.answer.read().is_none() && !state.busy.get() => {
                view! { <p class="status-summary">"Choose a picture to see what the network makes of it."</p> }
                    .into_any()
            }
            Phase::Ready if state.answer.read().is_none() || state.precomputed.get() => {
                view! { <Progress text="Running the first picture through the network…".to_owned() fraction=None /> }
                    .into_any()
            }
            Phase::Ready => view! { <p class="quiet" data-testid="shares">{shared}</p> }.into_any(),
            Phase::Failed(message) => view! {
                <div class="failure" role="alert" data-testid="failure">
                    <h2>"The network cannot run here"</h2>
                    <p>{message}</p>
                    <p><Precomputed /></p>
                    <div class="failure-steps">
                        <button type="button" class="button" on:click=move |_| {
                            // Nothing is left to do where even this fails.
                            let _ = window().location().reload();
                        }>"Reload the page"</button>
                        {(state.address().backend != Some(BackendChoice::Cpu))
                            .then(|| view! { <a class="button" href="?backend=cpu">"Try it on the CPU"</a> })}
                    </div>
                </div>
            }
            .into_any(),
        }
    };
    view! {
        <div class="status" data-view=move || state.view.get().id()>
            <p class="status-summary" data-testid="summary">{said}</p>
            <div class="status-more">{going_on}</div>
        </div>
        <SpokenSummary />
    }
}

/// What a view shows of the query in a sentence; `None` where the view says it itself.
fn sentence(state: State, view: View) -> Option<String> {
    let attention = state.selection.attention.get().map(|reading| summary::attention_sentence(&reading));
    let of_lambda = || {
        let reading = state.selection.reading.get()?;
        match view {
            View::Lens => Some(summary::gist(&reading)),
            View::Anatomy => Some(summary::lambda(&reading)),
            View::Position => summary::by_position(&reading),
            View::Orders
            | View::Atlas
            | View::Evidence
            | View::WhatIf
            | View::Formula
            | View::Shader
            | View::Cost
            | View::Questions => None,
        }
    };
    attention.or_else(of_lambda).filter(|_| !matches!(view, View::Evidence | View::Cost | View::Questions))
}

/// The query's maps in words for those who do not see them.
fn read_out(state: State) -> Option<String> {
    let attention = || state.selection.attention.read().as_ref().map(|reading| summary::attention_sentence(reading));
    let lambda = || {
        let reading = state.selection.reading.get()?;
        Some(format!("{} {} {}", summary::extremes(&reading), summary::gist(&reading), summary::shares(&reading)))
    };
    state.nothing_inside.get().or_else(attention).or_else(lambda)
}

fn loading(step: LoadStep, done: u64, total: u64) -> String {
    let amount = if total > 0 { format!(" {} of {}", bytes(done), bytes(total)) } else { String::new() };
    match step {
        LoadStep::Downloading => format!("Downloading the weights…{amount}"),
        LoadStep::Reading => format!("Reading the weights from this browser’s cache…{amount}"),
        LoadStep::Checking => "Checking the weights and building the network…".to_owned(),
        LoadStep::Warming => "Warming up: checking the backend’s numbers…".to_owned(),
    }
}

/// The note on numbers that the engine has not computed itself.
#[component]
fn Precomputed() -> impl IntoView {
    let state = State::here();
    move || {
        state.precomputed.get().then(|| {
            view! { <span data-testid="precomputed">"These numbers were computed in advance, in half precision. "</span> }
        })
    }
}

#[component]
fn Progress(text: String, fraction: Option<f64>) -> impl IntoView {
    view! {
        <div class="progress" data-testid="progress">
            <p id="progress-text"><Precomputed /> {text}</p>
            <progress max="1" value=fraction.map(|fraction| fraction.to_string()) aria-labelledby="progress-text"></progress>
        </div>
    }
}

/// The pinned query in words for screen readers, once it has come to rest.
#[component]
fn SpokenSummary() -> impl IntoView {
    let state = State::here();
    let (spoken, set_spoken) = signal(String::new());
    let debounce = Debounce::new();
    Effect::new(move |_| {
        debounce.cancel();
        // Nobody asked to hear a query that walks by itself, or every frame of a video.
        if state.motion.is_on() || state.is_walking.get() || state.live.runs.get() {
            return;
        }
        let text = match state.phase.get() {
            Phase::Ready => {
                if state.hovered.get().is_some() {
                    return;
                }
                let Some(text) = read_out(state) else { return };
                text
            }
            Phase::Loading { step, .. } => loading(step, 0, 0),
            Phase::Starting | Phase::Failed(_) => return,
        };
        debounce.after(PAUSE, move || set_spoken.set(text));
    });
    view! { <p class="hidden" aria-live="polite" data-testid="live">{spoken}</p> }
}
