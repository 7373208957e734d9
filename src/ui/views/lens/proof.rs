//! The proof that the maps are the layer: what they give, against what the layer put out.

use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_core::text::{decimals, scientific, signed};
use lambdascope_explain::read::implicit_attention::Proof;

/// How many of the v values stand in the line itself.
const SHOWN: usize = 3;

/// What the maps give and what the layer put out, whatever kind of layer it is.
struct Shown {
    reconstructed: Vec<f32>,
    output: Vec<f32>,
    proof: Proof,
}

impl Shown {
    fn of(state: State) -> Option<Self> {
        let attention = state.selection.attention.read().as_ref().map(|reading| Self {
            reconstructed: reading.reconstructed.clone(),
            output: reading.output.clone(),
            proof: reading.proof,
        });
        attention.or_else(|| {
            state.selection.reading.read().as_ref().map(|reading| Self {
                reconstructed: reading.reconstructed.clone(),
                output: reading.output.clone(),
                proof: reading.proof,
            })
        })
    }
}

/// The proof in one line, and all its numbers for those who want them.
#[component]
pub fn ProofLine() -> impl IntoView {
    let state = State::here().resting();
    let shown = move || Shown::of(state);
    let relative = move || shown().map(|shown| format!("{:e}", shown.proof.relative()));
    let line = move || {
        let Some(Shown { proof, .. }) = shown() else { return "\u{a0}".to_owned() };
        format!("largest difference {} (of max |y| {:.2})", scientific(proof.difference), proof.scale)
    };
    let rows = move |from: usize, to: usize| {
        let Some(shown) = shown() else { return Vec::new() };
        let digits = decimals(shown.proof.scale) + 4;
        let pairs = shown.reconstructed.iter().zip(&shown.output).enumerate();
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
    let deep = Memo::new(move |_| state.with_layer(|layer| layer.intra() > 1).unwrap_or(false));
    let summed = move || if deep.get() { "m,u" } else { "m" };
    let value = move || if deep.get() { "mu" } else { "m" };
    view! {
        <section class="proof" aria-labelledby="proof-title">
            <h2 id="proof-title">"The maps are the layer"</h2>
            <p data-testid="proof" data-max-error=relative>
                <math>
                    <munder><mo>"∑"</mo><mi>{summed}</mi></munder>
                    <msub>
                        <mi>{move || if state.selection.is_attention.get() { "w" } else { "a" }}</mi>
                        <mrow><mi>"n"</mi><mi>{value}</mi></mrow>
                    </msub>
                    <msub><mi mathvariant="normal">"v"</mi><mi>{value}</mi></msub>
                    {move || (!state.selection.is_attention.get()).then(|| view! {
                        <mo>"+"</mo>
                        <mi mathvariant="normal">"q"</mi><mo>"·"</mo><mi mathvariant="normal">"b"</mi>
                    })}
                </math>
                " against the layer’s own output "
                <math><msub><mi mathvariant="normal">"y"</mi><mi>"n"</mi></msub></math>
                ": "
                <strong>{line}</strong>
            </p>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Channels of the output">
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
