//! The positions that add most, each of them the beginning of a trail.

use std::sync::Arc;

use leptos::prelude::*;

use super::follow::begin;
use super::looked::Looked;
use crate::ui::state::State;
use lambdascope_core::text::{compact, short_cell};
use lambdascope_explain::figures::grid::Grid;

/// How many are listed.
const LISTED: usize = 6;

/// The table.
#[component]
pub fn Positions(looked: Memo<Option<Arc<Looked>>>, pointed: RwSignal<Option<[usize; 2]>>) -> impl IntoView {
    let state = State::here();
    let has_layers =
        Memo::new(move |_| state.answer.read().as_ref().is_some_and(|answer| !answer.trace.layers.is_empty()));
    let rows = move || {
        let looked = looked.get()?;
        let grid = Grid::new(looked.evidence.terms.clone(), looked.map[1]);
        let row = move |cell: [usize; 2], value: f32| {
            let button = has_layers.get().then(|| {
                view! {
                    <button
                        type="button"
                        class="link-button"
                        aria-label=format!("follow row {}, column {}", cell[0], cell[1])
                        on:click=move |_| begin(state, cell)
                        on:focus=move |_| pointed.set(Some(cell))
                        on:pointerenter=move |_| pointed.set(Some(cell))
                        on:pointerleave=move |_| pointed.set(None)
                    >
                        "follow"
                    </button>
                }
            });
            view! {
                <tr data-testid="evidence-position">
                    <th scope="row">{short_cell(cell)}</th>
                    <td>{compact(value)}</td>
                    <td>{button}</td>
                </tr>
            }
        };
        Some(grid.strongest(LISTED).into_iter().map(|extreme| row(extreme.cell, extreme.value)).collect_view())
    };
    view! {
        <section class="evidence-positions" aria-labelledby="evidence-positions-title">
            <h3 id="evidence-positions-title">"Positions that add most"</h3>
            <table class="evidence-table">
                <thead>
                    <tr>
                        <th scope="col">"row, column"</th>
                        <th scope="col">"adds"</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <Show when=move || !has_layers.get()>
                <p class="quiet">"This network has no layer that looks around, so there is nothing to follow a position through."</p>
            </Show>
        </section>
    }
}
