//! What either order costs for the layer on screen, with the formulas.

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::layer_place;
use lambdascope_core::kernels::lambda_order::Order;
use lambdascope_core::text::{bytes, grouped};
use lambdascope_explain::views::orders::cost::{Asked, Costs, Formula, engine};

/// The pictures of a batch.
const BATCH: u64 = 128;

/// The table.
#[component]
pub fn CostTable() -> impl IntoView {
    let state = State::here();
    let layer = layer_place(state);
    let costs = Memo::new(move |_| state.with_query(state.selection.place.get(), Costs::of));
    let row = move |name: &'static str, quantity: &'static str, count: fn(&Costs, Asked) -> Formula| {
        let write = move |number| if quantity == "bytes" { bytes(number) } else { grouped(number) };
        let cells = move || {
            let costs = costs.get()?;
            let cells = [Asked::One, Asked::All, Asked::Batch(BATCH)].map(|asked| {
                let formula = count(&costs, asked);
                let total = formula.total();
                view! {
                    <td data-total=total.to_string()>
                        <strong>{write(total)}</strong>
                        <small>{formula.symbols()}</small>
                        <small>{formula.numbers()}</small>
                    </td>
                }
            });
            Some(cells.into_iter().collect_view())
        };
        view! {
            <tr>
                <th scope="row">{name} <small>{quantity}</small></th>
                {cells}
            </tr>
        }
    };
    let rest = move || {
        let costs = costs.get()?;
        let engine = state.with_query(layer.get(), |layer, _| engine(layer)).flatten();
        let engine = engine.map_or_else(
            || "This layer is masked; the engine has a kernel of its own for that.".to_owned(),
            |(order, macs)| {
                let how = match order {
                    Order::WeightsFirst => "never compares a query with keys: it builds λᶜ first, as the layer is defined. For the position part alone it multiplies from the query’s end, which gives the same numbers with fewer multiplications and stores neither n×m weights nor n lambdas",
                    Order::LambdaFirst => "builds every query’s λ first, one at a time",
                };
                format!("Here this engine {how}: {} multiplications.", grouped(macs))
            },
        );
        Some(format!(
            "P = {} pairs of a query and a position in its window, p those of this query. Either order reads the position embeddings, {}, once per batch. {engine}",
            grouped(costs.position_pairs()),
            bytes(costs.embedding_bytes()),
        ))
    };
    view! {
        <section class="orders-costs" aria-labelledby="costs-title">
            <h3 id="costs-title">"What each costs here"</h3>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="costs-title">
                <table class="costs" data-testid="costs">
                    <thead>
                        <tr>
                            <td></td>
                            <th scope="col">"one query"</th>
                            <th scope="col">"all queries"</th>
                            <th scope="col">{format!("{BATCH} pictures")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {row("summarise, apply", "multiplications", Costs::summarise)}
                        {row("compare, sum", "multiplications", Costs::compare)}
                        {row("lambdas", "bytes", Costs::lambda_bytes)}
                        {row("weights", "bytes", Costs::weight_bytes)}
                    </tbody>
                </table>
            </div>
            <p class="quiet">
                "Bytes are the memory held between the two multiplications, 4 per number. A lambda serves all heads; weights are each head’s own. " {rest}
            </p>
        </section>
    }
}
