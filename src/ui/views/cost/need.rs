//! How much memory attention's maps would take at any size, against what this device and others have; and the paper's table.

use leptos::prelude::*;

use crate::page::need::{Bar, NEED, SLIDERS, Slider, amount, bars, read, usual, write};
use crate::ui::browser::gpu;
use crate::ui::state::State;
use lambdascope_core::cost::need::{Need, PRESETS, What, binary_gigabytes, paper, sentence};
use lambdascope_core::nn::trace::LayerTrace;

/// The section.
#[component]
pub fn Needs() -> impl IntoView {
    let state = State::here();
    let need = Memo::new(move |_| state.parameter::<String>(NEED).and_then(|text| read(&text)).unwrap_or_else(usual));
    let choose = move |need: Need| state.set_parameter(NEED, write(&need));
    let limits = RwSignal::new(Vec::new());
    leptos::task::spawn_local(async move {
        if let Some(found) = gpu::limits().await {
            // The view may have gone meanwhile.
            let _ = limits.try_set(found);
        }
    });
    let rows = move || bars(&need.get(), &limits.read()).into_iter().map(row).collect_view();
    view! {
        <section class="need" aria-labelledby="need-title">
            <h3 id="need-title">"How much would attention need?"</h3>
            <p class="quiet">
                "Why not simply buy more memory? Because doubling a picture’s side takes sixteen times as much. (Streamed attention, such as FlashAttention, does not store the map either; its multiplications stay, n² of them for each head, as the measurement above shows.)"
            </p>
            <Presets choose />
            <div class="need-sliders">
                {SLIDERS.iter().map(|slider| view! { <Slide slider need choose /> }).collect_view()}
            </div>
            <p role="status" data-testid="need-said">{move || sentence(&need.read())} "."</p>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="need-title">
                <table class="need-bars" data-testid="need-bars">
                    <thead class="hidden">
                        <tr>
                            <th scope="col">"what"</th>
                            <th scope="col">"bytes"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="quiet">"The bars are on a logarithmic scale: a little longer is a lot more."</p>
            <Paper />
        </section>
    }
}

fn row(bar: Bar) -> impl IntoView {
    let kind = match bar.what {
        Some(What::Map) => "attention",
        Some(_) => "lambda",
        None => "there",
    };
    view! {
        <tr data-kind=kind>
            <th scope="row">{bar.title.clone()}<small>{bar.note.clone()}</small></th>
            <td>
                <i style=format!("--length: {:.4}", bar.length) aria-hidden="true"></i>
                <strong>{amount(&bar)}</strong>
            </td>
        </tr>
    }
}

#[component]
fn Slide(slider: &'static Slider, need: Memo<Need>, choose: impl Fn(Need) + Copy + Send + 'static) -> impl IntoView {
    let id = format!("need-{}", slider.id);
    let moved = move |event| {
        if let Ok(place) = event_target_value(&event).parse() {
            choose(slider.set(&need.get_untracked(), place));
        }
    };
    view! {
        <label class="need-slider">
            <span>{slider.title} " " <output>{move || slider.write(&need.read())}</output></span>
            <input
                type="range"
                min="0"
                max=(slider.choices.len() - 1).to_string()
                step="1"
                data-testid=id
                prop:value=move || slider.place(&need.read()).to_string()
                aria-valuetext=move || slider.write(&need.read())
                on:input=moved
            />
        </label>
    }
}

/// Sizes to begin with; the layer on screen is one.
#[component]
fn Presets(choose: impl Fn(Need) + Copy + Send + 'static) -> impl IntoView {
    let state = State::here();
    let own = Memo::new(move |_| state.with_layer(of_layer).flatten());
    view! {
        <div class="need-presets" role="group" aria-label="Sizes to begin with">
            {PRESETS
                .map(|(title, need)| {
                    view! {
                        <button type="button" class="button" on:click=move |_| choose(need)>{title}</button>
                    }
                })
                .collect_view()}
            {move || {
                own.get().map(|need| {
                    view! {
                        <button type="button" class="button" data-testid="need-own" on:click=move |_| choose(need)>"the layer on screen"</button>
                    }
                })
            }}
        </div>
    }
}

/// A layer's own sizes: its map, as if it were a picture of that many pixels.
fn of_layer(layer: &LayerTrace) -> Option<Need> {
    let [height, width] = layer.map();
    let (heads, key_depth, value_depth) = match layer {
        LayerTrace::Lambda(layer) => (layer.dims.heads, layer.dims.key_depth, layer.dims.value_depth),
        LayerTrace::Attention(layer) => (layer.dims.heads, layer.dims.key_depth, layer.dims.value_depth),
    };
    let [side, heads, key_depth, value_depth] = [height, heads, key_depth, value_depth].map(|size| size as u64);
    (height == width).then_some(Need { side, stride: 1, heads, batch: 1, number: 4, key_depth, value_depth })
}

/// The paper's table, with its figures and ours.
#[component]
fn Paper() -> impl IntoView {
    let rows = paper().map(|row| {
        view! {
            <tr>
                <th scope="row">{row.layer}</th>
                <td>{row.space}</td>
                <td>{row.said}</td>
                <td>{binary_gigabytes(row.bytes)}</td>
            </tr>
        }
    });
    view! {
        <div class="need-paper">
            <h4 id="need-paper-title">"The paper’s own table, counted again"</h4>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="need-paper-title">
                <table class="numbers" data-testid="need-paper">
                    <thead>
                        <tr>
                            <th scope="col">"a ResNet-50 of"</th>
                            <th scope="col">"space"</th>
                            <th scope="col">"paper, GB"</th>
                            <th scope="col">"counted, GB"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="quiet">
                "LambdaNetworks, section 5.1: 128 pictures of 224×224, 8 heads, 4 bytes a number, a GB being 2³⁰ bytes. It counts attention’s maps and lambda’s position embeddings, for maps of 56, 28, 14 and 7 in 3, 4, 6 and 3 blocks. The embeddings serve all pictures of a batch, which is why they are so few."
            </p>
        </div>
    }
}
