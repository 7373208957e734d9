//! What it costs and what it loses.

use super::question::Question;
use crate::page::view::View;
use lambdascope_core::text::{bytes, duration, grouped};

/// The questions.
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "loss",
        question: "What does it lose? There is no free lunch.",
        answer: |facts| {
            format!(
                "By content all has to pass through λᶜ: {} numbers of rank {} at most, for {} positions. No query can single out a place that no key channel singles out. Position lambdas are exempt, but know a place by its offset only. How much that costs is measured, not proved.",
                grouped((facts.k() * facts.v()) as u64),
                facts.k().min(facts.v()),
                facts.m()
            )
        },
        source: "linear algebra; measured under “What is the catch?”",
        button: "Measure the catch",
        view: View::Cost,
        set: &[],
    },
    Question {
        id: "chart",
        question: "Is the speed in the paper’s chart that of training? On what hardware?",
        answer: |facts| {
            let here = match facts.took {
                Some((milliseconds, device)) => {
                    format!("This network took {} here, on {device}.", duration(milliseconds))
                }
                None => "What this network takes here is under its guess.".to_owned(),
            };
            format!(
                "Of training: seconds for a step of 1,024 pictures on 8 TPUv3 cores, in bfloat16. Its table of layers has inference, on 8 TPUv3 cores in float32. About GPUs the paper says nothing; some who tried large windows on them report that they are slow. {here}"
            )
        },
        source: "LambdaNetworks, its Pareto table and its table of layers; issues of public implementations",
        button: "Measure this device",
        view: View::Cost,
        set: &[],
    },
    Question {
        id: "swap",
        question: "Why not more memory, or swap?",
        answer: |facts| {
            let (heads, n) = (facts.h() as u128, facts.layer.dims.queries() as u128);
            let map = |n: u128| bytes(heads * n * n * 4);
            format!(
                "Attention’s maps would take {} for this layer, and {} at eight times the side. Swapped to a disk, each number would be written and read again at a few GB a second. Better is not to store the map, as streamed attention does; the n² multiplications stay.",
                map(n),
                map(64 * n)
            )
        },
        source: "the formula b × h × n² × 4 B; Dao 2022 for streaming",
        button: "Move the sliders",
        view: View::Cost,
        set: &[],
    },
];
