//! The proof that the maps are the layer: what they give, against what the layer put out.

use leptos::prelude::*;

use super::state::State;
use crate::explain::numbers::{decimals, scientific, signed};

/// How many of the v values stand in the line itself.
const SHOWN: usize = 3;

/// The proof in one line, and all its numbers for those who want them.
#[component]
pub fn ProofLine() -> impl IntoView {
    let state = State::here();
    let relative = move || state.reading.read().as_ref().map(|reading| format!("{:e}", reading.proof.relative()));
    let line = move || {
        let Some(reading) = state.reading.get() else { return "\u{a0}".to_owned() };
        let proof = reading.proof;
        format!("largest difference {} (of max |y| {:.2})", scientific(proof.difference), proof.scale)
    };
    let rows = move |from: usize, to: usize| {
        let Some(reading) = state.reading.get() else { return Vec::new() };
        let digits = decimals(reading.proof.scale) + 4;
        let pairs = reading.reconstructed.iter().zip(&reading.output).enumerate();
        pairs
            .skip(from)
            .take(to - from)
            .map(|(j, (sum, own))| {
                view! {
                    <tr>
                        <th scope="row">{j}</th>
                        <td>{signed(*sum, digits)}</td>
                        <td>{signed(*own, digits)}</td>
                        <td>{scientific((sum - own).abs())}</td>
                    </tr>
                }
            })
            .collect()
    };
    // With an intra-depth the sum goes over its keys and values too.
    let deep = Memo::new(move |_| state.with_layer(|layer| layer.dims.intra > 1).unwrap_or(false));
    let summed = move || if deep.get() { "m,u" } else { "m" };
    let value = move || if deep.get() { "mu" } else { "m" };
    view! {
        <section class="proof" aria-labelledby="proof-title">
            <h2 id="proof-title">"The maps are the layer"</h2>
            <p data-testid="proof" data-max-error=relative>
                <math>
                    <munder><mo>"∑"</mo><mi>{summed}</mi></munder>
                    <msub><mi>"a"</mi><mrow><mi>"n"</mi><mi>{value}</mi></mrow></msub>
                    <msub><mi mathvariant="normal">"v"</mi><mi>{value}</mi></msub>
                    <mo>"+"</mo>
                    <mi mathvariant="normal">"q"</mi><mo>"·"</mo><mi mathvariant="normal">"b"</mi>
                </math>
                " against the layer’s own output "
                <math><msub><mi mathvariant="normal">"y"</mi><mi>"n"</mi></msub></math>
                ": "
                <strong>{line}</strong>
            </p>
            <div class="table-scroll">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">"channel"</th>
                            <th scope="col">"from the maps"</th>
                            <th scope="col">"layer’s own"</th>
                            <th scope="col">"difference"</th>
                        </tr>
                    </thead>
                    <tbody>{move || rows(0, SHOWN)}</tbody>
                    <tbody id="proof-rest" hidden=move || !state.all_numbers.get()>
                        {move || if state.all_numbers.get() { rows(SHOWN, usize::MAX) } else { Vec::new() }}
                    </tbody>
                </table>
            </div>
            <button
                type="button"
                class="button"
                data-testid="proof-all"
                aria-controls="proof-rest"
                aria-expanded=move || if state.all_numbers.get() { "true" } else { "false" }
                on:click=move |_| state.all_numbers.update(|all| *all = !*all)
            >
                {move || if state.all_numbers.get() { "Only the first three" } else { "All of this head’s outputs" }}
            </button>
        </section>
    }
}
