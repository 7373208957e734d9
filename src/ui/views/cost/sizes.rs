//! The whole network at other sizes of picture, on the picture on screen.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::sizes::{GUESSES, agreement, growth, moved};
use crate::ui::engine::sizes::{begin, stop};
use crate::ui::state::State;
use crate::ui::state::sizes::Outcome;
use crate::ui::widgets::still::Still;
use lambdascope_core::answer::Resized;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text::{bytes, count, duration, label, percent};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::{MapKind, Reading};
use lambdascope_explain::views::lens;

/// The section.
#[component]
pub fn Sizes() -> impl IntoView {
    let state = State::here();
    let sizes = state.sizes;
    let is_running = Memo::new(move |_| !sizes.waiting.read().is_empty());
    let is_of_screen = Memo::new(move |_| {
        let shown = state.answer.read().as_ref().map(|answer| answer.id);
        shown.is_some() && shown == sizes.answer.get()
    });
    let own = move || state.networks.running.read().as_ref().map_or(0, |running| running.card.side);
    let title = move || state.networks.running.read().as_ref().map(|running| running.card.title.clone());
    let computed = Memo::new(move |_| state.answer.read().is_some() && !state.precomputed.get());
    let going = move || {
        let next = sizes.waiting.read().first().copied()?;
        Some(format!("Running it at {next}×{next} pixels…"))
    };
    let said = move || {
        let outcomes = sizes.outcomes.read();
        let ran: Vec<&Resized> = outcomes.iter().filter_map(|(_, outcome)| outcome.as_deref().ok()).collect();
        (!is_running.get())
            .then(|| [agreement(&ran, own()), growth(&ran)].into_iter().flatten().collect::<Vec<_>>().join(" "))
    };
    view! {
        <section class="sizes" aria-labelledby="sizes-title">
            <h3 id="sizes-title">"The whole network at other sizes"</h3>
            <p class="quiet">
                "A lambda layer with a local window has an embedding for each offset within its window, and takes a map of any size. A global one, and this page’s attention network, have tables for their own size, and end there. Here " {title}
                " runs on your picture at 128 to 1,024 pixels a side, on the backend in use."
            </p>
            <div class="lab-buttons">
                <Show
                    when=move || is_running.get()
                    fallback=move || {
                        view! {
                            <button type="button" class="button" data-testid="sizes-begin" disabled=move || !computed.get() on:click=move |_| begin(state)>
                                "Run it at all sizes"
                            </button>
                        }
                    }
                >
                    <button type="button" class="button" data-testid="sizes-stop" on:click=move |_| stop(state)>"Stop"</button>
                </Show>
            </div>
            <p role="status" class="quiet" data-testid="sizes-going">{going}</p>
            <Show when=move || is_of_screen.get()>
                <div class="sizes-room" data-testid="sizes">
                    {move || sizes.outcomes.get().into_iter().map(|(side, outcome)| view! { <Size side outcome /> }).collect_view()}
                </div>
                <p data-testid="sizes-said">{said}</p>
            </Show>
        </section>
    }
}

/// One size: the map of the same place in the picture, what it took, the guesses; or why there is nothing.
#[component]
fn Size(side: usize, outcome: Outcome) -> impl IntoView {
    let body = match outcome {
        Err(refusal) => view! { <p class="sizes-refused">{refusal.to_string()}</p> }.into_any(),
        Ok(run) => {
            let guesses = run.predictions.iter().take(GUESSES).map(|guess| {
                view! {
                    <li>
                        <span>{label(&guess.label)}</span>
                        <span>{percent(guess.probability)}</span>
                    </li>
                }
            });
            let took = format!("{}, {}", duration(run.milliseconds), bytes(run.bytes));
            let macs = format!("{} multiplications", count(run.macs));
            view! {
                <Map run=Arc::clone(&run) />
                <p data-testid="sizes-took">{took}<br />{macs}</p>
                <ol class="sizes-guesses">{guesses.collect_view()}</ol>
            }
            .into_any()
        }
    };
    view! {
        <article class="sizes-one" data-side=side.to_string()>
            <h4>{format!("{side}×{side} pixels")}</h4>
            {body}
        </article>
    }
}

/// The implicit weights at the place that is looked at, on a scale of their own.
#[component]
fn Map(run: Arc<Resized>) -> impl IntoView {
    let state = State::here().resting();
    let own = Arc::clone(&run);
    let figure = Memo::new(move |_| {
        let place = state.selection.shown.get()?;
        let from = state.with_layer(LayerTrace::map)?;
        let Some(LayerTrace::Lambda(layer)) = &own.layer else { return None };
        // The layer is the one that was on screen when this was asked for.
        let is_shown = state.with_layer(|shown| shown.name() == layer.name).unwrap_or(false);
        let query = moved(place.query, from, [layer.dims.height, layer.dims.width]);
        is_shown.then(|| Arc::new(total(layer, query, &state.setting.read())))
    });
    let size = run.layer.as_ref().map(|layer| {
        let [height, width] = layer.map();
        format!("{}: map of {height}×{width}", layer.name())
    });
    view! {
        <Show when=move || figure.read().is_some() fallback=|| {
            view! { <p class="quiet">"Run it again for the layer on screen."</p> }
        }>
            <Still figure />
        </Show>
        <p class="quiet">{size}</p>
    }
}

fn total(layer: &LambdaTrace, query: Query, setting: &str) -> Figure {
    let reading = Reading::of(layer, query);
    let limit = max_abs(reading.map(MapKind::Total));
    lens::map(&Subject::of_lambda(layer, query, setting), &reading, MapKind::Total, limit)
}
