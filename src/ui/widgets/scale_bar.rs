//! The signed scale as a bar with its ends.

use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_explain::figures::colour::diverging_stops;
use lambdascope_explain::figures::grid::Scale;

/// The bar, from −limit to +limit, and its numbers; letters while there is no limit.
#[component]
pub fn ScaleBar(#[prop(into)] limit: Signal<Option<f32>>) -> impl IntoView {
    let state = State::here();
    let gradient = move || {
        let stops = diverging_stops(state.theme.get()).map(|colour| format!("#{colour:06x}"));
        format!("linear-gradient(to right, {})", stops.join(", "))
    };
    let end = move |sign: f32| match limit.get() {
        Some(limit) if limit > 0.0 => Scale::Signed(limit).write(sign * limit),
        _ if sign < 0.0 => "−L".to_owned(),
        _ => "+L".to_owned(),
    };
    view! {
        <div class="scale-bar" aria-hidden="true" style:background=gradient></div>
        <div class="scale-numbers">
            <span>{move || end(-1.0)}</span>
            <span>"0"</span>
            <span>{move || end(1.0)}</span>
        </div>
    }
}
