//! The layer's equations, each symbol a button that lights what it stands for and selects a cell of it.

use leptos::prelude::*;

use crate::ui::views::formula::shared::Shared;
use lambdascope_explain::formula::quantity::{Cell, Index, Quantity};
use lambdascope_explain::formula::table::{Piece, Table};

/// The equations, from the output down to what is learned.
#[component]
pub fn Equations(shared: Shared) -> impl IntoView {
    let rows = move || {
        let table = shared.table.get()?;
        let rows = table.rows.iter().rev().flat_map(|row| {
            let quantity = row.quantity;
            row.equations.iter().enumerate().map(move |(at, equation)| {
                let right = equation.whole.iter().map(|part| drawn(shared, part, None)).collect_view();
                view! {
                    <li class="equation" data-standing=move || shared.standing(quantity)>
                        {if at == 0 {
                            view! { <SymbolButton shared quantity /> }.into_any()
                        } else {
                            view! { <span class="equation-again" aria-hidden="true"></span> }.into_any()
                        }} <span class="glyph-small">"="</span> {right}
                        <span class="equation-name">{(at == 0).then(|| quantity.name())}</span>
                    </li>
                }
            })
        });
        Some(rows.collect_view())
    };
    view! {
        <section aria-labelledby="equations-title">
            <h3 id="equations-title">"The layer in equations"</h3>
            <ol class="equations" data-testid="equations">{rows}</ol>
            <p class="quiet">"A second line gives the same quantity another way: y as a weighted sum of values shows the implicit attention."</p>
        </section>
    }
}

/// A symbol that can be pointed at and pressed.
#[component]
pub fn SymbolButton(shared: Shared, quantity: Quantity) -> impl IntoView {
    let light = move |on: bool| shared.lit.set(on.then_some(quantity));
    let press = move |_| {
        if quantity.has_values() {
            shared.select(shared.selected.get_untracked().of(quantity), shared.u());
        }
    };
    view! {
        <button
            type="button"
            class="symbol-button"
            data-symbol=quantity.id()
            data-standing=move || shared.standing(quantity)
            aria-label=format!("{}, {}", quantity.letter(), quantity.name())
            title=quantity.name()
            on:pointerenter=move |_| light(true)
            on:pointerleave=move |_| light(false)
            on:focus=move |_| light(true)
            on:blur=move |_| light(false)
            on:click=press
        >
            <Symbol shared quantity />
        </button>
    }
}

/// A quantity as it is written.
#[component]
pub fn Symbol(shared: Shared, quantity: Quantity) -> impl IntoView {
    move || shared.table.read().as_ref().map(|table| symbol(table, quantity, None, false))
}

/// The letter with what stands above and below it.
fn symbol(table: &Table, quantity: Quantity, bound: Option<(Cell, usize)>, is_other: bool) -> AnyView {
    let letter = table.letter(quantity);
    let below = table.below(quantity, bound, is_other);
    let above = match quantity {
        Quantity::Content => "c",
        Quantity::PositionLambda => "p",
        _ => "",
    };
    let base = if quantity == Quantity::NormalisedKey {
        view! { <mover><mi>{letter}</mi><mo>"¯"</mo></mover> }.into_any()
    } else {
        view! { <mi>{letter}</mi> }.into_any()
    };
    let written = match (above.is_empty(), below.is_empty()) {
        (true, true) => base,
        (true, false) => view! { <msub>{base}<mtext>{below}</mtext></msub> }.into_any(),
        (false, true) => view! { <msup>{base}<mi>{above}</mi></msup> }.into_any(),
        (false, false) => view! { <msubsup>{base}<mtext>{below}</mtext><mi>{above}</mi></msubsup> }.into_any(),
    };
    view! { <math>{written}</math> }.into_any()
}

/// A piece of a formula; for the formula of a cell `bound` says which, with its u.
pub fn drawn(shared: Shared, part: &Piece, bound: Option<(Cell, usize)>) -> AnyView {
    let table = shared.table.get_untracked();
    let own = |quantity: Quantity, is_other: bool| match (&bound, &table) {
        (Some(_), Some(table)) => symbol(table, quantity, bound, is_other),
        _ => view! { <SymbolButton shared quantity /> }.into_any(),
    };
    match part {
        Piece::Symbol(quantity) => own(*quantity, false),
        Piece::Other(quantity) => own(*quantity, true),
        Piece::Transposed(quantity) => {
            view! { <span>{own(*quantity, false)}<sup aria-label="transposed">"⊤"</sup></span> }.into_any()
        }
        Piece::Sum(index) => sum(table.as_deref(), *index),
        Piece::Sign(sign) => view! { <span class="glyph-small">{*sign}</span> }.into_any(),
        Piece::Word(word) => {
            let (word, below) = word.split_once('_').unwrap_or((word, ""));
            view! { <span class="formula-word">{word.to_owned()} <sub>{below.to_owned()}</sub></span> }.into_any()
        }
        Piece::Softmax => {
            view! { <span class="formula-word">"softmax" <sub>{table.map(|table| table.summed(Index::Position))}</sub></span> }
                .into_any()
        }
        Piece::Ones => view! { <math><msup><mn>"1"</mn><mi>"⊤"</mi></msup></math> }.into_any(),
        Piece::Root => view! { <math><msqrt><mi>"k"</mi></msqrt></math> }.into_any(),
        Piece::Quotient(above, below) => {
            let side = |parts: &[Piece]| parts.iter().map(|part| drawn(shared, part, bound)).collect_view();
            view! {
                <span class="quotient">
                    <span>{side(above)}</span>
                    <span>{side(below)}</span>
                </span>
            }
            .into_any()
        }
    }
}

fn sum(table: Option<&Table>, index: Index) -> AnyView {
    let below = table.map(|table| table.summed(index));
    view! { <math><munder><mo>"∑"</mo><mtext>{below}</mtext></munder></math> }.into_any()
}
