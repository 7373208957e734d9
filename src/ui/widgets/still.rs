//! A small drawing to look at and no more: neither keys nor pointer do anything on it.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::state::State;
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::figures::figure::Figure;

/// The drawing, a pixel a cell.
#[component]
pub fn Still(#[prop(into)] figure: Signal<Option<Arc<Figure>>>) -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(canvas), Some(figure)) = (canvas.get(), figure.read().as_ref()) {
            let pixels = figure.rgba(state.theme.get(), Display::Map);
            browser::draw(&canvas, figure.grid.columns, figure.grid.rows, &pixels);
        }
    });
    let described = move || figure.read().as_ref().map(|figure| figure.description());
    view! { <canvas class="still" width="1" height="1" node_ref=canvas role="img" aria-label=described></canvas> }
}
