//! The files of one query of an attention layer.

use std::path::Path;

use anyhow::Result;

use crate::figure;
use crate::npy;
use crate::terminal::say;
use lambdascope_core::nn::trace::AttentionTrace;
use lambdascope_core::tensor::{max_abs, transposed};
use lambdascope_core::text::short_cell;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::figures::grid::{Grid, Scale};
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::softmax_attention::{AttentionReading, SoftmaxAttention};
use lambdascope_explain::views::lens;

/// The two parts of a query's logits, with their files' stems.
type Part = fn(&SoftmaxAttention) -> &Vec<f32>;
const PARTS: [(&str, Part); 2] = [("logits_content", |head| &head.content), ("logits_position", |head| &head.position)];

/// Writes every head's softmax weights, the two parts of the logits, the layer's keys, values and output, and says how far
/// the weights times the values are from the output.
pub fn write(layer: &AttentionTrace, [y, x]: [usize; 2], folder: &Path) -> Result<()> {
    let dims = &layer.dims;
    let (h, k, v) = (dims.heads, dims.key_depth, dims.value_depth);
    let maps = [h, dims.height, dims.width];
    let reading = AttentionReading::of(layer, Query { y, x, ..Query::default() });
    let all = |part: Part| -> Vec<f32> { reading.heads.iter().flat_map(part).copied().collect() };
    let subject = Subject { setting: String::new(), layer: layer.name.clone(), intra: 1, query: reading.query };
    let figures = |part: Part, scale: Scale| -> Vec<Figure> {
        let drawing = |(head, values): (usize, &SoftmaxAttention)| {
            let grid = Grid::new(part(values).clone(), dims.width);
            Some(Figure { grid, scale, ..lens::weights(&subject, &reading, head)? })
        };
        reading.heads.iter().enumerate().filter_map(drawing).collect()
    };
    let of_query = format!("{}, query {}", layer.name, short_cell([y, x]));

    let weights: Part = |head| &head.weights;
    npy::write(&folder.join("weights.npy"), &maps, &all(weights))?;
    let caption = format!("Softmax weights, which sum to 1 in each head: {of_query}");
    let scale = Scale::Positive(reading.limit());
    figure::write(&folder.join("weights.png"), ["softmax weights", &caption], &figures(weights, scale), 4)?;

    let limit = PARTS.iter().map(|(_, part)| max_abs(&all(*part))).fold(0.0, f32::max);
    for (name, part) in PARTS {
        npy::write(&folder.join(format!("{name}.npy")), &maps, &all(part))?;
        let title = name.replace('_', " from ");
        let caption = format!("What the softmax is taken of is the sum of two parts, drawn on one scale: {of_query}");
        let figures = figures(part, Scale::Signed(limit));
        figure::write(&folder.join(format!("{name}.png")), [&title, &caption], &figures, 4)?;
    }

    npy::write(&folder.join("query.npy"), &[h, k], layer.query.row(y * dims.width + x))?;
    for (name, values, depth) in [("key", &layer.key, k), ("value", &layer.value, v), ("output", &layer.output, v)] {
        let channels = h * depth;
        let maps = transposed(values.data(), channels);
        npy::write(&folder.join(format!("{name}.npy")), &[channels, dims.height, dims.width], &maps)?;
    }

    let proofs = (0..h).map(|head| AttentionReading::of(layer, Query { y, x, head, u: 0 }).proof);
    let worst = proofs.fold(reading.proof, |worst, own| if own.difference > worst.difference { own } else { worst });
    say(format!(
        "weights times values differ from the layer's output by {:.2e} at most, {:.2e} of its largest value",
        worst.difference,
        worst.relative()
    ))
}
