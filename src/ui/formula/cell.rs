//! The selected cell: its equation with this cell's numbers, the largest terms first, the rest together.

use leptos::prelude::*;

use super::Shared;
use super::equation::drawn;
use crate::explain::formula::quantity::Cell;
use crate::explain::formula::table::Origin;
use crate::explain::formula::terms::{Explanation, Form, Sum, Term, explain};
use crate::explain::numbers::compact;

/// Terms that stand before the rest is added up.
const SHOWN: usize = 5;

/// The panel.
#[component]
pub fn CellNumbers(shared: Shared) -> impl IntoView {
    let all = RwSignal::new(false);
    let explained = Memo::new(move |_| {
        let selected = shared.selected.get();
        shared.with_numbers(|table, numbers| explain(table, numbers, selected))
    });
    let columns = move || shared.table.read_untracked().as_ref().map_or(1, |table| table.sizes.context[1]);
    let said = move || {
        let explained = explained.get()?;
        let name = explained.cell.quantity.name();
        Some(format!("{}, {name}: {}", explained.cell.label(columns()), compact(explained.value)))
    };
    let sums = move || {
        let explained = explained.get()?;
        let sums =
            explained.sums.iter().map(|sum| one_sum(shared, &explained, sum, all.get(), columns())).collect_view();
        Some(view! { {sums} {origin(&explained)} })
    };
    view! {
        <section class="cell-numbers" aria-labelledby="cell-title">
            <h3 id="cell-title">"This cell’s numbers"</h3>
            <p class="cell-said" role="status" data-testid="cell" data-value=move || explained.get().map(|e| e.value.to_string())>{said}</p>
            {sums}
            <div class="export">
                <button type="button" class="button" data-testid="cell-back" disabled=move || shared.before.read().is_empty() on:click=move |_| shared.back()>
                    "Back"
                </button>
                <button type="button" class="button" data-testid="cell-all" aria-pressed=move || if all.get() { "true" } else { "false" } on:click=move |_| all.update(|all| *all = !*all)>
                    {move || if all.get() { "Largest terms only" } else { "All terms" }}
                </button>
            </div>
        </section>
    }
}

fn origin(explained: &Explanation) -> Option<impl IntoView + use<>> {
    explained.origin.map(|origin| {
        let text = match origin {
            Origin::Projection => {
                "It is projected from the layer’s input by learned weights; a run keeps the projection, not the input, so the numbers end here."
            }
            Origin::Learned => "It is learned: the same number in every picture.",
        };
        view! { <p class="quiet" data-testid="cell-origin">{text}</p> }
    })
}

fn one_sum(shared: Shared, explained: &Explanation, sum: &Sum, all: bool, columns: usize) -> impl IntoView + use<> {
    let bound = Some((explained.cell, explained.u));
    let table = shared.table.get_untracked();
    let equation = table
        .as_ref()
        .and_then(|table| table.row(explained.cell.quantity))
        .and_then(|row| row.equations.get(sum.equation))
        .map(|equation| equation.parts().iter().map(|part| drawn(shared, part, bound)).collect_view());
    let (shown, rest) = if all { (sum.terms.as_slice(), None) } else { sum.grouped(SHOWN) };
    let terms = shown.iter().map(|term| one_term(shared, term, sum.form, columns)).collect_view();
    let rest = rest.map(|rest| {
        view! {
            <tr class="rest">
                <td>{format!("the other {} terms together", rest.count)}</td>
                <td data-term=rest.sum.to_string()>{compact(rest.sum)}</td>
            </tr>
        }
    });
    let end = match sum.form {
        Form::Sum => format!("sum of {} {}", sum.terms.len(), if sum.terms.len() == 1 { "term" } else { "terms" }),
        Form::Softmax { .. } => format!("sum of {} exponentials", sum.terms.len()),
    };
    let quotient = match sum.form {
        Form::Sum => None,
        Form::Softmax { numerator, largest } => Some(format!(
            "{} / {} = {}. All exponents are less {}, the largest, which changes nothing.",
            compact(numerator),
            compact(sum.total),
            compact(sum.result),
            compact(largest)
        )),
    };
    let root = sum.root.map(|root| format!("Terms with k are divided by √k = {}.", compact(root)));
    view! {
        <div class="cell-sum" data-testid="cell-sum" data-total=sum.total.to_string() data-result=sum.result.to_string()>
            <p class="equation"><span class="glyph-small">"="</span> {equation}</p>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Terms">
                <table class="numbers">
                    <thead><tr><th scope="col">"term"</th><th scope="col">"adds"</th></tr></thead>
                    <tbody>
                        {terms}
                        {rest}
                        <tr class="total"><td>{end}</td><td><strong>{compact(sum.total)}</strong></td></tr>
                    </tbody>
                </table>
            </div>
            {quotient.map(|text| view! { <p class="quiet">{text}</p> })}
            {root.map(|text| view! { <p class="quiet">{text}</p> })}
        </div>
    }
}

fn one_term(shared: Shared, term: &Term, form: Form, columns: usize) -> impl IntoView + use<> {
    let count = term.factors.len();
    let factors = term
        .factors
        .iter()
        .enumerate()
        .map(|(at, factor)| {
            let cell: Cell = factor.cell;
            let light = move |on: bool| shared.lit.set(on.then_some(cell.quantity));
            view! {
                <button
                    type="button"
                    class="link-button factor"
                    data-factor=cell.address()
                    title=cell.quantity.name()
                    on:pointerenter=move |_| light(true)
                    on:pointerleave=move |_| light(false)
                    on:focus=move |_| light(true)
                    on:blur=move |_| light(false)
                    on:click=move |_| shared.select(cell)
                >
                    {cell.label(columns)}
                </button>
                <span class="factor-value">" " {compact(factor.value)}</span>
                {(at + 1 < count).then_some(" · ")}
            }
        })
        .collect_view();
    let is_exponential = matches!(form, Form::Softmax { .. });
    view! {
        <tr>
            <td>{is_exponential.then_some("exp ")}{factors}</td>
            <td data-term=term.value.to_string()>{compact(term.value)}</td>
        </tr>
    }
}
