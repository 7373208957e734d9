//! Top-1 accuracies as dots on one axis, one line per network, so that the spread of seeds can be seen beside the differences
//! of networks. The table above it has the same figures.

use leptos::prelude::*;

use lambdascope_core::catalogue::results::{Dots, axis};

/// The plot.
#[component]
pub fn DotPlot(dots: Vec<Dots>) -> impl IntoView {
    let (low, high) = axis(&dots);
    let whole = |fraction: f64| format!("{:.0} %", fraction * 100.0);
    // Left and right of the track, in percent of its width.
    let at = move |top1: f64| 100.0 * (top1 - low) / (high - low);
    let name = {
        let lines = dots.iter().map(|dots| {
            let (least, greatest) = dots.spread();
            let seeds = if dots.top1.len() > 1 { format!(" to {:.2} %", greatest * 100.0) } else { String::new() };
            format!("{} {:.2} %{seeds}", dots.title, least * 100.0)
        });
        format!("Top-1 accuracy, one dot per seed: {}.", lines.collect::<Vec<_>>().join("; "))
    };
    let lines = dots.into_iter().map(move |dots| {
        let (least, greatest) = dots.spread();
        let (from, to) = (at(least), at(greatest));
        let circles =
            dots.top1.iter().map(|top1| view! { <i class="dot" style=format!("--at: {:.2}%", at(*top1))></i> });
        view! {
            <div class="dots-line">
                <span class="dots-title">{dots.title.clone()}</span>
                <span class="dots-track">
                    <i class="dots-spread" style=format!("--at: {from:.2}%; --wide: {:.2}%", to - from)></i>
                    {circles.collect_view()}
                </span>
            </div>
        }
    });
    view! {
        <div class="dots" role="img" aria-label=name data-testid="measured-dots">
            {lines.collect_view()}
            <div class="dots-line dots-axis">
                <span class="dots-title">"top-1"</span>
                <span class="dots-ends"><span>{whole(low)}</span><span>{whole(high)}</span></span>
            </div>
        </div>
    }
}
