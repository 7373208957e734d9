//! The signed scale as a bar with its ends.

use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_explain::figures::colour::diverging_stops;
use lambdascope_explain::figures::grid::Scale;

/// The bar, from −limit to +limit.
#[component]
pub fn ScaleBar(#[prop(into)] limit: Signal<f32>) -> impl IntoView {
    let state = State::here();
    let gradient = move || {
        let stops = diverging_stops(state.theme.get()).map(|colour| format!("#{colour:06x}"));
        format!("linear-gradient(to right, {})", stops.join(", "))
    };
    let end = move |sign: f32| Scale::Signed(limit.get()).write(sign * limit.get());
    view! {
        <div class="scale scale-small">
            <div class="scale-bar" aria-hidden="true" style:background=gradient></div>
            <div class="scale-numbers">
                <span>{move || end(-1.0)}</span>
                <span>"0"</span>
                <span>{move || end(1.0)}</span>
            </div>
        </div>
    }
}
