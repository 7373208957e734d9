//! The files of one query of a lambda layer.

use std::path::Path;
use std::slice;

use anyhow::{Context, Result};

use crate::figure;
use crate::npy;
use crate::terminal::say;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::{max_abs, transposed};
use lambdascope_core::text::short_cell;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::figures::grid::{Grid, Scale};
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::read::lambda::normalised_keys;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::{MapKind, Reading};
use lambdascope_explain::read::scale::query_limit;
use lambdascope_explain::views::anatomy::Product;
use lambdascope_explain::views::lens;
use strum::VariantArray;

/// Writes a query's maps, the keys' and values', and the lambdas, and says how far the maps are from the output.
pub fn write(layer: &LambdaTrace, [y, x]: [usize; 2], folder: &Path) -> Result<()> {
    let dims = &layer.dims;
    let (h, u, k, v) = (dims.heads, dims.intra, dims.key_depth, dims.value_depth);
    let size = [dims.context_height, dims.context_width];
    let queries = (0..h).flat_map(|head| (0..u).map(move |u| Query { y, x, head, u }));
    let readings: Vec<Reading> = queries.map(|query| Reading::of(layer, query)).collect();
    let first = readings.first().context("the layer has no head")?;
    let of_query = format!("{}, query {}", layer.name, short_cell([y, x]));

    // u has an axis of its own only where there is more than one.
    let shape: Vec<usize> = [h].into_iter().chain((u > 1).then_some(u)).chain(size).collect();
    let limit = readings.iter().map(|reading| query_limit(&reading.attention)).fold(0.0, f32::max);
    let map = |reading: &Reading, kind: MapKind| {
        let Query { head, u: own, .. } = reading.query;
        let figure = lens::map(&Subject::of_lambda(layer, reading.query, ""), reading, kind, limit);
        Figure {
            title: if u > 1 { format!("head {head}, u {own}") } else { format!("head {head}") },
            // Without a context of its own the query stands in the maps as well.
            ring: figure.ring.filter(|_| size == [dims.height, dims.width]),
            ..figure
        }
    };
    for &kind in MapKind::VARIANTS {
        let name = kind.word();
        let data: Vec<f32> = readings.iter().flat_map(|reading| reading.map(kind)).copied().collect();
        npy::write(&folder.join(format!("{name}.npy")), &shape, &data)?;
        let figures: Vec<Figure> = readings.iter().map(|reading| map(reading, kind)).collect();
        let caption = format!("Implicit attention, {name}: {of_query}");
        let columns = if u > 1 { u } else { 4 };
        figure::write(&folder.join(format!("{name}.png")), [name, &caption], &figures, columns)?;
    }

    let keys = transposed(&normalised_keys(layer, first.query.n(layer)), u * k);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([k]).chain(size).collect();
    npy::write(&folder.join("key_maps.npy"), &shape, &keys)?;
    let scale = Scale::Positive(max_abs(&keys));
    let key_map = |(i, values): (usize, &[f32])| Figure {
        title: if u > 1 { format!("u {}, key channel {}", i / k, i % k) } else { format!("key channel {i}") },
        grid: Grid::new(values.to_vec(), size[1]),
        scale,
        ..map(first, MapKind::Content)
    };
    let figures: Vec<Figure> = keys.chunks_exact(size[0] * size[1]).enumerate().map(key_map).collect();
    let caption = format!("Softmaxed key channels, each of which sums to 1: {}", layer.name);
    figure::write(&folder.join("key_maps.png"), ["key maps", &caption], &figures, 8)?;

    let product = Product::of(layer, &Subject::of_lambda(layer, first.query, ""), first);
    let caption = format!("{k} key channels (rows) by {v} value channels (columns): {of_query}");
    let lambdas = [
        ("lambda_content", product.content, &first.lambda_content),
        ("lambda_position", product.position, &first.lambda_position),
    ];
    let scale = Scale::Signed(lambdas.iter().map(|(_, _, lambda)| max_abs(lambda.data())).fold(0.0, f32::max));
    for (name, drawing, lambda) in lambdas {
        npy::write(&folder.join(format!("{name}.npy")), &[k, v], lambda.data())?;
        let drawing = Figure { scale, ..drawing };
        figure::write(&folder.join(format!("{name}.png")), [&drawing.title, &caption], slice::from_ref(&drawing), 1)?;
    }
    let bias: Vec<f32> = readings.iter().step_by(u).map(|reading| reading.attention.bias).collect();
    npy::write(&folder.join("bias.npy"), &[h], &bias)?;
    let values = transposed(layer.value.data(), u * v);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([v]).chain(size).collect();
    npy::write(&folder.join("value.npy"), &shape, &values)?;
    let output = transposed(layer.output.data(), h * v);
    npy::write(&folder.join("output.npy"), &[h * v, dims.height, dims.width], &output)?;

    let proofs = readings.iter().map(|reading| reading.proof);
    let worst = proofs.fold(first.proof, |worst, own| if own.relative() > worst.relative() { own } else { worst });
    say(format!(
        "maps times values plus bias differ from the layer's output by {:.2e} at most, {:.2e} of its largest value",
        worst.difference,
        worst.relative()
    ))
}
