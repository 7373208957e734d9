//! Attention's map grows with n².

use crate::page::need::{NEED, read, usual};
use crate::page::tour::seen::Seen;
use crate::page::tour::stop::{Ask, Stop};
use crate::page::view::View;
use lambdascope_core::cost::need::{KNOWN, Need};
use lambdascope_core::text::{bytes, grouped};

/// The stop.
pub const STOP: Stop = Stop {
    id: "memory",
    question: "Why does attention’s memory grow with n²?",
    text: "Self-attention asks, for every position of a picture, how much to take from every other. With n positions that makes n × n weights, for every head and every picture of a batch. All of them have to be worked out, and attention as textbooks write it holds them all in memory. At first that is nothing to speak of. How soon does it become too much?",
    task: "Move “side of the picture” to the right until attention’s maps no longer fit a graphics card of 24 GB.",
    target: ".need-slider:has([data-testid=\"need-side\"])",
    view: View::Cost,
    set: |_| vec![(NEED, None)],
    ask: Some(Ask {
        question: "Twice the side of a picture makes attention’s map…",
        choices: &["2 times as large", "4 times as large", "8 times as large", "16 times as large"],
        right: |_, _| Some(3),
    }),
    is_done: |seen, _| map(&need(seen)) > KNOWN[1].1.into(),
    said: |seen, _| {
        let need = need(seen);
        let half = Need { side: need.side / 2, ..need };
        Some(format!(
            "At {} pixels a side, n = {} and the maps take {}; at half the side they take {}. Twice the side is 4 times the positions, and 16 times the pairs.",
            grouped(need.side),
            grouped(need.positions()),
            bytes(map(&need)),
            bytes(map(&half)),
        ))
    },
};

fn need(seen: &Seen) -> Need {
    seen.parameters.get(NEED).and_then(|text| read(text)).unwrap_or_else(usual)
}

fn map(need: &Need) -> u128 {
    need.amounts()[0].bytes
}
