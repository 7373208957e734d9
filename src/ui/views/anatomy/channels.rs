//! The key maps and the value maps: a small map for every channel, the chosen one large.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::page::place::Move;
use crate::ui::browser;
use crate::ui::state::State;
use crate::ui::state::subject::{context_place, with_subject};
use crate::ui::views::anatomy::linked::Linked;
use crate::ui::widgets::figure::FigureView;
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::anatomy::{alone, key_maps, value_maps};

/// The section.
#[component]
pub fn Channels(linked: Linked) -> impl IntoView {
    let state = State::here();
    let place = context_place(state);
    let keys = Memo::new(move |_| with_subject(state, place.get(), key_maps).map(shared).unwrap_or_default());
    let values = Memo::new(move |_| with_subject(state, place.get(), value_maps).map(shared).unwrap_or_default());
    let key =
        RwSignal::new(state.parameters.with_untracked(|parameters| parameters.get("channel")?.parse::<usize>().ok()));
    Effect::new(move |_| state.set_parameter("channel", key.get().map(|key| key.to_string())));
    let value = RwSignal::new(None::<usize>);
    let is_masked = move || {
        place.get().is_some_and(|_| {
            state
                .with_query(place.get(), |layer, _| layer.mask != lambdascope_core::nn::mask::Mask::None)
                .unwrap_or(false)
        })
    };
    let of_u = move || {
        state
            .with_query(place.get(), |layer, _| layer.dims.intra)
            .filter(|intra| *intra > 1)
            .zip(state.selection.place.get())
            .map(|(intra, place)| {
                format!(" This layer has {intra} keys and values per position; these are for u = {}.", place.query.u)
            })
    };
    let sum = move || {
        let keys = keys.get();
        let figure = keys.get(at(key.get(), keys.len()))?;
        Some(figure.grid.values.iter().sum::<f32>())
    };
    view! {
        <section class="channels" aria-labelledby="keys-title" hidden=move || keys.read().is_empty()>
            <h3 id="keys-title">"Where: the key channels " <span class="symbol">"k̄"</span></h3>
            <p class="quiet">
                "Every key channel went through a softmax over the positions of the picture, so each map sums to 1. "
                {move || if is_masked() {
                    "This layer is masked: the sum runs over what this query sees, and every query has maps of its own."
                } else {
                    "All queries and all heads share these maps: moving the query changes none of them."
                }}
                {of_u}
            </p>
            <div class="channel-room">
                <Maps figures=keys chosen=key lit=Signal::derive(move || linked.key()) hovered=linked.key_map name="Key channels" test_id="key-maps" />
                <Chosen figures=keys chosen=key test_id="key-map" symbol=view! { "k̄"<sub>"m"</sub> }.into_any()>
                    "sums to " <output data-testid="key-sum">{move || sum().map(|sum| format!("{sum:.4}"))}</output>
                </Chosen>
            </div>
        </section>
        <section class="channels" aria-labelledby="values-title">
            <h3 id="values-title">"What: the values " <span class="symbol">"v"<sub>"m"</sub></span></h3>
            <p class="quiet">
                "Every position has one number for each value channel, of either sign, after the layer’s norm. Where a key channel is strong, the values there go into its row of λ"<sup>"c"</sup>"."
            </p>
            <div class="channel-room">
                <Maps figures=values chosen=value lit=Signal::derive(move || linked.value()) hovered=linked.value_map name="Value channels" test_id="value-maps" />
                <Chosen figures=values chosen=value test_id="value-map" symbol=view! { "v"<sub>"m"</sub> }.into_any()>
                    "The small maps share one scale; this one has its own."
                </Chosen>
            </div>
        </section>
    }
}

fn shared(figures: Vec<Figure>) -> Vec<Arc<Figure>> {
    figures.into_iter().map(Arc::new).collect()
}

/// The chosen channel, the first where there is none or the layer has no such.
fn at(chosen: Option<usize>, count: usize) -> usize {
    chosen.filter(|chosen| *chosen < count).unwrap_or(0)
}

/// The small maps: one tab stop, arrows go from map to map.
#[component]
fn Maps(
    figures: Memo<Vec<Arc<Figure>>>,
    chosen: RwSignal<Option<usize>>,
    lit: Signal<Option<usize>>,
    hovered: RwSignal<Option<usize>>,
    name: &'static str,
    test_id: &'static str,
) -> impl IntoView {
    let count = Memo::new(move |_| figures.read().len());
    let own = move || at(chosen.get(), count.get());
    let list = NodeRef::<html::Div>::new();
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let (key, count) = (event.key(), count.get_untracked());
        let from = at(chosen.get_untracked(), count);
        // One row of maps, whatever way they wrap.
        let to = match Move::of_key(&key, event.shift_key(), false) {
            Some(Move::By(dy, dx)) => from.saturating_add_signed(dy + dx).min(count.saturating_sub(1)),
            Some(Move::RowStart) => 0,
            Some(Move::RowEnd) => count.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        chosen.set(Some(to));
        let button = list.get_untracked().and_then(|list| list.children().item(to as u32));
        browser::focus(button);
    };
    let thumb = move |i: usize| {
        let canvas = NodeRef::<html::Canvas>::new();
        let state = State::here();
        Effect::new(move |_| {
            let (Some(canvas), Some(figure)) = (canvas.get(), figures.read().get(i).cloned()) else { return };
            browser::draw(
                &canvas,
                figure.grid.columns,
                figure.grid.rows,
                &figure.rgba(state.theme.get(), Display::Map),
            );
        });
        view! {
            <button
                type="button"
                role="radio"
                class="thumb"
                class:thumb-lit=move || lit.get() == Some(i)
                data-channel=i
                aria-label=move || figures.read().get(i).map(|figure| figure.title.clone())
                aria-checked=move || if own() == i { "true" } else { "false" }
                tabindex=move || if own() == i { "0" } else { "-1" }
                on:click=move |_| chosen.set(Some(i))
                on:pointerenter=move |_| hovered.set(Some(i))
                on:pointerleave=move |_| hovered.set(None)
                on:focus=move |_| hovered.set(Some(i))
                on:blur=move |_| hovered.set(None)
            >
                <canvas class="cells" width="1" height="1" node_ref=canvas aria-hidden="true"></canvas>
                <span aria-hidden="true">{i}</span>
            </button>
        }
    };
    view! {
        <div class="thumbs" role="radiogroup" aria-label=name data-testid=test_id node_ref=list on:keydown=pressed>
            {move || (0..count.get()).map(thumb).collect_view()}
        </div>
    }
}

/// The chosen map, large, on a scale of its own.
#[component]
fn Chosen(
    figures: Memo<Vec<Arc<Figure>>>,
    chosen: RwSignal<Option<usize>>,
    test_id: &'static str,
    symbol: AnyView,
    children: Children,
) -> impl IntoView {
    let figure = Memo::new(move |_| {
        let figures = figures.read();
        figures.get(at(chosen.get(), figures.len())).map(|figure| Arc::new(alone(figure)))
    });
    view! {
        <div class="chosen">
            <FigureView figure symbol test_id pointed=RwSignal::new(None) />
            <p class="quiet">{children()}</p>
        </div>
    }
}
