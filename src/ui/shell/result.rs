//! The network's answer: its five best guesses and how long they took.

use leptos::prelude::*;

use crate::page::samples;
use crate::ui::state::{PictureChoice, State};
use lambdascope_core::text::{duration, label, percent};

/// Up to this many classes are listed by name.
const LISTED: usize = 20;

/// The column's second part.
#[component]
pub fn Result() -> impl IntoView {
    let state = State::here();
    let rows = move || {
        let answer = state.answer.get();
        (0..5)
            .map(|place| {
                let prediction = answer.as_ref().and_then(|answer| answer.predictions.get(place).cloned());
                match prediction {
                    Some(prediction) => view! {
                        <li
                            class="prediction"
                            data-testid="prediction"
                            data-label=prediction.label.clone()
                            data-probability=prediction.probability.to_string()
                        >
                            <span class="prediction-label">{label(&prediction.label)}</span>
                            <span class="prediction-value">{percent(prediction.probability)}</span>
                            <span
                                class="prediction-bar"
                                aria-hidden="true"
                                style=("--share", prediction.probability.to_string())
                            ></span>
                        </li>
                    }
                    .into_any(),
                    None => view! {
                        <li class="prediction prediction-empty" aria-hidden="true">
                            <span class="prediction-label">"\u{a0}"</span>
                            <span class="prediction-bar"></span>
                        </li>
                    }
                    .into_any(),
                }
            })
            .collect_view()
    };
    let whose = move || match state.answered.get() {
        Some(PictureChoice::Own { name, .. } | PictureChoice::Live { name }) => name,
        Some(PictureChoice::Sample(id)) => samples::named(&id).map(|sample| sample.title.clone()).unwrap_or(id),
        None => String::new(),
    };
    let count = Memo::new(move |_| state.answer.read().as_ref().map_or(10, |answer| answer.predictions.len()));
    let classes = move || {
        state.answer.read().as_ref().filter(|_| count.get() <= LISTED).map(|answer| {
            let mut names: Vec<String> = answer.predictions.iter().map(|p| label(&p.label)).collect();
            names.sort();
            format!("{}. ", names.join(", "))
        })
    };
    view! {
        <section class="result" aria-labelledby="result-title" aria-busy=move || state.is_waiting().to_string()>
            <h2 id="result-title" class="wide-only">"The network’s guess"</h2>
            <p class="result-picture wide-only">{whose}"\u{a0}"</p>
            <ol class="predictions" tabindex="0" aria-labelledby="result-title">{rows}</ol>
            <details class="quiet">
                <summary>{move || format!("It knows only {} classes", in_words(count.get()))}</summary>
                <p>
                    {classes}
                    {move || {
                        format!("Shown anything else, it still spreads its certainty over these {}.", in_words(count.get()))
                    }}
                </p>
            </details>
            <Timings />
        </section>
    }
}

fn in_words(count: usize) -> String {
    match count {
        10 => "ten".to_owned(),
        1_000.. => format!("{},{:03}", count / 1_000, count % 1_000),
        _ => count.to_string(),
    }
}

#[component]
fn Timings() -> impl IntoView {
    let state = State::here();
    let row = move |name: &'static str, read: fn(&lambdascope_core::answer::Timings) -> f64| {
        let value = move || {
            let answer = state.answer.read();
            let computed = answer.as_ref().and_then(|answer| answer.computed.as_ref());
            computed.map_or_else(|| "–".to_owned(), |computed| duration(read(&computed.timings)))
        };
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    };
    let whole = move || {
        if state.answer.read().is_some() && !state.precomputed.get() {
            duration(state.round_trip.get())
        } else {
            "–".to_owned()
        }
    };
    // For measurements: which answer, of which side, and the network's own time unrounded.
    let of = move |read: fn(&lambdascope_core::answer::Answer) -> Option<String>| {
        move || state.answer.read().as_deref().and_then(read)
    };
    view! {
        <div class="timings-line" tabindex="0" role="group" aria-label="How long it took">
        <dl
            class="timings"
            data-testid="timings"
            data-answer=of(|answer| Some(format!("{}.{}", answer.network, answer.id)))
            data-side=of(|answer| Some(answer.side.to_string()))
            data-network=of(|answer| answer.computed.as_ref().map(|own| own.timings.network.to_string()))
        >
            {row("decode", |timings| timings.decode)}
            {row("resize", |timings| timings.preprocess)}
            {row("network", |timings| timings.network)}
            <div><dt>"round trip"</dt><dd>{whole}</dd></div>
        </dl>
        </div>
    }
}
