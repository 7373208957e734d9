//! The query vector as signed bars, and the share of the output that belongs to no pixel.

use leptos::html;
use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text::{decimals, signed};

/// q_n and q·b.
#[component]
pub fn QueryVector() -> impl IntoView {
    let section = NodeRef::<html::Section>::new();
    let state = State::here().while_in_sight(section);
    let depth = Memo::new(move |_| {
        state.with_layer(|layer| layer.as_lambda().map(|layer| layer.dims.key_depth)).flatten().unwrap_or(16)
    });
    let limit = Memo::new(move |_| state.selection.reading.read().as_ref().map_or(0.0, |reading| max_abs(&reading.q)));
    let bars = move || {
        (0..depth.get())
            .map(|i| {
                let value = Signal::derive(move || {
                    state.selection.reading.read().as_ref().and_then(|reading| reading.q.get(i).copied()).unwrap_or(0.0)
                });
                view! { <Bar name=i.to_string() value limit /> }
            })
            .collect_view()
    };
    let bias =
        Signal::derive(move || state.selection.reading.read().as_ref().map_or(0.0, |reading| reading.attention.bias));
    let bias_limit = Memo::new(move |_| {
        let outputs = state.selection.reading.read().as_ref().map_or(0.0, |reading| max_abs(&reading.output));
        outputs.max(bias.get().abs())
    });
    let explanation = move || {
        let none = state.with_layer(|layer| layer.as_lambda().map(|layer| max_abs(layer.position_bias.data()) == 0.0));
        if none.flatten().unwrap_or(false) {
            "This layer’s position convolution has no bias, so all of the output belongs to pixels."
        } else {
            "The position convolution’s bias belongs to no pixel: it adds this much to each of the head’s outputs. The \
             bar’s full length is the largest of these."
        }
    };
    view! {
        <section class="query-vector" aria-labelledby="query-vector-title" node_ref=section>
            <h2 id="query-vector-title">"The query " <span class="symbol">"q"<sub>"n"</sub></span></h2>
            <ol class="bars" data-testid="query-vector">{bars}</ol>
            <h3>"The bias " <span class="symbol">"q·b"</span></h3>
            <ol class="bars bars-one" data-testid="bias">
                <Bar name="q·b".to_owned() value=bias limit=bias_limit />
            </ol>
            <p class="quiet">{explanation}</p>
        </section>
    }
}

#[component]
fn Bar(name: String, #[prop(into)] value: Signal<f32>, limit: Memo<f32>) -> impl IntoView {
    let share = move || {
        let limit = limit.get();
        if limit > 0.0 { (value.get() / limit).clamp(-1.0, 1.0) } else { 0.0 }
    };
    view! {
        <li class="bar">
            <span class="bar-name">{name}</span>
            <span class="bar-track" aria-hidden="true">
                <span
                    class="bar-fill"
                    class:bar-negative=move || value.get() < 0.0
                    style=("--share", move || share().abs().to_string())
                ></span>
            </span>
            <span class="bar-value">{move || signed(value.get(), decimals(limit.get()) + 1)}</span>
        </li>
    }
}
