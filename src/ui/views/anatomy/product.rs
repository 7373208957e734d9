//! y_n = (λᶜ + λᵖ_n)ᵀ q_n as matrices, from left to right, with the query that asks.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::with_subject;
use crate::ui::views::anatomy::linked::Linked;
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use lambdascope_core::text::{decimals, scientific, signed};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::anatomy::Product;

/// The section.
#[component]
pub fn ProductSection(linked: Linked) -> impl IntoView {
    let state = State::here();
    let product = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        with_subject(state, state.selection.shown.get(), |layer, subject| Product::of(layer, subject, &reading))
    });
    let part = move |of: fn(&Product) -> &Figure| -> Signal<Option<Arc<Figure>>> {
        Memo::new(move |_| product.read().as_ref().map(|product| Arc::new(of(product).clone()))).into()
    };
    // A row and a column of the lambdas.
    let size = move |of: fn(&Product) -> &Figure| {
        Memo::new(move |_| product.read().as_ref().map(|product| [of(product).grid.rows, of(product).grid.columns]))
    };
    let lambda_size = size(|product| &product.lambda);
    let lit = Memo::new(move |_| {
        let [rows, columns] = lambda_size.get().unwrap_or_default();
        let row = linked.key().filter(|row| *row < rows).map(|row| [row, 0, row, columns - 1]);
        let column = linked.value().filter(|column| *column < columns).map(|column| [0, column, rows - 1, column]);
        row.into_iter().chain(column).collect::<Vec<_>>()
    });
    let lit_row = move |at: fn(Linked) -> Option<usize>, of: fn(&Product) -> &Figure| {
        let size = size(of);
        Memo::new(move |_| {
            let Some([rows, heads]) = size.get() else { return Vec::new() };
            at(linked).filter(|row| *row < rows).map(|row| [row, 0, row, heads - 1]).into_iter().collect()
        })
    };
    let is_wide = move || {
        let [rows, columns] = lambda_size.get().unwrap_or_default();
        columns > 2 * rows
    };
    let term = move || {
        let product = product.get()?;
        let (row, column) = (linked.key(), linked.value());
        let term = product.term(row.unwrap_or(0), column.unwrap_or(0))?;
        let write = |value: f32, figure: &Figure| signed(value, decimals(figure.scale.limit()) + 1);
        let q = write(term.q, &product.query);
        let lambda = write(term.lambda, &product.lambda);
        let output = write(term.output, &product.output);
        Some(match (row, column) {
            (Some(i), Some(j)) => {
                let part = write(term.q * term.lambda, &product.output);
                format!("q[{i}] · λ[{i}, {j}] = {q} · {lambda} = {part}, one of the terms of y[{j}] = {output}")
            }
            (Some(i), None) => format!("key channel {i}: the query weights row {i} of λ by q[{i}] = {q}"),
            (None, Some(j)) => {
                format!("value channel {j}: column {j} of λ, weighted by the query, gives y[{j}] = {output}")
            }
            (None, None) => "Point at a row, a column or a map: what belongs to it lights up everywhere.".to_owned(),
        })
    };
    let difference = state.at_rest(move || product.read().as_ref().map(|product| product.difference));
    let choose_head = Callback::new(move |cell: [usize; 2]| state.choose_head(cell[1]));
    view! {
        <section class="product-section" aria-labelledby="product-title">
            <h3 id="product-title">"One query: " <ProductFormula /></h3>
            <div class="product-room">
                <div class="product-query">
                    <QueryGrid />
                    <Nudges />
                </div>
                <div class="product" class:product-wide=is_wide>
                    <FigureView figure=part(|p| &p.content) symbol=view! { "λ"<sup>"c"</sup> }.into_any() test_id="lambda-content" pointed=linked.cell square=false lit />
                    <span class="glyph" aria-hidden="true">"+"</span>
                    <FigureView figure=part(|p| &p.position) symbol=view! { "λ"<sup>"p"</sup><sub>"n"</sub> }.into_any() test_id="lambda-position" pointed=linked.cell square=false lit />
                    <span class="glyph" aria-hidden="true">"="</span>
                    <FigureView figure=part(|p| &p.lambda) symbol=view! { "λ"<sub>"n"</sub> }.into_any() test_id="lambda-sum" pointed=linked.cell square=false lit />
                    <span class="glyph" aria-hidden="true">"·"</span>
                    <div class="product-heads">
                        <FigureView figure=part(|p| &p.query) symbol=view! { "q"<sub>"n"</sub> }.into_any() test_id="anatomy-query" pointed=linked.query square=false lit=lit_row(Linked::key, |p| &p.query) on_choose=choose_head />
                    </div>
                    <span class="glyph" aria-hidden="true">"="</span>
                    <div class="product-heads">
                        <FigureView figure=part(|p| &p.output) symbol=view! { "y"<sub>"n"</sub> }.into_any() test_id="anatomy-output" pointed=linked.output square=false lit=lit_row(Linked::value, |p| &p.output) on_choose=choose_head />
                    </div>
                </div>
            </div>
            <p class="readout" data-testid="anatomy-term"><output>{move || term().unwrap_or_else(|| "–".to_owned())}</output></p>
            <p class="quiet" data-testid="anatomy-difference" data-difference=move || difference.get().map(|d| format!("{d:e}"))>
                "Rows of λ are key channels, columns value channels. All heads share one λ; each has its own column of q and y, and the chosen one’s is outlined. Largest difference from the output that the layer computed: "
                <strong>{move || difference.get().map_or_else(|| "–".to_owned(), scientific)}</strong>"."
            </p>
        </section>
    }
}

#[component]
fn ProductFormula() -> impl IntoView {
    view! {
        <math>
            <msup>
                <mrow><mo>"("</mo><msup><mi>"λ"</mi><mi>"c"</mi></msup><mo>"+"</mo><msubsup><mi>"λ"</mi><mi>"n"</mi><mi>"p"</mi></msubsup><mo>")"</mo></mrow>
                <mi>"⊤"</mi>
            </msup>
            <msub><mi mathvariant="normal">"q"</mi><mi>"n"</mi></msub>
            <mo>"="</mo>
            <msub><mi mathvariant="normal">"y"</mi><mi>"n"</mi></msub>
        </math>
    }
}
