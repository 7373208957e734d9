//! The network as a strip of its parts in one line that scrolls; the lambda and attention layers can be chosen.

use leptos::html;
use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::widgets::choice::{Choice, Item};
use lambdascope_core::nn::card::{NetworkPart, PartKind};
use lambdascope_core::nn::trace::LayerTrace;

/// The strip with the choice of the head.
#[component]
pub fn Strip() -> impl IntoView {
    let state = State::here();
    let heads = Memo::new(move |_| state.with_layer(LayerTrace::heads).unwrap_or(0));
    let has_heads = move || state.nothing_inside.read().is_none();
    let parts = NodeRef::<html::Div>::new();
    view! {
        <section class="strip-row" aria-label="Network">
            <fieldset class="strip" data-testid="layer-select">
                <legend><span>"Layer"</span></legend>
                <div class="strip-parts" node_ref=parts tabindex="0" role="group" aria-label="Parts of the network, from picture to classes">
                    {move || match state.networks.running.get() {
                        Some(running) => running.card.parts.into_iter().map(|part| view! { <Part part parts /> }).collect_view().into_any(),
                        None => view! { <span class="strip-part strip-empty">"The network appears here once it is loaded."</span> }.into_any(),
                    }}
                </div>
            </fieldset>
            <Show when=has_heads>
                <div class="strip-choices">
                    <Choice
                        name="head-select"
                        legend="Head"
                        items=Signal::derive(move || (0..heads.get()).map(|head| Item::plain(head.to_string())).collect())
                        selected=Signal::derive(move || state.selection.place.read().as_ref().map_or(0, |place| place.query.head))
                        on_choose=move |head| state.choose_head(head)
                    />
                    <IntraChoice />
                </div>
            </Show>
        </section>
    }
}

/// Which of the u maps is shown, where a layer has an intra-depth: each weighs values of its own.
#[component]
fn IntraChoice() -> impl IntoView {
    let state = State::here();
    let depth = Memo::new(move |_| state.with_layer(LayerTrace::intra).unwrap_or(1));
    let chosen = Memo::new(move |_| state.selection.place.read().as_ref().map_or(0, |place| place.query.u));
    let select = move || {
        let options = (0..depth.get()).map(|u| {
            view! { <option value=u.to_string() prop:selected=move || chosen.get() == u>{u}</option> }
        });
        view! {
            <label class="intra" title="The layer’s intra-depth: it has this many sets of keys and values, each with maps of its own">
                <span class="intra-word">"Depth " <span class="symbol">"u"</span></span>
                <select
                    class="button"
                    data-testid="intra-select"
                    on:change=move |event| {
                        if let Ok(u) = event_target_value(&event).parse() {
                            state.choose_u(u);
                        }
                    }
                >
                    {options.collect_view()}
                </select>
            </label>
        }
    };
    move || (depth.get() > 1).then(select)
}

/// A part. `parts` is the line that it stands in, which is scrolled so that the chosen layer is in sight.
#[component]
fn Part(part: NetworkPart, parts: NodeRef<html::Div>) -> impl IntoView {
    let state = State::here();
    let NetworkPart { name, shape: [height, width, channels], kind } = part;
    let word = match kind {
        PartKind::Stem => "stem",
        PartKind::Convolution => "conv",
        PartKind::Lambda { .. } => "lambda",
        PartKind::Attention { .. } => "attention",
        PartKind::Head => "classifier",
    };
    let place = name.strip_prefix("stages.").unwrap_or("").to_owned();
    let shape = if height * width == 1 { channels.to_string() } else { format!("{height}×{width}×{channels}") };
    let title = name.clone();
    let face = view! {
        <span class="part-word">
            {matches!(kind, PartKind::Lambda { .. }).then(|| view! { <span class="part-sign" aria-hidden="true">"λ"</span> })}
            {word} " " <span class="part-place">{place}</span>
        </span>
        <span class="part-shape">{shape}</span>
    };
    match kind {
        PartKind::Lambda { layer } | PartKind::Attention { layer } => {
            let label = NodeRef::<html::Label>::new();
            let is_chosen =
                Memo::new(move |_| state.selection.place.read().as_ref().is_some_and(|place| place.layer == layer));
            Effect::new(move |_| {
                if let (true, Some(line), Some(label)) = (is_chosen.get(), parts.get(), label.get()) {
                    let middle = label.offset_left() - line.offset_left() + label.offset_width() / 2;
                    line.set_scroll_left(middle - line.client_width() / 2);
                }
            });
            view! {
            <label class="strip-part strip-lambda" title=title node_ref=label>
                <input
                    type="radio"
                    name="layer-select"
                    value=name
                    prop:checked=is_chosen
                    prop:disabled=move || state.answer.read().is_none()
                    on:change=move |_| state.choose_layer(layer)
                />
                {face}
            </label>
            }
            .into_any()
        }
        _ => view! { <span class="strip-part strip-plain" title=title>{face}</span> }.into_any(),
    }
}
