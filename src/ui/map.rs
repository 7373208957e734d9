//! One signed map: its cells on a canvas, exact to the pixel, and above them its signs, the window and the query's ring.

use leptos::html;
use leptos::prelude::*;

use super::browser;
use super::state::State;
use crate::explain::numbers::decimals;
use crate::explain::pixels::{map_rgba, overlay_rgba, picture_rgba, sign_marks};
use crate::explain::reading::MapKind;
use crate::explain::scale::Scope;

/// The crop that the network saw, on a canvas of its own size.
#[component]
pub fn CropCanvas() -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(canvas), Some(answer)) = (canvas.get(), state.answer.get()) {
            browser::draw(&canvas, answer.side, answer.side, &picture_rgba(&answer.crop));
        }
    });
    view! { <canvas class="crop" width="1" height="1" node_ref=canvas aria-hidden="true"></canvas> }
}

/// A map with its caption.
#[component]
pub fn MapPanel(kind: MapKind) -> impl IntoView {
    let state = State::here();
    let (test_id, title, symbol) = match kind {
        MapKind::Content => ("map-content", "content", view! { "q·k̄"<sub>"m"</sub> }.into_any()),
        MapKind::Position => ("map-position", "position", view! { "q·e"<sub>"nm"</sub> }.into_any()),
        MapKind::Total => ("map-total", "total", view! { "a"<sub>"nm"</sub> }.into_any()),
    };
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(reading)) = (canvas.get(), state.reading.get()) else { return };
        let (map, limit, theme) = (reading.map(kind), state.limit(kind), state.theme.get());
        let pixels = if state.overlay.get() { overlay_rgba(map, limit, theme) } else { map_rgba(map, limit, theme) };
        browser::draw(&canvas, reading.size[1], reading.size[0], &pixels);
    });
    let marks = move || {
        let reading = state.reading.get()?;
        Some(sign_marks(reading.map(kind), reading.size[1], state.limit(kind)))
    };
    let frame = NodeRef::<html::Div>::new();
    let pointed = move |event: web_sys::PointerEvent| {
        state.pointed.set(frame.get().and_then(|frame| cell_at(&frame, &event, state.size())));
    };
    let largest = move || {
        let largest = state.largest(kind);
        if largest > 0.0 { format!("{largest:.*}", decimals(largest)) } else { "–".to_owned() }
    };
    let description = move || {
        let [height, width] = state.size();
        format!("{title} map, {height} rows by {width} columns; the summary above names its strongest cells")
    };
    view! {
        <figure class=format!("panel panel-{title}")>
            <figcaption>
                <span class="panel-title">{title}</span>
                <span class="symbol">{symbol}</span>
            </figcaption>
            <div
                class="map"
                class:map-over=state.overlay
                role="img"
                aria-label=description
                data-testid=test_id
                data-limit=move || state.limit(kind).to_string()
                node_ref=frame
                on:pointermove=pointed
                on:pointerdown=pointed
                on:pointerleave=move |_| state.pointed.set(None)
            >
                {move || state.overlay.get().then(|| view! { <CropCanvas /> })}
                <canvas class="cells" width="1" height="1" node_ref=canvas></canvas>
                <svg class="marks" viewBox=move || view_box(state.size()) preserveAspectRatio="none" aria-hidden="true">
                    <path class="sign-marks" d=marks />
                    {(kind == MapKind::Position).then(|| view! { <Window /> })}
                    <QueryRing />
                    <PointedRing />
                </svg>
            </div>
            <p class="panel-foot">
                {move || if state.scope.get() == Scope::Map { "±L = " } else { "max |a| " }} {largest}
            </p>
        </figure>
    }
}

/// The SVG coordinates of a map: one unit a cell.
pub fn view_box([height, width]: [usize; 2]) -> String {
    format!("0 0 {width} {height}")
}

/// The cell under a pointer over an element that shows a whole map, `[y, x]`.
pub fn cell_at(
    element: &web_sys::Element,
    event: &web_sys::PointerEvent,
    [height, width]: [usize; 2],
) -> Option<[usize; 2]> {
    let area = element.get_bounding_client_rect();
    let y = (f64::from(event.client_y()) - area.top()) / area.height() * height as f64;
    let x = (f64::from(event.client_x()) - area.left()) / area.width() * width as f64;
    let inside = |at: f64, count: usize| (at >= 0.0 && at < count as f64).then_some(at as usize);
    Some([inside(y, height)?, inside(x, width)?])
}

/// The two-tone ring around the query's cell, visible on every colour.
#[component]
pub fn QueryRing() -> impl IntoView {
    let state = State::here();
    let cell = Signal::derive(move || state.shown.get().map(|place| [place.query.y, place.query.x]));
    view! { <Ring cell class="ring" /> }
}

/// The ring around the cell under the pointer.
#[component]
pub fn PointedRing() -> impl IntoView {
    let state = State::here();
    view! { <Ring cell=state.pointed class="ring ring-pointed" /> }
}

#[component]
fn Ring(#[prop(into)] cell: Signal<Option<[usize; 2]>>, class: &'static str) -> impl IntoView {
    let y = move || cell.get().map_or(0, |cell| cell[0]).to_string();
    let x = move || cell.get().map_or(0, |cell| cell[1]).to_string();
    let hidden = move || if cell.get().is_some() { "visible" } else { "hidden" };
    view! {
        <g class=class visibility=hidden>
            <rect class="ring-outer" x=x y=y width="1" height="1" />
            <rect class="ring-inner" x=x y=y width="1" height="1" />
        </g>
    }
}

/// The outline of the position lambda's window.
#[component]
fn Window() -> impl IntoView {
    let state = State::here();
    let window = move || state.reading.read().as_ref().and_then(|reading| reading.window);
    let edges = move || window().unwrap_or_default();
    let visibility = move || if window().is_some() { "visible" } else { "hidden" };
    view! {
        <rect
            class="window"
            visibility=visibility
            x=move || edges()[1].to_string()
            y=move || edges()[0].to_string()
            width=move || (edges()[3] + 1 - edges()[1]).to_string()
            height=move || (edges()[2] + 1 - edges()[0]).to_string()
        />
    }
}
