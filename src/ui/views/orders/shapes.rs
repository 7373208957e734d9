//! The shapes that the product goes through, to scale.

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::layer_place;
use lambdascope_explain::views::orders::Stop;
use lambdascope_explain::views::orders::shapes::{Shape, between, chain, unit};

/// CSS pixels that the longest side of a shape gets.
const ROOM: f32 = 256.0;
/// The same for the drawing of all queries.
const ALL_ROOM: f32 = 512.0;

/// One query's chain, then what all queries hold.
#[component]
pub fn Shapes(stop: Memo<Stop>) -> impl IntoView {
    let state = State::here();
    let layer = layer_place(state);
    let row = |shapes: Vec<Shape>, room: f32| {
        let unit = unit(&shapes, room);
        shapes.into_iter().map(move |shape| view! { <Rectangle shape unit /> }).collect_view()
    };
    let one = move || {
        let shapes = state.with_query(layer.get(), |layer, _| chain(layer, stop.get()))?;
        Some(row(shapes, ROOM))
    };
    let all = move || {
        let shapes = state.with_query(layer.get(), |layer, _| between(layer))?;
        Some(row(shapes.into(), ALL_ROOM))
    };
    view! {
        <section class="orders-shapes" aria-labelledby="shapes-title">
            <h3 id="shapes-title">"The shapes, to scale"</h3>
            <p class="quiet">"For one query with all its heads, rows × columns. What is held between the two multiplications is filled in."</p>
            <div class="shapes" data-testid="shapes">{one}</div>
            <p class="quiet">"For all queries, one per row: what each order has to hold at once, or make anew for every query."</p>
            <div class="shapes" data-testid="shapes-all">{all}</div>
        </section>
    }
}

#[component]
fn Rectangle(shape: Shape, unit: f32) -> impl IntoView {
    let size = shape.size();
    let style = format!("--rows: {}; --columns: {}; --unit: {unit}px", shape.rows, shape.columns);
    view! {
        {(!shape.before.is_empty()).then(|| view! { <span class="glyph" aria-hidden="true">{shape.before}</span> })}
        <div class="shape" class:shape-between=shape.between>
            <i style=style aria-hidden="true"></i>
            <span>{shape.what}</span>
            <span class="shape-size">{size}</span>
        </div>
    }
}
