//! The positions that add most, each of them the beginning of a trail.

use std::sync::Arc;

use leptos::prelude::*;

use super::follow::begin;
use crate::ui::state::State;
use lambdascope_core::text::{compact, short_cell};
use lambdascope_explain::figures::figure::Figure;

/// How many are listed.
const LISTED: usize = 6;

/// The table.
#[component]
pub fn Positions(figure: Memo<Option<Arc<Figure>>>, pointed: RwSignal<Option<[usize; 2]>>) -> impl IntoView {
    let state = State::here();
    let rows = move || {
        let figure = figure.get()?;
        let row = move |cell: [usize; 2], value: f32| {
            let button = state.nothing_inside.read().is_none().then(|| {
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
        Some(figure.grid.strongest(LISTED).into_iter().map(|extreme| row(extreme.cell, extreme.value)).collect_view())
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
            <Show when=move || state.nothing_inside.read().is_some()>
                <p class="quiet">"This network has no layer that looks around, so there is nothing to follow a position through."</p>
            </Show>
        </section>
    }
}
