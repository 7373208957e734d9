//! What layers cost: measured here as the map grows, counted at any size, for the whole network, and what a lambda layer pays for
//! being cheap.

mod catch;
mod charts;
mod controls;
mod files;
mod need;
mod numbers;
mod sizes;

use leptos::prelude::*;

use crate::ui::engine::lab;
use crate::ui::state::State;

/// The view.
#[component]
pub fn Cost() -> impl IntoView {
    lab::connect(State::here());
    view! {
        <div class="cost explained" data-testid="cost">
            <Laboratory />
            <need::Needs />
            <sizes::Sizes />
            <catch::Catch />
        </div>
    }
}

/// One layer on maps of growing size, timed.
#[component]
fn Laboratory() -> impl IntoView {
    let state = State::here();
    let has_numbers = Memo::new(move |_| state.lab.report.read().is_some() || state.lab.other.read().is_some());
    view! {
        <section class="lab" aria-labelledby="lab-title">
            <h3 id="lab-title">"One layer, on a growing map"</h3>
            <p class="quiet">
                "Attention compares every position with every other. Its map of weights has n² numbers for each head, so on a map twice as wide it has 16 times as many. A lambda layer never builds it. Here each kind of layer runs on this device, all with the same sizes, until it is refused."
            </p>
            <controls::Controls />
            <Show when=move || has_numbers.get()>
                <charts::Charts />
                <numbers::Said />
                <numbers::Numbers />
            </Show>
            <files::Files />
        </section>
    }
}
