//! The files of one query of a lambda layer.

use std::path::Path;

use anyhow::{Context, Result};

use super::super::figure::{Figure, Panel, Scale};
use super::super::{npy, say};
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::{max_abs, transposed};
use lambdascope_explain::read::implicit_attention::{ImplicitAttention, Proof, every_u, reconstruct};
use lambdascope_explain::read::lambda::{content_lambda, normalised_keys, position_lambda};
use lambdascope_explain::read::query::Query;

/// One of a query's maps.
type Kind = fn(&ImplicitAttention) -> &Vec<f32>;

/// The three kinds of map with their files' stems.
const KINDS: [(&str, Kind); 3] =
    [("content", |map| &map.content), ("position", |map| &map.position), ("total", |map| &map.total)];

/// Writes a query's maps, the keys' and values', and the lambdas, and says how far the maps are from the output.
pub fn write(layer: &LambdaTrace, [y, x]: [usize; 2], folder: &Path) -> Result<()> {
    let dims = &layer.dims;
    let (h, u, k, v) = (dims.heads, dims.intra, dims.key_depth, dims.value_depth);
    let size = [dims.context_height, dims.context_width];
    let query = |head| Query { y, x, head, u: 0 };
    let maps: Vec<Vec<ImplicitAttention>> = (0..h).map(|head| every_u(layer, query(head))).collect();
    let every = || maps.iter().enumerate().flat_map(|(head, maps)| maps.iter().map(move |map| (head, map)));

    // u has an axis of its own only where there is more than one.
    let shape: Vec<usize> = [h].into_iter().chain((u > 1).then_some(u)).chain(size).collect();
    let limit = every().flat_map(|(_, map)| KINDS.map(|(_, kind)| max_abs(kind(map)))).fold(0.0, f32::max);
    // Without a context of its own the query stands in the maps as well.
    let marked = (size == [dims.height, dims.width]).then_some([y, x]);
    for (name, kind) in KINDS {
        let data: Vec<f32> = every().flat_map(|(_, map)| kind(map)).copied().collect();
        npy::write(&folder.join(format!("{name}.npy")), &shape, &data)?;
        let panel = |(i, (head, map)): (usize, (usize, &ImplicitAttention))| Panel {
            title: if u > 1 { format!("head {head}, u {}", i % u) } else { format!("head {head}") },
            values: kind(map).clone(),
        };
        let title = format!("{name} map of {} for the query {}", layer.name, short_cell([y, x]));
        let panels = every().enumerate().map(panel).collect();
        let columns = if u > 1 { u } else { 4 };
        Figure { title, panels, size, columns, scale: Scale::Signed(limit), marked }
            .write(&folder.join(format!("{name}.png")))?;
    }

    let keys = transposed(&normalised_keys(layer, query(0).n(layer)), u * k);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([k]).chain(size).collect();
    npy::write(&folder.join("key_maps.npy"), &shape, &keys)?;
    let panel = |(i, values): (usize, &[f32])| Panel {
        title: if u > 1 { format!("u {}, key {}", i / k, i % k) } else { format!("key {i}") },
        values: values.to_vec(),
    };
    let panels = keys.chunks_exact(size[0] * size[1]).enumerate().map(panel).collect();
    let title = format!("normalised keys of {}, each summing to 1", layer.name);
    let limit = max_abs(&keys);
    Figure { title, panels, size, columns: 8, scale: Scale::Signed(limit), marked }
        .write(&folder.join("key_maps.png"))?;

    let lambdas = [
        ("lambda_content", content_lambda(layer, query(0)).into_owned()),
        ("lambda_position", position_lambda(layer, query(0))),
    ];
    let limit = lambdas.iter().map(|(_, lambda)| max_abs(lambda.data())).fold(0.0, f32::max);
    for (name, lambda) in lambdas {
        npy::write(&folder.join(format!("{name}.npy")), &[k, v], lambda.data())?;
        let title = format!("{} of {}: {k} keys by {v} values", name.replace('_', " "), layer.name);
        let panels = vec![Panel { title: String::new(), values: lambda.into_data() }];
        Figure { title, panels, size: [k, v], columns: 1, scale: Scale::Signed(limit), marked: None }
            .write(&folder.join(format!("{name}.png")))?;
    }
    let bias: Vec<f32> = maps.iter().map(|maps| maps.first().map_or(0.0, |map| map.bias)).collect();
    npy::write(&folder.join("bias.npy"), &[h], &bias)?;
    let values = transposed(layer.value.data(), u * v);
    let shape: Vec<usize> = (u > 1).then_some(u).into_iter().chain([v]).chain(size).collect();
    npy::write(&folder.join("value.npy"), &shape, &values)?;
    let output = transposed(layer.output.data(), h * v);
    npy::write(&folder.join("output.npy"), &[h * v, dims.height, dims.width], &output)?;

    let proofs = (0..h).map(|head| Proof::of(layer, query(head), &reconstruct(layer, &maps[head])));
    let worst = proofs.max_by(|a, b| a.relative().total_cmp(&b.relative()));
    let worst = worst.context("the layer has no head")?;
    say(format!(
        "maps times values plus bias differ from the layer's output by {:.2e} at most, {:.2e} of its largest value",
        worst.difference,
        worst.relative()
    ))
}
