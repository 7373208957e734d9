//! Time and memory over the map's size; a second sweep lies thin over the first.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_core::cost::report::Report;
use lambdascope_explain::views::cost::chart::{Chart, Line, Quantity, style};

/// Both charts.
#[component]
pub fn Charts() -> impl IntoView {
    view! {
        <div class="charts">
            <Plot quantity=Quantity::Time test_id="lab-time" />
            <Plot quantity=Quantity::Memory test_id="lab-memory" />
        </div>
    }
}

/// What is on screen: the own sweep, and the one laid over it.
pub fn shown(state: State) -> Vec<Arc<Report>> {
    let own = state.lab.report.get().filter(|report| !report.points.is_empty());
    own.into_iter().chain(state.lab.other.get()).collect()
}

#[component]
fn Plot(quantity: Quantity, test_id: &'static str) -> impl IntoView {
    let state = State::here();
    let chart = move || {
        let runs = shown(state);
        let runs: Vec<&Report> = runs.iter().map(Arc::as_ref).collect();
        Chart::of(&runs, quantity)
    };
    let drawn = move || {
        let Some(chart) = chart() else {
            return view! { <p class="quiet lab-empty">"Nothing has run yet."</p> }.into_any();
        };
        let theme = state.theme.get();
        let up = chart.ticks().into_iter().map(|(value, text)| {
            let at = 100.0 * (1.0 - chart.at(chart.sides[0], value)[1]);
            view! { <span style=format!("--at: {at:.2}%")>{text}</span> }
        });
        let grid = chart.ticks().into_iter().map(|(value, _)| {
            let at = 100.0 * (1.0 - chart.at(chart.sides[0], value)[1]);
            view! { <path class="lab-grid" d=format!("M0 {at:.2}H100") /> }
        });
        let across = chart.sides.iter().map(|side| {
            let at = 4.0 + 92.0 * chart.across(*side);
            view! { <span style=format!("--at: {at:.2}%")>{format!("{side}²")}</span> }
        });
        let lines = chart.lines.iter().map(|line| {
            let (colour, dashes) = style(line.contestant, theme);
            let [path, dots] = paths(&chart, line);
            let width = if line.run == 0 { "2.5" } else { "1.2" };
            let dot = if line.run == 0 { "7" } else { "5" };
            view! {
                <g data-run=line.run.to_string() data-layer=line.contestant.id()>
                    <path d=path stroke=colour style=format!("stroke-width: {width}px") stroke-dasharray=dashes />
                    <path d=dots stroke=colour style=format!("stroke-width: {dot}px") stroke-linecap="round" />
                </g>
            }
        });
        let crosses = chart.lines.iter().filter(|line| line.run == 0).filter_map(|line| {
            let at = 4.0 + 92.0 * chart.across(line.refused?);
            let (colour, _) = style(line.contestant, theme);
            let shift = line.contestant as usize as f64 - 2.5;
            Some(view! { <span style=format!("--at: {at:.2}%; --shift: {shift}; color: {colour}")>"×"</span> })
        });
        view! {
            <div class="chart-room">
                <div class="chart-up" aria-hidden="true">{up.collect_view()}</div>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=said(&chart)>
                    {grid.collect_view()} {lines.collect_view()}
                </svg>
                <div class="lab-crosses" aria-hidden="true">{crosses.collect_view()}</div>
                <div class="chart-across" aria-hidden="true">{across.collect_view()}</div>
            </div>
        }
        .into_any()
    };
    view! {
        <figure class="chart" data-testid=test_id>
            <figcaption class="panel-title">{quantity.title()} " over positions n, both logarithmic"</figcaption>
            {drawn}
        </figure>
    }
}

/// A line, and a dot on each of its points.
fn paths(chart: &Chart, line: &Line) -> [String; 2] {
    let place = |&(side, value): &(usize, f64)| {
        let [x, y] = chart.at(side, value);
        format!("{:.2} {:.2}", 4.0 + 92.0 * x, 100.0 * (1.0 - y))
    };
    let places: Vec<String> = line.points.iter().map(place).collect();
    let path = if places.is_empty() { String::new() } else { format!("M{}", places.join("L")) };
    [path, places.iter().map(|place| format!("M{place}h0")).collect()]
}

/// The chart for those who do not see it; the table below has every number.
fn said(chart: &Chart) -> String {
    let line = |line: &Line| {
        let ends = line.points.first().zip(line.points.last());
        let of_run = if line.run == 0 { "" } else { ", second sweep" };
        let grows = ends.map(|(first, last)| {
            let write = |(side, value): (usize, f64)| format!("{} at {side}×{side}", chart.quantity.write(value));
            format!("{} to {}", write(*first), write(*last))
        });
        let refused = line.refused.map(|side| format!("refused at {side}×{side}"));
        let all: Vec<String> = grows.into_iter().chain(refused).collect();
        format!("{}{of_run}: {}", line.contestant.title(), all.join(", "))
    };
    let lines: Vec<String> = chart.lines.iter().map(line).collect();
    format!("{}. {}.", chart.quantity.title(), lines.join("; "))
}
