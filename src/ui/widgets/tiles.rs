//! Small drawings side by side, of which one is looked at: a list with one tab stop, walked with the arrow keys.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::browser;
use crate::ui::browser::in_sight;
use crate::ui::state::State;
use crate::ui::widgets::overlay::{Marks, ring};
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::figures::figure::Figure;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Tells it from the others, whatever their order.
    pub key: usize,
    /// What is drawn.
    pub figure: Arc<Figure>,
    /// What it says under the drawing, name and value, line by line; the first line alone has a name without a value.
    pub lines: Vec<(String, String)>,
    /// What a screen reader hears.
    pub spoken: String,
}

/// The list.
#[component]
pub fn Tiles(
    #[prop(into)] tiles: Signal<Arc<Vec<Tile>>>,
    /// The key of the one that is looked at; the first where there is none of it.
    #[prop(into)]
    current: Signal<usize>,
    on_look: Callback<usize>,
    /// What a click, Enter or Space does beyond looking.
    #[prop(optional, into)]
    on_choose: Option<Callback<usize>>,
    /// Whether the pointer looks without a click.
    #[prop(optional)]
    follows_pointer: bool,
    /// Names the list in tests and its parts' ids.
    test_id: &'static str,
    label: &'static str,
) -> impl IntoView {
    let state = State::here();
    let list = NodeRef::<html::Div>::new();
    let current = Memo::new(move |_| {
        let (tiles, current) = (tiles.read(), current.get());
        let there = tiles.iter().any(|tile| tile.key == current);
        if there { current } else { tiles.first().map_or(0, |tile| tile.key) }
    });
    let choose = move |key: usize| {
        on_look.run(key);
        if let Some(choose) = on_choose {
            choose.run(key);
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() || event.ctrl_key() {
            return;
        }
        let keys: Vec<usize> = tiles.read_untracked().iter().map(|tile| tile.key).collect();
        let now = current.get_untracked();
        let (Some(at), Some(last)) = (keys.iter().position(|key| *key == now), keys.len().checked_sub(1)) else {
            return;
        };
        let columns = list.get().map_or(1, |list| columns(&list));
        let to = match event.key().as_str() {
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowRight" => (at + 1).min(last),
            "ArrowUp" => at.checked_sub(columns).unwrap_or(at),
            "ArrowDown" => Some(at + columns).filter(|to| *to <= last).unwrap_or(at),
            "Home" => 0,
            "End" => last,
            "Enter" | " " => {
                event.prevent_default();
                choose(now);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        on_look.run(keys[to]);
        if let Some(tile) = document().get_element_by_id(&tile_id(test_id, keys[to])) {
            let _ = tile.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    };
    let order = Memo::new(move |_| tiles.read().iter().map(|tile| tile.key).collect::<Vec<usize>>());
    let one = move |key: usize| {
        let own = NodeRef::<html::Div>::new();
        let tile = state.follow(in_sight(own), move || tiles.read().iter().find(|tile| tile.key == key).cloned());
        let lines = state.at_rest(move || tile.read().as_ref().map(|tile| tile.lines.clone()).unwrap_or_default());
        let spoken = state.at_rest(move || tile.read().as_ref().map(|tile| tile.spoken.clone()));
        let is_current = move || current.get() == key;
        view! {
            <div
                class="tile"
                role="option"
                id=tile_id(test_id, key)
                tabindex=move || if is_current() { "0" } else { "-1" }
                aria-selected=move || if is_current() { "true" } else { "false" }
                aria-label=spoken
                data-key=key
                node_ref=own
                on:click=move |_| choose(key)
                on:pointerenter=move |event: web_sys::PointerEvent| {
                    if follows_pointer && event.pointer_type() != "touch" {
                        on_look.run(key);
                    }
                }
            >
                <Drawing tile />
                <TileLines lines />
            </div>
        }
    };
    view! {
        <div class="tiles" role="listbox" aria-label=label data-testid=test_id node_ref=list on:keydown=pressed>
            <For each=move || order.get() key=|key| *key children=one />
        </div>
    }
}

/// The cells with the ring, too small for marks.
#[component]
fn Drawing(tile: Memo<Option<Tile>>) -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    let figure = Memo::new(move |_| tile.read().as_ref().map(|tile| tile.figure.clone()));
    Effect::new(move |_| {
        let (Some(canvas), Some(figure)) = (canvas.get(), figure.get()) else { return };
        browser::draw(&canvas, figure.grid.columns, figure.grid.rows, &figure.rgba(state.theme.get(), Display::Map));
    });
    let size =
        Memo::new(move |_| figure.read().as_ref().map_or([1, 1], |figure| [figure.grid.rows, figure.grid.columns]));
    let ratio = move || {
        let [rows, columns] = size.get();
        format!("{columns} / {rows}")
    };
    let ringed = move || figure.read().as_ref().and_then(|figure| figure.ring).map(|cell| ring(cell, "ring tile-ring"));
    view! {
        <div class="map tile-map" style:aspect-ratio=ratio aria-hidden="true">
            <canvas class="cells" width="1" height="1" node_ref=canvas></canvas>
            <Marks size=size>
                {ringed}
            </Marks>
        </div>
    }
}

#[component]
fn TileLines(lines: Memo<Vec<(String, String)>>) -> impl IntoView {
    move || {
        let line = |(name, value): (String, String)| {
            view! {
                <span class="tile-line">
                    <span class="tile-name">{name}</span>
                    " "
                    <span class="tile-value">{value}</span>
                </span>
                " "
            }
        };
        lines.get().into_iter().map(line).collect_view()
    }
}

fn tile_id(test_id: &str, key: usize) -> String {
    format!("{test_id}-{key}")
}

/// How many tiles stand in a row now.
fn columns(list: &web_sys::Element) -> usize {
    let tiles = list.children();
    let top = |i: u32| tiles.item(i).map(|tile| tile.get_bounding_client_rect().top());
    let first = top(0);
    (0..tiles.length()).take_while(|i| top(*i) == first).count().max(1)
}
