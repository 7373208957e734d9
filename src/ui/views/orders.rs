//! Two orders, one answer: the same three factors multiplied from either side, what that costs, and what softmax attention
//! does instead.

mod chart;
mod costs;
mod shapes;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::with_subject;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use lambdascope_core::text::{decimals, scientific, signed};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::orders;
use lambdascope_explain::views::orders::{Outputs, Stop};

/// The view.
#[component]
pub fn Orders() -> impl IntoView {
    let state = State::here();
    let stop = Memo::new(move |_| state.parameter::<usize>("step").map(Stop::at).unwrap_or_default());
    let choose = move |index: usize| {
        state.set_parameter("step", (Stop::at(index) != Stop::default()).then(|| index.to_string()))
    };
    view! {
        <div class="orders explained">
            <p class="quiet">
                "Output and query are linked by one product of three factors, "
                <Formula />
                ". Multiply it from the left and you hold a weight for every position, as attention does; multiply it from the right and you hold one small matrix, λ. The numbers are the same."
            </p>
            <Choice
                name="order-stop"
                legend="Multiply"
                items=Signal::stored(vec![
                    Item::new("compare, then sum", "First query with keys: n×m weights; then the weights with the values"),
                    Item::new("show the three factors", "Nothing is multiplied yet"),
                    Item::new("summarise, then apply", "First keys with values: a k×v lambda; then the lambda with the query"),
                ])
                selected=Signal::derive(move || stop.get().index())
                on_choose=choose
            />
            <shapes::Shapes stop />
            <Matrices stop />
            <OutputTable />
            <Softmax />
            <costs::CostTable />
            <chart::Charts />
        </div>
    }
}

/// The matrices of the chosen stop, with the query that asks.
#[component]
fn Matrices(stop: Memo<Stop>) -> impl IntoView {
    let state = State::here();
    let drawing = move |draw: fn(&State) -> Option<Figure>| -> Signal<Option<Arc<Figure>>> {
        Memo::new(move |_| draw(&state).map(Arc::new)).into()
    };
    let point = || RwSignal::new(None);
    let show = move || match stop.get() {
        Stop::Factors => {
            let factors = Memo::new(move |_| {
                with_subject(state, state.selection.shown.get(), |layer, subject| {
                    Arc::new(orders::factors(layer, subject))
                })
            });
            let part = move |of: fn(&orders::Factors) -> &Figure| -> Signal<Option<Arc<Figure>>> {
                Memo::new(move |_| factors.read().as_ref().map(|factors| Arc::new(of(factors).clone()))).into()
            };
            view! {
                <FigureView figure=part(|f| &f.query) symbol=view! { "q"<sub>"n"</sub> }.into_any() test_id="orders-query" pointed=point() square=false />
                <span class="glyph" aria-hidden="true">"·"</span>
                <FigureView figure=part(|f| &f.keys) symbol=view! { "(k̄"<sub>"m"</sub>" + e"<sub>"nm"</sub>")" }.into_any() test_id="orders-keys" pointed=point() square=false />
                <span class="glyph" aria-hidden="true">"·"</span>
                <FigureView figure=part(|f| &f.values) symbol=view! { "v"<sub>"m"</sub> }.into_any() test_id="orders-values" pointed=point() square=false />
            }
            .into_any()
        }
        Stop::Weights => {
            let weights = drawing(|state| {
                let reading = state.selection.reading.get()?;
                with_subject(*state, state.selection.shown.get(), |layer, subject| {
                    orders::weights(layer, subject, &reading)
                })
            });
            // Of all queries: it changes with layer, head and u alone, and so does the work.
            let head = Memo::new(move |_| {
                state.selection.place.get().map(|mut place| {
                    (place.query.y, place.query.x) = (0, 0);
                    place
                })
            });
            let all = Memo::new(move |_| with_subject(state, head.get(), orders::every_weight).flatten().map(Arc::new));
            let row = Signal::derive(move || {
                let row = state.with_query(state.selection.shown.get(), |layer, query| query.n(layer));
                let columns = all.read().as_ref().map(|figure| figure.grid.columns);
                row.zip(columns).map(|(row, columns)| [row, 0, row, columns - 1]).into_iter().collect::<Vec<_>>()
            });
            view! {
                <FigureView figure=weights symbol=view! { "a"<sub>"nm"</sub> }.into_any() test_id="orders-weights" pointed=point() />
                <Show when=move || all.read().is_some() fallback=|| {
                    view! { <p class="quiet">"The weights of all queries are too many to draw here."</p> }
                }>
                    <FigureView figure=all symbol=view! { "a"<sub>"nm"</sub>", n × m" }.into_any() test_id="orders-all-weights" pointed=point() square=false lit=row />
                </Show>
                <span class="glyph" aria-hidden="true">"→"</span>
                <Output stop=Stop::Weights />
            }
            .into_any()
        }
        Stop::Lambda => {
            let lambda = drawing(|state| {
                let reading = state.selection.reading.get()?;
                with_subject(*state, state.selection.shown.get(), |layer, subject| {
                    orders::lambda(layer, subject, &reading)
                })
            });
            view! {
                <FigureView figure=lambda symbol=view! { "λ"<sub>"n"</sub> }.into_any() test_id="orders-lambda" pointed=point() square=false />
                <span class="glyph" aria-hidden="true">"→"</span>
                <Output stop=Stop::Lambda />
            }
            .into_any()
        }
    };
    view! {
        <div class="orders-room">
            <div class="product-query">
                <QueryGrid />
                <Nudges />
            </div>
            <span class="glyph" aria-hidden="true">"→"</span>
            {show}
        </div>
    }
}

/// The output of one order.
#[component]
fn Output(stop: Stop) -> impl IntoView {
    let state = State::here();
    let figure = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        with_subject(state, state.selection.shown.get(), |layer, subject| {
            Arc::new(Outputs::of(layer, &reading).figure(subject, stop))
        })
    });
    view! {
        <div class="orders-output">
            <FigureView figure symbol=view! { "y"<sub>"n"</sub> }.into_any() test_id="orders-output" pointed=RwSignal::new(None) square=false />
        </div>
    }
}

/// Both outputs, number by number.
#[component]
fn OutputTable() -> impl IntoView {
    let state = State::here().resting();
    let outputs = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        state.with_query(state.selection.shown.get(), |layer, _| Outputs::of(layer, &reading))
    });
    let difference = move || outputs.read().as_ref().map(Outputs::difference);
    let all = RwSignal::new(false);
    let rows = move || {
        let outputs = outputs.get()?;
        let digits = decimals(outputs.scale()) + 4;
        let shown = if all.get() { usize::MAX } else { 3 };
        let rows = outputs.summed.iter().zip(&outputs.applied).zip(&outputs.own).enumerate().take(shown);
        let row = rows.map(|(j, ((summed, applied), own))| {
            view! {
                <tr>
                    <th scope="row">{j}</th>
                    <td>{signed(*summed, digits)}</td>
                    <td>{signed(*applied, digits)}</td>
                    <td>{scientific((summed - applied).abs())}</td>
                    <td>{signed(*own, digits)}</td>
                </tr>
            }
        });
        Some(row.collect_view())
    };
    view! {
        <section class="orders-outputs" aria-labelledby="outputs-title">
            <h3 id="outputs-title">"One answer"</h3>
            <p data-testid="orders-difference" data-difference=move || difference().map(|d| format!("{d:e}"))>
                "Largest difference between the two orders: "
                <strong>{move || difference().map_or_else(|| "–".to_owned(), scientific)}</strong>
                ", which is rounding: floating-point sums depend on their order in the last digits."
            </p>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="outputs-title">
                <table class="numbers" data-testid="orders-outputs">
                    <thead>
                        <tr>
                            <th scope="col">"channel"</th>
                            <th scope="col">"compare, sum"</th>
                            <th scope="col">"summarise, apply"</th>
                            <th scope="col">"difference"</th>
                            <th scope="col">"layer’s own"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <button type="button" class="button" aria-expanded=move || if all.get() { "true" } else { "false" } on:click=move |_| all.update(|all| *all = !*all)>
                {move || if all.get() { "Only the first three" } else { "All channels" }}
            </button>
        </section>
    }
}

/// What softmax attention would do with the same query and keys.
#[component]
fn Softmax() -> impl IntoView {
    let section = NodeRef::<html::Section>::new();
    let state = State::here().while_in_sight(section);
    let figure = Memo::new(move |_| {
        with_subject(state, state.selection.shown.get(), orders::softmax_attention).flatten().map(Arc::new)
    });
    let weights = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        with_subject(state, state.selection.shown.get(), |layer, subject| {
            Arc::new(orders::weights(layer, subject, &reading))
        })
    });
    let sum = move |figure: Memo<Option<Arc<Figure>>>| {
        figure.read().as_ref().map(|figure| format!("{:.4}", figure.grid.values.iter().sum::<f32>()))
    };
    view! {
        <section class="orders-softmax" aria-labelledby="softmax-title" node_ref=section>
            <h3 id="softmax-title">"And softmax attention?"</h3>
            <p class="quiet">
                "The two differ in the axis of their softmax. Attention takes it over positions for each query, so every query’s weights sum to 1, none is negative, and it must compare first. A lambda layer takes it over positions for each key channel, before any query comes in: its k columns sum to 1, its weights need not and are signed, and it may multiply in either order."
            </p>
            <Show when=move || figure.read().is_some() fallback=|| {
                view! { <p>"This layer adds no content lambda and uses no keys, so there is nothing to compare the query with."</p> }
            }>
                <div class="softmax-room">
                    <div>
                        <FigureView figure=weights symbol=view! { "q·(k̄"<sub>"m"</sub>" + e"<sub>"nm"</sub>")" }.into_any() test_id="softmax-lambda" pointed=state.pointed />
                        <p class="quiet">"the layer’s own: sums to " {move || sum(weights)}</p>
                    </div>
                    <div>
                        <FigureView figure symbol=view! { "softmax"<sub>"m"</sub>"(q·k"<sub>"m"</sub>"/√k)" }.into_any() test_id="softmax-map" pointed=state.pointed />
                        <p class="quiet">
                            "sums to " <output data-testid="softmax-sum">{move || sum(figure)}</output>
                            ". The network was not trained for this: the map shows the rule, not what an attention network would look at."
                        </p>
                    </div>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Formula() -> impl IntoView {
    view! {
        <math>
            <msubsup><mi mathvariant="normal">"q"</mi><mi>"n"</mi><mi>"⊤"</mi></msubsup>
            <munder><mo>"∑"</mo><mi>"m"</mi></munder>
            <mo>"("</mo>
            <msub><mover><mi mathvariant="normal">"k"</mi><mo>"¯"</mo></mover><mi>"m"</mi></msub>
            <mo>"+"</mo>
            <msub><mi mathvariant="normal">"e"</mi><mrow><mi>"n"</mi><mi>"m"</mi></mrow></msub>
            <mo>")"</mo>
            <msubsup><mi mathvariant="normal">"v"</mi><mi>"m"</mi><mi>"⊤"</mi></msubsup>
        </math>
    }
}
