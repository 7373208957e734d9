//! What a sweep tells: in sentences, and every number of it.

use leptos::prelude::*;
use strum::VariantArray;

use super::charts::shown;
use crate::page::lab::linked::{differences, who};
use crate::ui::state::State;
use lambdascope_core::cost::contestant::Contestant;
use lambdascope_core::cost::report::{Clock, Outcome, Point, Report};
use lambdascope_core::text::{bytes, duration, grouped};
use lambdascope_explain::views::cost::said::{growth, headline, meetings, refusals};

/// The sentences, of the own sweep or, where there is none, of the other.
#[component]
pub fn Said() -> impl IntoView {
    let state = State::here();
    let sentences = move || {
        let runs = shown(state);
        let first = runs.first()?;
        let second = runs.get(1).map(|second| {
            let differing = differences(first, second);
            format!("Thin lines: {}. {}", who(second), differing.unwrap_or_default())
        });
        let list = |title: &'static str, lines: Vec<String>, test_id: &'static str| {
            (!lines.is_empty()).then(|| {
                view! {
                    <div>
                        <h4>{title}</h4>
                        <ul data-testid=test_id>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                    </div>
                }
            })
        };
        let refused = refusals(first).into_iter().map(|(_, sentence)| sentence).collect();
        Some(view! {
            <p data-testid="lab-who">"Measured on " {who(first)} "." {second.map(|second| format!(" {second}"))}</p>
            <p class="lab-headline" data-testid="lab-headline">{headline(first)}</p>
            <div class="lab-said">
                {list("Who was refused", refused, "lab-refused")}
                {list("Where lines cross", meetings(first), "lab-meetings")}
                <Growth report=first.as_ref().clone() />
            </div>
        })
    };
    view! { {sentences} }
}

/// The powers of n.
#[component]
fn Growth(report: Report) -> impl IntoView {
    let rows: Vec<_> = Contestant::VARIANTS
        .iter()
        .filter_map(|contestant| growth(&report, *contestant).map(|powers| (*contestant, powers)))
        .collect();
    (!rows.is_empty()).then(|| {
        let row = |(contestant, [time, memory]): (Contestant, [String; 2])| {
            view! {
                <tr>
                    <th scope="row">{contestant.title()}</th>
                    <td>{time}</td>
                    <td>{memory}</td>
                </tr>
            }
        };
        view! {
            <div>
                <h4 id="lab-growth-title">"Grows with which power of n"</h4>
                <div class="table-scroll" tabindex="0" role="group" aria-labelledby="lab-growth-title">
                    <table class="numbers" data-testid="lab-growth">
                        <thead>
                            <tr>
                                <td></td>
                                <th scope="col">"time"</th>
                                <th scope="col">"memory"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
                <p class="quiet">
                    "Fitted to the last four sizes that ran, with the standard error. Small maps are ruled by what it takes to start a kernel."
                </p>
            </div>
        }
    })
}

/// Every number, folded away.
#[component]
pub fn Numbers() -> impl IntoView {
    let state = State::here();
    let tables = move || {
        let table = |report: &std::sync::Arc<Report>| {
            let rows = report.points.iter().map(|point| row(report, point)).collect_view();
            view! {
                <div class="table-scroll" tabindex="0" role="group" aria-label=format!("Every number, {}", who(report))>
                    <table class="numbers lab-numbers" data-testid="lab-numbers">
                        <caption>{who(report)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">"layer"</th>
                                <th scope="col">"map"</th>
                                <th scope="col">"time"</th>
                                <th scope="col">"from–to"</th>
                                <th scope="col">"clock"</th>
                                <th scope="col">"bytes made"</th>
                                <th scope="col">"predicted"</th>
                                <th scope="col">"multiplications"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            }
        };
        shown(state).iter().map(table).collect_view()
    };
    view! {
        <details class="fold" data-testid="lab-all">
            <summary>"Every number"</summary>
            {tables}
        </details>
    }
}

fn row(report: &Report, point: &Point) -> impl IntoView + use<> {
    let predicted = bytes(point.predicted.bytes.on(report.backend));
    let macs = grouped(point.predicted.macs);
    let cells = match &point.outcome {
        Outcome::Measured { milliseconds, clock, bytes: made } => {
            let [least, most] = point.extremes().unwrap_or_default();
            view! {
                <td>{point.time().map(duration)}</td>
                <td>{duration(least)} "–" {duration(most)} ", " {milliseconds.len()} "×"</td>
                <td>{if *clock == Clock::Device { "device" } else { "wall" }}</td>
                <td>{bytes(*made)}</td>
            }
            .into_any()
        }
        Outcome::Refused(refusal) => view! { <td colspan="4">"refused: " {refusal.to_string()}</td> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{point.contestant.title()}</th>
            <td>{format!("{0}×{0}", point.side)}</td>
            {cells}
            <td>{predicted}</td>
            <td>{macs}</td>
        </tr>
    }
}
