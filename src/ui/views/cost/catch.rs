//! The catch: how little λᶜ can hold, for the layer on screen, and what of attention's map a summary of that size would miss.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::{context_place, subject, with_subject};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::still::Still;
use lambdascope_core::text::{grouped, percent};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::views::anatomy::key_maps;
use lambdascope_explain::views::cost::catch::{Missed, Summary};

/// The section.
#[component]
pub fn Catch() -> impl IntoView {
    let state = State::here();
    let place = context_place(state);
    let summary = Memo::new(move |_| with_subject(state, place.get(), |layer, _| Summary::of(layer)).flatten());
    view! {
        <section class="catch" aria-labelledby="catch-title">
            <h3 id="catch-title">"What is the catch?"</h3>
            <p class="quiet">
                "No free lunch: a lambda layer is cheap because what it knows of the whole picture has to go through λᶜ, which has the same few numbers whether the picture has a hundred positions or a million. Below is what that means for the layer on screen."
            </p>
            <div class="catch-room">
                {move || summary.get().map(|summary| view! { <Values summary /> })}
                <Masks />
            </div>
            <MissedView />
        </section>
    }
}

/// λᶜ's singular values.
#[component]
fn Values(summary: Summary) -> impl IntoView {
    let [k, v] = summary.size;
    let largest = summary.singular.first().copied().unwrap_or(0.0);
    let said = format!(
        "λᶜ has k × v = {k} × {v} = {} numbers for {} positions. Its rank is {}, and could not be more than k = {k}. Of its {} singular values, {} are more than a tenth of the largest.",
        grouped((k * v) as u64),
        grouped(summary.positions as u64),
        summary.rank(),
        summary.singular.len(),
        summary.above(0.1),
    );
    let bar = |(at, value): (usize, &f64)| {
        let length = if largest > 0.0 { value / largest } else { 0.0 };
        view! {
            <li>
                <span>{at + 1}</span>
                <i style=format!("--length: {length:.4}") aria-hidden="true"></i>
                <span>{format!("{value:.3}")}</span>
            </li>
        }
    };
    view! {
        <div>
            <h4>"What λᶜ can hold"</h4>
            <p data-testid="catch-summary" data-rank=summary.rank().to_string()>{said}</p>
            <ol class="catch-values" aria-label="Singular values of λᶜ">{summary.singular.iter().enumerate().map(bar).collect_view()}</ol>
        </div>
    }
}

/// The key channels, each a mask that the values are averaged under.
#[component]
fn Masks() -> impl IntoView {
    let state = State::here();
    let place = context_place(state);
    let maps = Memo::new(move |_| {
        let maps: Vec<Figure> = with_subject(state, place.get(), key_maps).unwrap_or_default();
        maps.into_iter().map(Arc::new).collect::<Vec<_>>()
    });
    move || {
        let maps = maps.get();
        (!maps.is_empty()).then(|| {
            let count = maps.len();
            let drawings = maps.into_iter().map(|figure| view! { <Still figure=Signal::stored(Some(figure)) /> });
            view! {
                <div>
                    <h4>"Its keys are pooling masks"</h4>
                    <p>
                        {format!("Row i of λᶜ is the average of all values under mask i, one of {count}; two places with the same weight in every mask get the same weight from every query, as far as content goes.")}
                    </p>
                    <div class="catch-masks" data-testid="catch-masks">{drawings.collect_view()}</div>
                </div>
            }
        })
    }
}

/// What the best map of rank k misses of a softmax map.
#[component]
fn MissedView() -> impl IntoView {
    let state = State::here();
    // Of a head and a layer, whichever query is looked at.
    let place = Memo::new(move |_| {
        state.selection.place.get().map(|mut place| {
            place.query = Query { y: 0, x: 0, ..place.query };
            place
        })
    });
    let missed = Memo::new(move |_| {
        let place = place.get()?;
        let answer = state.answer.read();
        Missed::of(answer.as_ref()?.trace.layers.get(place.layer)?, place.query).map(Arc::new)
    });
    let figure = Memo::new(move |_| {
        let subject = subject(state, place.get())?;
        missed.read().as_ref().map(|missed| Arc::new(missed.figure(&subject)))
    });
    let said = move || {
        let missed = missed.get()?;
        let head = place.get()?.query.head;
        let whose = if state.selection.is_attention.get() {
            format!("This is an attention layer: it holds its whole map, whatever its rank. Of head {head}")
        } else {
            format!("Suppose softmax attention had this layer’s queries and keys. Of its map, for head {head}")
        };
        let [least, most] = missed.range().map(|share| percent(share as f32));
        let all = percent(missed.all()? as f32);
        let which = if missed.stride == 1 {
            format!("all {} queries", missed.rows.len())
        } else {
            format!("{} queries, {} positions apart", missed.rows.len(), missed.stride)
        };
        Some(format!(
            "{whose}, the best possible map of rank k = {} misses {all} (root of the squared weights, over {which}); of a single query’s weights between {least} and {most}.",
            missed.rank
        ))
    };
    let row = |(rank, share): &(usize, f64)| {
        view! {
            <tr>
                <th scope="row">{*rank}</th>
                <td>{percent(*share as f32)}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || missed.read().is_some()>
            <div class="catch-room catch-missed">
                <div>
                    <h4>"What a summary of that size would miss"</h4>
                    <p data-testid="catch-missed">{said}</p>
                    <p class="quiet">
                        "That is the least that is lost, with the best keys for this very picture; keys that a network has learned for all pictures lose more. A lambda layer loses nothing of its own content map, which has no higher a rank to begin with, and its position lambdas do not pass through λᶜ at all: they are local or tied to offsets, and of any rank. The network was trained with what fits."
                    </p>
                    <table class="numbers" data-testid="catch-ranks">
                        <caption class="hidden">"What the best map of each rank misses"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"rank"</th>
                                <th scope="col">"missed"</th>
                            </tr>
                        </thead>
                        <tbody>{move || missed.get().map(|missed| missed.by_rank.iter().map(row).collect_view())}</tbody>
                    </table>
                </div>
                <div>
                    <FigureView figure symbol=view! { "by query" }.into_any() test_id="catch-rows" pointed=RwSignal::new(None) />
                </div>
            </div>
        </Show>
    }
}
