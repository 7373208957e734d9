//! The equations of the layer on screen, with the matrices of the query beside them and the numbers of one cell. What
//! belongs to what comes from one table ([`lambdascope_explain::formula::table`]): it draws the formulas, lights the matrices
//! and gives the terms.

mod cell;
mod equation;
mod shared;

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::place::Place;
use crate::ui::state::State;
use crate::ui::state::subject::subject_at;
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use cell::CellNumbers;
use equation::{Equations, Symbol};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::formula::figures::{cell_at, figure, used};
use lambdascope_explain::formula::quantity::{Cell, Quantity};
use lambdascope_explain::formula::table::Table;
use shared::{PARAMETER, Shared};

/// The view.
#[component]
pub fn Formula() -> impl IntoView {
    let state = State::here();
    let layer = Memo::new(move |_| state.selection.place.read().as_ref().map(|place: &Place| place.layer));
    let table = Memo::new(move |_| {
        let answer = state.answer.read();
        answer.as_ref()?.trace.layers.get(layer.get()?).map(|layer| Arc::new(Table::of(layer)))
    });
    let selected = Memo::new(move |_| {
        let cell = state.parameter::<Cell>(PARAMETER).unwrap_or_default();
        table.read().as_ref().map_or(cell, |table| table.nearest(cell))
    });
    let shared = Shared { state, table, selected, lit: RwSignal::new(None), before: RwSignal::new(Vec::new()) };
    let notes = move || {
        let notes = table.read().as_ref().map(|table| table.notes.clone()).unwrap_or_default();
        (!notes.is_empty()).then(|| view! { <p class="lacks" data-testid="formula-notes">{notes.join(" ")}</p> })
    };
    let quantities = Memo::new(move |_| {
        let table = table.read();
        let rows = table.iter().flat_map(|table| table.rows.iter().rev().map(|row| row.quantity));
        rows.filter(|quantity| quantity.has_values()).collect::<Vec<_>>()
    });
    view! {
        <div class="formula explained">
            {notes}
            <div class="formula-room">
                <Equations shared />
                <CellNumbers shared />
            </div>
            <section aria-labelledby="formula-matrices">
                <h3 id="formula-matrices">"The numbers of this query"</h3>
                <p class="quiet">
                    "Point at a symbol to outline its matrix and all that goes into it; press a cell to see its equation above, with its own numbers."
                </p>
                <div class="formula-matrices">
                    <div class="formula-query">
                        <QueryGrid />
                        <Nudges />
                    </div>
                    <For each=move || quantities.get() key=|quantity| *quantity as usize let:quantity>
                        <Matrix shared quantity />
                    </For>
                </div>
            </section>
        </div>
    }
}

/// One quantity of the query.
#[component]
fn Matrix(shared: Shared, quantity: Quantity) -> impl IntoView {
    let state = shared.state;
    let drawn = Memo::new(move |_| {
        let selected = shared.selected.get();
        let drawn = shared.with_values(|table, values| {
            figure(table, values, quantity, selected, &subject_at(state, values.query())?)
        });
        drawn.flatten().map(Arc::new)
    });
    let drawn: Signal<Option<Arc<Figure>>> = drawn.into();
    let pointed = RwSignal::new(None::<[usize; 2]>);
    Effect::new(move |was: Option<bool>| {
        let is = pointed.get().is_some();
        match (was.unwrap_or(false), is) {
            (_, true) => shared.lit.set(Some(quantity)),
            (true, false) => shared.lit.set(None),
            (false, false) => {}
        }
        is
    });
    let lit = Signal::derive(move || {
        let table = shared.table.read();
        let selected = shared.selected.get();
        table.as_ref().and_then(|table| used(table, quantity, selected)).into_iter().collect::<Vec<_>>()
    });
    let choose = Callback::new(move |cell: [usize; 2]| {
        let chosen = shared
            .table
            .read_untracked()
            .as_ref()
            .map(|table| cell_at(table, quantity, shared.selected.get_untracked(), cell));
        if let Some(chosen) = chosen {
            shared.select(chosen, shared.u());
        }
    });
    let shape = move || shared.table.read().as_ref().map(|table| table.shape(quantity));
    view! {
        <div class="matrix" data-quantity=quantity.id() data-standing=move || shared.standing(quantity)>
            <FigureView
                figure=drawn
                symbol=view! { <Symbol shared quantity /> }.into_any()
                test_id=format!("formula-{}", quantity.id())
                pointed
                square=false
                lit
                on_choose=choose
            />
            <p class="quiet">{shape}</p>
        </div>
    }
}
