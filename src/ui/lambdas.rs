//! The lambdas as matrices: the content lambda of the picture and the position lambda of the query, on a signed scale of
//! their own.

use leptos::html;
use leptos::prelude::*;

use super::browser;
use super::state::State;
use crate::explain::colour::diverging;
use crate::explain::numbers::{decimals, signed};
use crate::explain::pixels::opaque;
use crate::tensor::{Tensor, max_abs};

/// λᶜ and λᵖ_n side by side.
#[component]
pub fn Lambdas() -> impl IntoView {
    let state = State::here();
    let content = Memo::new(move |_| state.reading.read().as_ref().map(|reading| reading.lambda_content.clone()));
    let position = Memo::new(move |_| state.reading.read().as_ref().map(|reading| reading.lambda_position.clone()));
    let limit = Memo::new(move |_| {
        let largest = |lambda: Option<Tensor>| lambda.map_or(0.0, |lambda| max_abs(lambda.data()));
        largest(content.get()).max(largest(position.get()))
    });
    let ends = move || {
        let limit = limit.get();
        format!("{} to {}", signed(-limit, decimals(limit)), signed(limit, decimals(limit)))
    };
    view! {
           <section class="lambdas" aria-labelledby="lambdas-title">
               <h2 id="lambdas-title">"The way the layer computes it"</h2>
               <div class="matrices">
                   <Matrix
    lambda=content limit symbol=view! { "λ"<sup>"c"</sup> }.into_any() name="content lambda" caption="one for the whole picture" test_id="lambda-content" />
                   <span class="glyph" aria-hidden="true">"+"</span>
                   <Matrix
    lambda=position limit symbol=view! { "λ"<sup>"p"</sup><sub>"n"</sub> }.into_any() name="position lambda" caption="this query’s own, bias included" test_id="lambda-position" />
               </div>
               <p class="quiet">
                   "Rows are the key channels, columns the value channels; scale "{ends}". The query weighs the rows and adds them up: "
                   <math>
                       <msub><mi mathvariant="normal">"y"</mi><mi>"n"</mi></msub>
                       <mo>"="</mo>
                       <msup><mrow><mo>"("</mo><msup><mi>"λ"</mi><mi>"c"</mi></msup><mo>"+"</mo><msubsup><mi>"λ"</mi><mi>"n"</mi><mi>"p"</mi></msubsup><mo>")"</mo></mrow><mi>"⊤"</mi></msup>
                       <msub><mi mathvariant="normal">"q"</mi><mi>"n"</mi></msub>
                   </math>
                   ". No map of attention is ever made."
               </p>
           </section>
       }
}

#[component]
fn Matrix(
    lambda: Memo<Option<Tensor>>,
    limit: Memo<f32>,
    symbol: AnyView,
    name: &'static str,
    caption: &'static str,
    test_id: &'static str,
) -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(lambda)) = (canvas.get(), lambda.get()) else { return };
        let [rows, columns] = lambda.shape() else { return };
        let (limit, theme) = (limit.get(), state.theme.get());
        let pixels: Vec<u8> = lambda.data().iter().flat_map(|value| opaque(diverging(*value, limit, theme))).collect();
        browser::draw(&canvas, *columns, *rows, &pixels);
    });
    let ratio = move || {
        lambda.read().as_ref().map(|lambda| {
            let shape = lambda.shape();
            format!("{} / {}", shape.get(1).copied().unwrap_or(1), shape.first().copied().unwrap_or(1))
        })
    };
    view! {
        <figure class="matrix">
            <canvas
                class="cells"
                width="1"
                height="1"
                role="img"
                aria-label=format!("{name}: {caption}")
                data-testid=test_id
                node_ref=canvas
                style:aspect-ratio=ratio
            ></canvas>
            <figcaption><span class="symbol">{symbol}</span>" "{name}": "{caption}</figcaption>
        </figure>
    }
}
