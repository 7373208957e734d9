//! Position, and the size of the picture.

use super::question::Question;
use crate::page::view::View;

/// The questions.
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "embedding",
        question: "Is E like the embeddings of text?",
        answer: |facts| {
            let table = if facts.has_positions() {
                format!("a learned table of {} offsets with {} numbers each", facts.window(), facts.k())
            } else {
                "a learned table of offsets, which this layer does without".to_owned()
            };
            format!(
                "No. The embeddings of text say what a token is. E says where a position lies, seen from a query: {table}. The same offset has the same embedding everywhere, so what a query takes by position moves along with it. What is there comes in by the value alone."
            )
        },
        source: "LambdaNetworks, section 3.1; timm’s and lambda-networks’ tables",
        button: "See the table",
        view: View::Position,
        set: &[],
    },
    Question {
        id: "keys",
        question: "Why can position not go through the keys?",
        answer: |facts| {
            format!(
                "A relative position belongs to a pair. Keys with positions in them would be other keys for every query, softmax(K + E), and nothing could be summed once for all {} queries. A lambda layer takes softmax(K) + E: the softmax once for all, and beside it, for each query, its own embeddings.",
                facts.n()
            )
        },
        source: "LambdaNetworks, section 3.1 and its appendix on relations to attention",
        button: "Shift a query",
        view: View::Position,
        set: &[("shift", Some("0.0"))],
    },
    Question {
        id: "kernel",
        question: "Are fixed keys a convolution’s kernel?",
        answer: |facts| {
            let window =
                if facts.has_positions() { facts.window() } else { "no offsets at all, in this layer,".into() };
            format!(
                "They become one when a query comes. The embeddings are the fixed keys, and q·e over {window} is a kernel: not one for the whole layer, as in a convolution, but one that each query makes for itself. Hold q fixed, and the position part is a convolution."
            )
        },
        source: "LambdaNetworks, section 3.2: lambda convolution",
        button: "See this query’s kernel",
        view: View::Position,
        set: &[],
    },
    Question {
        id: "size",
        question: "Is the size of the picture fixed?",
        answer: |facts| {
            let (map, window) = ([facts.layer.dims.context_height, facts.layer.dims.context_width], facts.window());
            let own = if !facts.has_positions() {
                "This layer has no embeddings, and so no limit".to_owned()
            } else if facts.is_global() {
                format!(
                    "This layer is global: its table of {window} offsets is for a map of {}×{}, and ends there",
                    map[0], map[1]
                )
            } else {
                format!("This layer’s window of {window} fits any map; here it is {}×{}", map[0], map[1])
            };
            format!(
                "Content takes any number of positions. By position it depends: a window has an embedding for each offset within it, a global layer for each of its own map. {own}. A network sees other sizes at a scale that it never learned."
            )
        },
        source: "measured under “The whole network at other sizes”",
        button: "Run other sizes",
        view: View::Cost,
        set: &[],
    },
];
