//! Where the two orders' costs cross as the map grows.

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::layer_place;
use lambdascope_explain::views::orders::chart::{Chart, Tick, Unit, sentence};
use lambdascope_explain::views::orders::cost::{Curves, curves};

/// Both charts.
#[component]
pub fn Charts() -> impl IntoView {
    let state = State::here();
    let layer = layer_place(state);
    let curves = Memo::new(move |_| state.with_query(layer.get(), |layer, _| (curves(layer), layer.dims.height)));
    let one = move |index: usize, unit: Unit, title: &'static str, test_id: &'static str| {
        let chart = move || {
            let (curves, side) = curves.get()?;
            let curves = curves.into_iter().nth(index)?;
            Some(view! { <Plot curves side unit title test_id /> })
        };
        view! { {chart} }
    };
    view! {
        <section class="orders-charts" aria-labelledby="charts-title">
            <h3 id="charts-title">"As the map grows"</h3>
            <p class="quiet">
                "All queries of one picture on square maps with this layer’s h, k, v and kind of position embeddings, without a mask; both axes are logarithmic. A batch scales both curves alike."
            </p>
            <div class="charts">
                {one(0, Unit::Multiplications, "multiplications", "chart-multiplications")}
                {one(1, Unit::Bytes, "memory held between the two multiplications", "chart-bytes")}
            </div>
        </section>
    }
}

#[component]
fn Plot(curves: Curves, side: usize, unit: Unit, title: &'static str, test_id: &'static str) -> impl IntoView {
    let chart = Chart::of(&curves, side, unit);
    let said = sentence(&curves, side, unit);
    let [summarise, compare] = chart.paths;
    let upright = |class: &'static str, tick: Option<Tick>| {
        tick.map(|tick| view! { <path class=class d=format!("M{:.2} 0V100", tick.at) /> })
    };
    let crossing = chart.crossing.as_ref().map(|tick| tick.text.clone());
    let across =
        chart.across.into_iter().map(|tick| view! { <span style=format!("--at: {:.2}%", tick.at)>{tick.text}</span> });
    let up = chart.up.into_iter().map(|tick| view! { <span style=format!("--at: {:.2}%", tick.at)>{tick.text}</span> });
    view! {
        <figure class="chart" data-testid=test_id data-crossing=crossing>
            <figcaption class="panel-title">{title}</figcaption>
            <div class="chart-room">
                <div class="chart-up" aria-hidden="true">{up.collect_view()}</div>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=said.clone()>
                    {upright("chart-own", chart.own)}
                    {upright("chart-crossing", chart.crossing)}
                    <path class="chart-compare" d=compare />
                    <path class="chart-summarise" d=summarise />
                </svg>
                <div class="chart-across" aria-hidden="true">{across.collect_view()}</div>
            </div>
            <p class="chart-key" aria-hidden="true">
                <span class="key-summarise">"summarise"</span>
                <span class="key-compare">"compare"</span>
                <span class="key-own">"this map"</span>
                <span class="key-crossing">"crossing"</span>
            </p>
            <p class="quiet" data-testid=format!("{test_id}-said")>{said}</p>
        </figure>
    }
}
