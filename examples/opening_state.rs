//! Searches every place of every sample with an answer beside it for the one that the page opens with, and writes it.
//!
//!     cargo run --release --example opening_state -- src/page/opening.json
//!
//! A good place has a content and a position part that are both visible on the scale that they share, the content of one sign
//! and in few places, the position on one side of the query, or its signs on two; and it has that for every query of a walk
//! round a square that begins there, since the page lets the query walk.

#![cfg_attr(not(target_family = "wasm"), allow(clippy::unwrap_used))]

#[cfg(not(target_family = "wasm"))]
mod search {
    use std::path::PathBuf;

    use lambdascope_core::nn::trace::LambdaTrace;
    use lambdascope_core::tensor::max_abs;
    use lambdascope_explain::read::query::Query;
    use lambdascope_explain::read::reading::Reading;
    use lambdascope_explain::read::scale::query_limit;
    use lambdascope_explain::read::spread::{Side, Sign, Spread};
    use lambdascope_explain::views::summary::gist;
    use lambdascope_page::page::opening::Opening;
    use lambdascope_page::page::samples;
    use lambdascope_protocol::Precomputed;

    /// The side of the square that the query walks round, in cells.
    const SIDE: usize = 5;
    /// The least rows and columns of a layer whose maps are worth a first look.
    const LEAST: usize = 12;

    fn www(path: &str) -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "www/samples", path].iter().collect()
    }

    /// How clear the contrast of a query's two parts is, from 0 to 1.
    fn clarity(reading: &Reading) -> f32 {
        let measure = |map: &[f32], sign| Spread::of(map, reading.size, sign, reading.query.cell(), reading.near);
        let limit = query_limit(&reading.attention);
        let signs = |map: &[f32]| [Sign::Plus, Sign::Minus].map(|sign| measure(map, sign));
        let [added, subtracted] = signs(&reading.attention.content);
        let [ahead, behind] = signs(&reading.attention.position);
        let [content, position] = [added.mass + subtracted.mass, ahead.mass + behind.mass];
        if limit <= 0.0 || content <= 0.0 || position <= 0.0 {
            return 0.0;
        }
        let balance = 2.0 * content.min(position) / (content + position);
        let seen = [&reading.attention.content, &reading.attention.position].map(|map| max_abs(map) / limit);
        // Content of one sign, in few places.
        let of_content = if added.mass > subtracted.mass { added } else { subtracted };
        let content_clear = (2.0 * of_content.mass / content - 1.0) * (1.0 - 2.0 * of_content.area()).max(0.0).powi(3);
        // Position on one side of the query, or one sign on one side and the other on another.
        let share = ahead.mass.max(behind.mass) / position;
        let of_position = if ahead.mass > behind.mass { ahead } else { behind };
        let is_on_a_side = of_position.side != Side::default();
        let is_split = is_on_a_side
            && [ahead, behind].iter().all(|part| part.side != Side::default())
            && ahead.side != behind.side;
        let position_clear = if is_split {
            1.0
        } else if is_on_a_side {
            2.0 * share - 1.0
        } else {
            0.0
        };
        balance
            * content_clear
            * position_clear
            * (0.5 + 0.5 * of_position.near)
            * (2.0 * seen[0].min(seen[1])).min(1.0)
    }

    /// The squares that begin at a query, as far as they lie inside the map: four, one a corner.
    fn walks([rows, columns]: [usize; 2], from: [usize; 2]) -> Vec<Vec<[usize; 2]>> {
        let side = SIDE as isize;
        let square = |down: isize, right: isize| {
            let legs = [(0, right), (down, 0), (0, -right), (-down, 0)];
            let (mut at, mut walk) = (from, vec![from]);
            for (dy, dx) in legs {
                for _ in 0..side {
                    at = [at[0].checked_add_signed(dy)?, at[1].checked_add_signed(dx)?];
                    (at[0] < rows && at[1] < columns).then_some(())?;
                    walk.push(at);
                }
            }
            Some(walk)
        };
        [(1, 1), (1, -1), (-1, 1), (-1, -1)].into_iter().filter_map(|(down, right)| square(down, right)).collect()
    }

    /// The best walk of one head of a layer, with what it is worth and the share of that which its first query has.
    fn best(layer: &LambdaTrace, head: usize) -> Option<(f32, Vec<[usize; 2]>)> {
        let size = [layer.dims.height, layer.dims.width];
        let queries = (0..size[0]).flat_map(|y| (0..size[1]).map(move |x| [y, x]));
        let worth: Vec<f32> =
            queries.clone().map(|[y, x]| clarity(&Reading::of(layer, Query { y, x, head, u: 0 }))).collect();
        let of = |[y, x]: [usize; 2]| worth[y * size[1] + x];
        // A place at the rim shows half of what there is to see.
        let is_inside = |[y, x]: [usize; 2]| {
            [(y, size[0]), (x, size[1])].iter().all(|(at, side)| *at >= side / 4 && *at < side - side / 4)
        };
        queries
            .filter(|query| is_inside(*query))
            .flat_map(|query| walks(size, query))
            .map(|walk| {
                let mean = walk.iter().map(|query| of(*query)).sum::<f32>() / walk.len() as f32;
                ((mean * of(walk[0])).sqrt(), walk)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
    }

    pub fn run(path: &str) -> anyhow::Result<()> {
        let samples = samples::shipped();
        let mut found = Vec::new();
        for sample in samples {
            let Some(file) = &sample.precomputed else { continue };
            let answer = Precomputed::read(&std::fs::read(www(file))?)?.answer;
            let is_right = answer.predictions.first().map(|first| &first.label) == sample.label.as_ref();
            if !is_right {
                continue;
            }
            for layer in answer.trace.layers.iter().filter_map(|layer| layer.as_lambda()) {
                if layer.dims.height.min(layer.dims.width) < LEAST {
                    continue;
                }
                for head in 0..layer.dims.heads {
                    let Some((worth, walk)) = best(layer, head) else { continue };
                    let [y, x] = walk[0];
                    let gist = gist(&Reading::of(layer, Query { y, x, head, u: 0 }));
                    let opening = Opening { sample: sample.id.clone(), layer: layer.name.clone(), head, walk, gist };
                    found.push((worth, opening));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (worth, Opening { sample, layer, head, walk, gist }) in &found {
            println!("{worth:.3}  {sample}, {layer}, head {head}, {},{}: {gist}", walk[0][0], walk[0][1]);
        }
        let (_, best) = found.first().ok_or_else(|| anyhow::anyhow!("no sample has an answer beside it"))?;
        std::fs::write(path, format!("{}\n", serde_json::to_string(best)?))?;
        println!("written to {path}");
        Ok(())
    }
}

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = arguments.as_slice() else {
        anyhow::bail!("expected the path of the file to write, found {} arguments", arguments.len());
    };
    search::run(path)
}

#[cfg(target_family = "wasm")]
fn main() {}
