//! The maps of the lens, and what every map over the picture is made of: the crop, a ring, the cell under a pointer.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::browser;
use super::figure::FigureView;
use super::state::State;
use super::subject::subject_at;
use lambdascope_explain::figures::pixels::picture_rgba;
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::views::lens;

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

/// One of a lambda layer's maps.
#[component]
pub fn MapPanel(kind: MapKind) -> impl IntoView {
    let state = State::here();
    let (test_id, symbol) = match kind {
        MapKind::Content => ("map-content", view! { "q·k̄"<sub>"m"</sub> }.into_any()),
        MapKind::Position => ("map-position", view! { "q·e"<sub>"nm"</sub> }.into_any()),
        MapKind::Total => ("map-total", view! { "a"<sub>"nm"</sub> }.into_any()),
    };
    let figure = Memo::new(move |_| {
        let reading = state.reading.get()?;
        let subject = subject_at(state, reading.query)?;
        Some(Arc::new(lens::map(&subject, &reading, kind, state.limit(kind))))
    });
    view! {
        <div class=format!("panel panel-{}", kind.word())>
            <FigureView figure symbol test_id pointed=state.pointed on_picture=true />
        </div>
    }
}

/// The SVG coordinates of a map: one unit a cell.
fn view_box([height, width]: [usize; 2]) -> String {
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
    move || state.shown.get().map(|place| ring([place.query.y, place.query.x], "ring"))
}

/// A two-tone ring round a cell. It is drawn where it is, not moved there: another transform makes the browser layer the page
/// anew.
pub fn ring([y, x]: [usize; 2], class: &'static str) -> impl IntoView {
    let outline = format!("M{x} {y}h1v1h-1z");
    view! {
        <g class=class>
            <path class="ring-outer" d=outline.clone() />
            <path class="ring-inner" d=outline />
        </g>
    }
}

/// The drawing of marks over a map's cells, one unit a cell.
#[component]
pub fn Marks(#[prop(into)] size: Signal<[usize; 2]>, children: Children) -> impl IntoView {
    let room = Memo::new(move |_| {
        let [height, width] = size.get();
        format!("M-1-1H{}V{}H-1z", width + 1, height + 1)
    });
    view! {
        <svg class="marks" viewBox=move || view_box(size.get()) preserveAspectRatio="none" aria-hidden="true">
            // Invisible, round all that is drawn: as long as the bounds of a drawing stay the same, the browser paints it
            // anew without layering the page anew.
            <path class="marks-room" d=room />
            {children()}
        </svg>
    }
}
