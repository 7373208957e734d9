//! What the stage shows, in words, for someone who knows attention.

use leptos::prelude::*;

use crate::ui::state::State;

/// The notes beside the figures.
#[component]
pub fn Notes() -> impl IntoView {
    let state = State::here();
    view! {
        <section class="notes" aria-labelledby="notes-title">
            <h2 id="notes-title">"How to read it"</h2>
            {move || match state.selection.is_attention.get() {
                true => view! { <OfAttention /> }.into_any(),
                false => view! { <OfLambda /> }.into_any(),
            }}
            <p class="caveat">
                "The maps say exactly what this one layer did. They are not an explanation of the class that the network chose: other layers, and the shortcuts around this one, have their say too."
            </p>
        </section>
    }
}

/// How a lambda layer's maps are read.
#[component]
fn OfLambda() -> impl IntoView {
    view! {
        <p>
            "Attention compares a query with every key, and the softmax of those comparisons says how much of each value to take. A lambda layer never makes that comparison. It first turns the context into a small matrix, the "
            <em>"lambda"</em>", and then applies that matrix to the query."
        </p>
        <p>
            "But a linear map can be read both ways. Multiply it out from the query’s end and the layer’s output is a weighted sum of the values after all, exactly. (For the position part, this engine does just that, since it takes fewer multiplications; nothing is compared or normalised, and no weight is stored.)"
        </p>
        <math display="block">
            <mtable>
                <mtr>
                    <mtd><msub><mi>"a"</mi><mrow><mi>"n"</mi><mi>"m"</mi></mrow></msub></mtd>
                    <mtd><mo>"="</mo></mtd>
                    <mtd>
                        <msub><mi mathvariant="normal">"q"</mi><mi>"n"</mi></msub>
                        <mo>"·"</mo>
                        <mo>"("</mo>
                        <msub><mover><mi mathvariant="normal">"k"</mi><mo>"¯"</mo></mover><mi>"m"</mi></msub>
                        <mo>"+"</mo>
                        <msub><mi mathvariant="normal">"e"</mi><mrow><mi>"n"</mi><mi>"m"</mi></mrow></msub>
                        <mo>")"</mo>
                    </mtd>
                </mtr>
                <mtr>
                    <mtd><msub><mi mathvariant="normal">"y"</mi><mi>"n"</mi></msub></mtd>
                    <mtd><mo>"="</mo></mtd>
                    <mtd>
                        <munder><mo>"∑"</mo><mi>"m"</mi></munder>
                        <msub><mi>"a"</mi><mrow><mi>"n"</mi><mi>"m"</mi></mrow></msub>
                        <msub><mi mathvariant="normal">"v"</mi><mi>"m"</mi></msub>
                        <mo>"+"</mo>
                        <msub><mi mathvariant="normal">"q"</mi><mi>"n"</mi></msub>
                        <mo>"·"</mo>
                        <mi mathvariant="normal">"b"</mi>
                    </mtd>
                </mtr>
            </mtable>
        </math>
        <dl>
            <dt>"Content"</dt>
            <dd>
                "Only what is there matters, not where: the keys "
                <span class="symbol">"k̄"</span>
                " were normalised over all positions of the picture, so every query sees the same keys and only weighs their channels differently."
            </dd>
            <dt>"Position"</dt>
            <dd>
                "Only direction and distance from the query matter, not what is there: one learned vector "
                <span class="symbol">"e"</span>
                " for every offset inside the outlined window, the same in every picture. The query alone decides how they are mixed."
            </dd>
            <dt>"Total"</dt>
            <dd>
                "Their sum, the weight with which the value at m enters the output at n. It is signed and need not sum to 1: blue cells are subtracted, which a softmax could not do."
            </dd>
        </dl>
        <p>
            "Keys, values and positions are shared by all heads; only the query differs. Rows and columns count from 0, and q and v are normalised, as the layer used them."
        </p>
    }
}

/// How softmax weights are read.
#[component]
fn OfAttention() -> impl IntoView {
    view! {
        <p>
            "Self-attention compares a query with the key at every position, and adds how well the query matches that position’s vertical and horizontal offset. The softmax of these sums says how much of each value is taken: the weights are never negative and sum to 1."
        </p>
        <p>
            "Every head has queries, keys and values of its own. The sums inside the softmax split into a content part and a position part; the weights do not, so only the weights are shown. The engine never holds such a map: the page works it out for the query you point at."
        </p>
    }
}
