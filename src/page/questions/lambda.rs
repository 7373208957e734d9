//! What a lambda is.

use super::question::Question;
use crate::page::view::View;

/// The questions.
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "product",
        question: "Is λ just K·Vᵀ?",
        answer: |facts| {
            format!(
                "Nearly. λᶜ is softmax(K)ᵀV, a sum over all {} positions that has {} × {} numbers; the softmax makes each of its rows an average of values. And λ is more: every query adds its own λᵖ, embeddings times values. So this layer has one λᶜ and {} different λ.",
                facts.m(),
                facts.k(),
                facts.v(),
                facts.n()
            )
        },
        source: "LambdaNetworks, section 3.1",
        button: "Build it up",
        view: View::Anatomy,
        set: &[("t", None)],
    },
    Question {
        id: "shape",
        question: "What shape is λ: a scalar or a matrix?",
        answer: |facts| {
            format!(
                "A matrix, here {} × {}: a row for each key channel, a column for each value channel. It takes a query of {0} numbers and gives {1}. What looks like scalars, one for each place, are the weights a of the implicit attention; they appear only if one multiplies in the other order.",
                facts.k(),
                facts.v()
            )
        },
        source: "LambdaNetworks, section 3.1 and its table of shapes",
        button: "See both orders",
        view: View::Orders,
        set: &[("step", None)],
    },
    Question {
        id: "intra-depth",
        question: "What is the intra-depth u?",
        answer: |facts| {
            let u = facts.layer.dims.intra;
            format!(
                "With an intra-depth u every position has u keys and u values, and λ is the sum over all of them; it stays {} × {}. This layer has u = {u}. A larger u lets more go into λ, for u times the work of making it; applying it costs the same.",
                facts.k(),
                facts.v()
            )
        },
        source: "LambdaNetworks, appendix on extensions; the networks here with u = 4",
        button: "See the keys",
        view: View::Anatomy,
        set: &[],
    },
    Question {
        id: "softmax",
        question: "What is the softmax over, and why may weights be negative?",
        answer: |facts| {
            format!(
                "Over positions, for each of the {} key channels. The query then weights those masks with numbers of either sign, so a = q·(k̄ + e) may be negative: that place’s value is taken away. Of this query’s weights {} are negative by size, and they sum to {:.2}.",
                facts.k(),
                facts.negative_share(),
                facts.reading.attention.sum()
            )
        },
        source: "LambdaNetworks, section 3.1; the sum is of the query on screen",
        button: "See the weights",
        view: View::Lens,
        set: &[],
    },
    Question {
        id: "hypernetwork",
        question: "Is it a hypernetwork?",
        answer: |facts| {
            format!(
                "In spirit. λ holds the weights of a small linear layer, {} × {}, which the context writes and the query uses. A hypernetwork writes weights with a network of its own; here one product of keys and values does. Whether that makes it one is a matter of words, and the paper leaves it open.",
                facts.k(),
                facts.v()
            )
        },
        source: "LambdaNetworks, section 2: λ as a function of the context; the comparison is ours",
        button: "See λ meet q",
        view: View::Formula,
        set: &[("cell", Some("y.j0"))],
    },
];
