//! The price and the catch, measured.

use crate::page::lab::plan::{LAYERS, Plan, SWEEP};
use crate::page::tour::seen::Seen;
use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_explain::views::cost::said::headline;

/// The side of the largest map.
const SIDE: usize = 32;

/// The stop.
pub const STOP: Stop = Stop {
    id: "price",
    question: "What does it cost, and where is the catch?",
    text: "A lambda layer with a local window does a fixed amount of work for each position: time and memory grow with n. Attention’s time grows with n², whether its map is stored or not. The catch: by content, all that a query learns of far places has to pass through λᶜ, k × v numbers of rank k at most, whatever the picture’s size.",
    task: "Measure it on your own device: press “Measure”, and wait for its last line.",
    target: ".lab-buttons:has([data-testid=\"lab-begin\"], [data-testid=\"lab-stop\"])",
    view: View::Cost,
    set: |seen| {
        let plan = Plan {
            setting: Setting::usual(SIDE),
            layers: vec![Contestant::LambdaLocal, Contestant::AttentionStored, Contestant::AttentionStreamed],
            ..Plan::usual(seen.backend)
        };
        vec![(SWEEP, plan.sweep(seen.backend)), (LAYERS, plan.listed())]
    },
    ask: Some(Ask {
        question: "On a map of 32×32, how many times as long will attention with a stored map take?",
        choices: &["about as long", "2 to 10 times as long", "more than 10 times as long"],
        right: |seen, _| {
            Some(match ratio(seen)? {
                ..2.0 => 0,
                2.0..=10.0 => 1,
                _ => 2,
            })
        },
    }),
    is_done: |seen, _| seen.is_measured && ratio(seen).is_some(),
    said: |seen, _| {
        let report = seen.report?;
        Some(format!(
            "{} How little λᶜ can hold is measured further below, under “What is the catch?”.",
            headline(report)?
        ))
    },
};

/// How many times as long attention with a stored map took.
fn ratio(seen: &Seen) -> Option<f64> {
    let time = |contestant: Contestant| {
        seen.report?.of(contestant).into_iter().find(|point| point.side == SIDE).and_then(|point| point.time())
    };
    Some(time(Contestant::AttentionStored)? / time(Contestant::LambdaLocal)?)
}
