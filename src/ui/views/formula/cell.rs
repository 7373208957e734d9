//! The selected cell: its equation with this cell's numbers, the largest terms first, the rest together.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::views::formula::equation::drawn;
use crate::ui::views::formula::shared::Shared;
use lambdascope_core::text::compact;
use lambdascope_explain::formula::quantity::Cell;
use lambdascope_explain::formula::table::{Equation, Origin};
use lambdascope_explain::formula::terms::{Explanation, Factor, Form, Sum, Term, explain};

/// Terms shown before the rest is added up.
const SHOWN: usize = 5;

/// What of a cell stays as it is while the query moves.
#[derive(Clone, PartialEq)]
struct Outline {
    cell: Cell,
    u: usize,
    /// Which of its quantity's equations have terms.
    equations: Vec<usize>,
    origin: Option<Origin>,
}

/// The panel.
#[component]
pub fn CellNumbers(shared: Shared) -> impl IntoView {
    let section = NodeRef::<html::Section>::new();
    let shared = Shared { state: shared.state.while_in_sight(section), ..shared };
    let all = RwSignal::new(false);
    let explained = Memo::new(move |_| {
        let selected = shared.selected.get();
        shared.with_values(|table, values| Arc::new(explain(table, values, selected)))
    });
    let outline = Memo::new(move |_| {
        explained.read().as_ref().map(|explained| Outline {
            cell: explained.cell,
            u: explained.u,
            equations: explained.sums.iter().map(|sum| sum.equation).collect(),
            origin: explained.origin,
        })
    });
    let said = move || {
        let explained = explained.get()?;
        let name = explained.cell.quantity.name();
        Some(format!("{}, {name}: {}", explained.cell.label(columns(shared)), compact(explained.value)))
    };
    let sums = move || {
        let (outline, table) = (outline.get()?, shared.table.get()?);
        let bound = (outline.cell, outline.u);
        let row = table.row(outline.cell.quantity)?;
        let sums = outline.equations.iter().enumerate().map(|(at, equation)| {
            let parts = row.equations.get(*equation).map(Equation::parts).unwrap_or_default();
            let equation = parts.iter().map(|part| drawn(shared, part, Some(bound))).collect_view();
            view! { <OneSum shared explained at all equation=equation.into_any() /> }
        });
        Some(view! { {sums.collect_view()} {outline.origin.map(origin)} })
    };
    view! {
        <section class="cell-numbers" aria-labelledby="cell-title" node_ref=section>
            <h3 id="cell-title">"This cell’s numbers"</h3>
            <p class="cell-said" role="status" data-testid="cell" data-value=move || explained.read().as_ref().map(|e| e.value.to_string())>{said}</p>
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

/// Columns of the context's map, by which positions are named.
fn columns(shared: Shared) -> usize {
    shared.table.read_untracked().as_ref().map_or(1, |table| table.sizes.context[1])
}

fn origin(origin: Origin) -> impl IntoView {
    let text = match origin {
        Origin::Projection => {
            "It is projected from the layer’s input by learned weights; a run keeps the projection, not the input, so the numbers end here."
        }
        Origin::Learned => "It is learned: the same number for every picture.",
    };
    view! { <p class="quiet" data-testid="cell-origin">{text}</p> }
}

/// The terms by one equation: its place among the explanation's sums.
#[component]
fn OneSum(
    shared: Shared,
    explained: Memo<Option<Arc<Explanation>>>,
    at: usize,
    all: RwSignal<bool>,
    equation: AnyView,
) -> impl IntoView {
    let explained = shared.state.at_rest(move || explained.get());
    let said = move |say: fn(&Sum) -> Option<String>| say(explained.read().as_ref()?.sums.get(at)?);
    let rows = move || {
        let explained = explained.get()?;
        let sum = explained.sums.get(at)?;
        let (shown, rest) = if all.get() { (sum.terms.as_slice(), None) } else { sum.grouped(SHOWN) };
        let terms = shown.iter().map(|term| one_term(term, sum.form, columns(shared))).collect_view();
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
        Some(view! {
            {terms}
            {rest}
            <tr class="total"><td>{end}</td><td><strong>{compact(sum.total)}</strong></td></tr>
        })
    };
    let quotient = move || {
        said(|sum| match sum.form {
            Form::Sum => None,
            Form::Softmax { numerator, largest } => Some(format!(
                "{} / {} = {}. The largest exponent, {}, is subtracted from all, which changes nothing.",
                compact(numerator),
                compact(sum.total),
                compact(sum.result),
                compact(largest)
            )),
        })
        .map(|text| view! { <p class="quiet">{text}</p> })
    };
    let root = move || {
        said(|sum| sum.root.map(|root| format!("Terms with a key are divided by √k = {}.", compact(root))))
            .map(|text| view! { <p class="quiet">{text}</p> })
    };
    // On the table, not on every factor: its rows come and go.
    let light = move |event: &web_sys::Event| {
        shared.lit.set(factor_of(event).map(|(cell, _)| cell.quantity));
    };
    let select = move |event: &web_sys::Event| {
        if let Some((cell, u)) = factor_of(event) {
            shared.select(cell, u);
        }
    };
    view! {
        <div
            class="cell-sum"
            data-testid="cell-sum"
            data-total=move || said(|sum| Some(sum.total.to_string()))
            data-result=move || said(|sum| Some(sum.result.to_string()))
        >
            <p class="equation"><span class="glyph-small">"="</span> {equation}</p>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Terms">
                <table
                    class="numbers"
                    on:pointerover=move |event| light(&event)
                    on:pointerout=move |_| shared.lit.set(None)
                    on:focusin=move |event| light(&event)
                    on:focusout=move |_| shared.lit.set(None)
                    on:click=move |event| select(&event)
                >
                    <thead><tr><th scope="col">"term"</th><th scope="col">"adds"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {quotient}
            {root}
        </div>
    }
}

/// The factor that an event happened on, with its u.
fn factor_of(event: &web_sys::Event) -> Option<(Cell, usize)> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let factor = target.closest("[data-factor]").ok()??;
    Some((factor.get_attribute("data-factor")?.parse().ok()?, factor.get_attribute("data-u")?.parse().ok()?))
}

fn one_term(term: &Term, form: Form, columns: usize) -> impl IntoView + use<> {
    let count = term.factors.len();
    let factors = term
        .factors
        .iter()
        .enumerate()
        .map(|(at, Factor { cell, u, value })| {
            view! {
                <button type="button" class="link-button factor" data-factor=cell.address() data-u=*u title=cell.quantity.name()>
                    {cell.label(columns)}
                </button>
                <span class="factor-value">" " {compact(*value)}</span>
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
