//! The trail from a position's evidence back through the layers: at each step the positions that the layer took most from.

use leptos::prelude::*;

use crate::page::place::Place;
use crate::page::trail::{TRAIL, Trail};
use crate::ui::state::State;
use crate::ui::widgets::focus::look;
use lambdascope_core::text::{short_cell, whole_percent};
use lambdascope_explain::read::sources::{Source, sources};

/// Positions offered at each step.
const OFFERED: usize = 4;

/// A step as it is shown.
#[derive(Clone, PartialEq)]
struct Step {
    place: Place,
    layer: String,
    sources: Vec<Source>,
    /// Whether there is a layer before.
    goes_on: bool,
}

/// The trail in the address; none where it names none.
fn trail(state: State) -> Trail {
    state.parameter::<Trail>(TRAIL).unwrap_or_default()
}

fn write(state: State, trail: &Trail) {
    state.set_parameter(TRAIL, (!trail.0.is_empty()).then(|| trail.to_string()));
}

/// Begins a trail at a position of the last map.
pub fn begin(state: State, cell: [usize; 2]) {
    write(state, &Trail(vec![cell]));
}

/// The steps, or what to do for there to be some.
#[component]
pub fn Follow() -> impl IntoView {
    let state = State::here();
    let head = Memo::new(move |_| state.selection.place.read().as_ref().map_or(0, |place| place.query.head));
    let steps = Memo::new(move |_| {
        let answer = state.answer.get()?;
        let places = trail(state).places(&answer.trace, answer.evidence.map, head.get());
        let step = |place: &Place| {
            let layer = &answer.trace.layers[place.layer];
            Step {
                place: *place,
                layer: layer.name().to_owned(),
                sources: sources(layer, place.query, OFFERED),
                goes_on: place.layer > 0,
            }
        };
        Some(places.iter().map(step).collect::<Vec<_>>())
    });
    let list = move || {
        let steps = steps.get().unwrap_or_default();
        steps.into_iter().enumerate().map(|(at, step)| view! { <OneStep at step /> }).collect_view()
    };
    let is_empty = move || steps.read().as_ref().is_none_or(Vec::is_empty);
    view! {
        <Show when=move || state.nothing_inside.read().is_none()>
            <section class="evidence-trail" aria-labelledby="evidence-trail-title">
                <h3 id="evidence-trail-title">"Follow it back"</h3>
                <Show when=is_empty>
                    <p class="quiet">
                        "Press “follow” at a position, or a cell of the map: the last layer that looks around says where it took that position’s output from, the layer before says the same of those, and so on."
                    </p>
                </Show>
                <ol class="trail" data-testid="trail">{list}</ol>
                <Show when=move || !is_empty()>
                    <p class="quiet">
                        "Shares are of ‖Σ"<sub>"u"</sub>" a"<sub>"nm"</sub>" v"<sub>"m"</sub>"‖, exact in each layer for the head chosen above. The chain of layers is not exact: convolutions, norms and activations lie between them."
                    </p>
                    <button type="button" class="button" data-testid="trail-end" on:click=move |_| write(state, &Trail::default())>
                        "Leave the trail"
                    </button>
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn OneStep(at: usize, step: Step) -> impl IntoView {
    let state = State::here();
    let Step { place, layer, sources, goes_on } = step;
    let taken = trail(state).0.get(at + 1).copied();
    let here = short_cell(place.query.cell());
    let offers = sources.into_iter().map(|source| {
        let text = format!("{}, {}", short_cell(source.cell), whole_percent(source.share));
        if goes_on {
            let is_taken = taken == Some(source.cell);
            view! {
                <button
                    type="button"
                    class="button"
                    aria-pressed=is_taken.to_string()
                    on:click=move |_| write(state, &trail(state).on(at, source.cell))
                >
                    {text}
                </button>
            }
            .into_any()
        } else {
            view! { <span class="trail-end">{text}</span> }.into_any()
        }
    });
    view! {
        <li data-testid="trail-step" data-layer=layer.clone() data-query=here.clone()>
            <p>
                {format!("{layer}, head {}, query at {here}, takes most from", place.query.head)}
            </p>
            <div class="trail-offers">{offers.collect_view()}</div>
            <p class="trail-tools">
                <button type="button" class="link-button" on:click=move |_| look(state, place)>{format!("{layer} in the lens")}</button>
                {taken.is_some().then(|| view! {
                    <button type="button" class="link-button" on:click=move |_| write(state, &trail(state).until(at))>"back to here"</button>
                })}
            </p>
        </li>
    }
}
