//! What both networks take the picture for.

use leptos::prelude::*;

use crate::ui::engine::beside::answer;
use crate::ui::state::State;
use crate::ui::views::lens::beside::pair::titles;
use lambdascope_core::answer::Answer;
use lambdascope_core::text::{label, percent};

/// Classes that are listed of each.
const LISTED: usize = 3;

/// The most probable classes of each.
#[component]
pub fn Guesses() -> impl IntoView {
    let state = State::here();
    let own = Memo::new(move |_| state.answer.get());
    let other = Memo::new(move |_| answer(state));
    let titles = titles(state);
    let list = move |answer: Option<&Answer>| {
        let predictions = answer.iter().flat_map(|answer| answer.predictions.iter().take(LISTED));
        let rows = predictions.map(|own| {
            view! {
                <li class="prediction" data-label=own.label.clone() data-probability=own.probability.to_string()>
                    <span class="prediction-label">{label(&own.label)}</span>
                    <span class="prediction-value">{percent(own.probability)}</span>
                    <span class="prediction-bar" aria-hidden="true" style=("--share", own.probability.to_string())></span>
                </li>
            }
        });
        view! { <ol class="predictions">{rows.collect_view()}</ol> }
    };
    view! {
        <div class="beside-guess">
            <section aria-labelledby="beside-guess-own" data-testid="beside-guess-own">
                <h3 id="beside-guess-own">{move || titles[0].get()}</h3>
                {move || list(own.get().as_deref())}
            </section>
            <section aria-labelledby="beside-guess-other" data-testid="beside-guess-other">
                <h3 id="beside-guess-other">{move || titles[1].get()}</h3>
                {move || list(other.get().as_deref())}
            </section>
        </div>
    }
}
