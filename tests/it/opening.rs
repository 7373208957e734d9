//! The state that the page opens with, and the sentences on queries, against the arrays of the answers that lie beside the
//! page. What a sentence claims is worked out here once more, cell by cell, from the trace alone.

use std::path::PathBuf;

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::Reading;
use lambdascope_explain::views::summary::{gist, shares};
use lambdascope_page::page::opening::opening;
use lambdascope_page::page::samples;
use lambdascope_protocol::Precomputed;

fn answer(sample: &str) -> Precomputed {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "www/samples", &format!("{sample}.answer")].iter().collect();
    Precomputed::read(&std::fs::read(path).unwrap()).unwrap()
}

fn samples_with_answers() -> Vec<String> {
    let samples = samples::shipped().iter();
    samples.filter(|sample| sample.precomputed.is_some()).map(|sample| sample.id.clone()).collect()
}

#[test]
fn the_page_opens_at_a_place_that_exists_and_says_what_is_there() {
    let opening = opening().unwrap();
    assert!(samples_with_answers().contains(&opening.sample), "its numbers are there before the engine");
    let answer = answer(&opening.sample).answer;
    let layer =
        answer.trace.layers.iter().filter_map(|layer| layer.as_lambda()).find(|layer| layer.name == opening.layer);
    let layer = layer.unwrap();
    assert!(opening.head < layer.dims.heads);
    assert!(opening.walk.iter().all(|[y, x]| *y < layer.dims.height && *x < layer.dims.width));
    for step in opening.walk.windows(2) {
        let away = step[0][0].abs_diff(step[1][0]) + step[0][1].abs_diff(step[1][1]);
        assert_eq!(away, 1, "from {:?} to {:?}", step[0], step[1]);
    }
    // Half a minute of steps of a second and a half.
    assert!(opening.walk.len() <= 21, "{} steps", opening.walk.len());
    let [y, x] = opening.walk[0];
    assert_eq!(gist(&Reading::of(layer, Query { y, x, head: opening.head, u: 0 })), opening.gist);
}

/// What one sign of a part of the weights does: its cells `(row, column, weight above 0)`.
struct Weights {
    cells: Vec<(f32, f32, f32)>,
    all: f32,
}

impl Weights {
    fn of(map: &[f32], width: usize, sign: f32) -> Self {
        let cells: Vec<_> = map
            .iter()
            .enumerate()
            .filter(|(_, value)| **value * sign > 0.0)
            .map(|(m, value)| ((m / width) as f32, (m % width) as f32, value.abs()))
            .collect();
        let all = cells.iter().map(|(.., weight)| weight).sum();
        Self { cells, all }
    }

    /// The share of the weight in the cells that `is_in` holds for.
    fn share(&self, is_in: impl Fn(f32, f32) -> bool) -> f32 {
        self.cells.iter().filter(|(y, x, _)| is_in(*y, *x)).map(|(.., weight)| weight).sum::<f32>() / self.all
    }

    /// The fewest cells that hold half of it.
    fn half(&self) -> usize {
        let mut weights: Vec<f32> = self.cells.iter().map(|(.., weight)| *weight).collect();
        weights.sort_by(|a, b| b.total_cmp(a));
        (1..=weights.len()).find(|count| weights[..*count].iter().sum::<f32>() >= self.all / 2.0).unwrap_or(0)
    }

    /// Σ weight · distance on the side that `ahead` is positive on, over that on both.
    fn ahead(&self, ahead: impl Fn(f32, f32) -> f32) -> f32 {
        let (mut there, mut both) = (0.0, 0.0);
        for (y, x, weight) in &self.cells {
            let by = ahead(*y, *x);
            there += weight * by.max(0.0);
            both += weight * by.abs();
        }
        there / both
    }
}

/// Holds the words on one deed of one part, `draws on …` or `subtracts …`, against the weights.
fn check(words: &str, map: &[f32], layer: &LambdaTrace, [row, column]: [usize; 2], what: &str) {
    let width = layer.dims.context_width;
    let (plus, minus) = (Weights::of(map, width, 1.0), Weights::of(map, width, -1.0));
    let both = Weights::of(&map.iter().map(|value| value.abs()).collect::<Vec<_>>(), width, 1.0);
    let own = if words.contains("both adds and subtracts") {
        assert!(plus.all.max(minus.all) < 0.7 * both.all + 1e-4, "{what}: one sign has more than seven tenths");
        both
    } else if words.contains("subtracts") {
        assert!(minus.all >= 0.299 * both.all, "{what}: little is subtracted");
        minus
    } else {
        assert!(words.contains("draws on"), "{what}: no deed");
        assert!(plus.all >= 0.299 * both.all, "{what}: little is added");
        plus
    };
    let (y0, x0) = (row as f32, column as f32);
    let [rows, columns] = [layer.dims.context_height as f32, width as f32];
    let side = layer.dims.window[0].min(layer.dims.context_height) as f32;
    let near = (side / 5.0).round().max(1.0);
    let near = own.share(|y, x| (y - y0).abs() <= near && (x - x0).abs() <= near);
    if words.contains("just ") || words.contains("right around it") {
        assert!(near >= 0.499, "{what}: {near} of it is near");
    } else if words.contains("farther") || words.contains("wider surroundings") {
        assert!(near < 0.501, "{what}: {near} of it is near");
    } else if words.contains("its own place") {
        assert!(own.share(|y, x| y == y0 && x == x0) >= 0.499, "{what}");
    } else {
        // In the picture: how many cells, and where in it.
        let halvings = ["half", "upper left", "upper right", "lower left", "lower right"];
        let parts = match halvings.iter().position(|part| words.contains(part)) {
            None => 1.0,
            Some(0) => 2.0,
            Some(_) => 4.0,
        };
        let area = own.half() as f32 / map.len() as f32 * parts;
        let (least, most) = if words.contains("one place") {
            assert_eq!(own.half(), 1, "{what}");
            (0.0, 1.0)
        } else if words.contains("a few places") {
            (0.0, 0.0401)
        } else if words.contains("places all over") {
            (0.0399, 0.1501)
        } else if words.contains("much of") {
            (0.1499, 0.3501)
        } else {
            assert!(words.contains("almost all of"), "{what}: where?");
            (0.3499, 2.0)
        };
        assert!((least..=most).contains(&area), "{what}: half of it in {area} of that part");
        let mean = |of: fn(f32, f32) -> f32| own.cells.iter().map(|(y, x, w)| w * of(*y, *x)).sum::<f32>() / own.all;
        let (y, x) = (mean(|y, _| y + 0.5) / rows, mean(|_, x| x + 0.5) / columns);
        for (word, holds) in [("upper", y < 0.34), ("lower", y > 0.66), ("left", x < 0.34), ("right", x > 0.66)] {
            assert!(!words.contains(word) || holds, "{what}: {word}, but its middle is at {y:.2}, {x:.2}");
        }
        return;
    }
    let sides: [(&str, f32); 4] = [
        ("above", own.ahead(|y, _| y0 - y)),
        ("below", own.ahead(|y, _| y - y0)),
        ("left of", own.ahead(|_, x| x0 - x)),
        ("right of", own.ahead(|_, x| x - x0)),
    ];
    for (word, share) in sides {
        assert!(!words.contains(word) || share >= 0.699, "{what}: {word}, but only {share} of the distance is there");
    }
}

#[test]
fn twenty_sentences_say_what_the_arrays_hold() {
    let mut seen = Vec::new();
    for sample in samples_with_answers() {
        let answer = answer(&sample).answer;
        let layers: Vec<_> = answer.trace.layers.iter().filter_map(|layer| layer.as_lambda()).collect();
        for (at, layer) in layers.iter().enumerate() {
            let head = (at + sample.len()) % layer.dims.heads;
            for share in [[0.5, 0.5], [0.2, 0.75]] {
                let [y, x] =
                    [share[0] * layer.dims.height as f32, share[1] * layer.dims.width as f32].map(|at| at as usize);
                let reading = Reading::of(layer, Query { y, x, head, u: 0 });
                let said = gist(&reading);
                let what = format!("{sample}, {}, head {head}, {y},{x}: {said}", layer.name);
                let of = |name: &str| {
                    if name == "content" { &reading.attention.content } else { &reading.attention.position }
                };
                let deeds = deeds(&said);
                assert!(!deeds.is_empty(), "{what}");
                for (part, words) in &deeds {
                    check(words, of(part), layer, [y, x], &what);
                }
                let mass = |map: &[f32]| map.iter().map(|value| value.abs()).sum::<f32>();
                let content = mass(&reading.attention.content)
                    / (mass(&reading.attention.content) + mass(&reading.attention.position));
                let expected = format!("{:.0}\u{a0}% content", content * 100.0);
                assert!(
                    content < 0.005 || shares(&reading).contains(&expected),
                    "{what}: {} not {expected}",
                    shares(&reading)
                );
                // A part that is left out carries less than a tenth.
                for (part, share) in [("content", content), ("position", 1.0 - content)] {
                    assert!(deeds.iter().any(|(name, _)| *name == part) || share < 0.1, "{what}: {part} has {share}");
                }
                seen.push(said);
            }
        }
    }
    assert!(seen.len() >= 20, "{} states", seen.len());
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert!(seen.len() * 2 >= count, "only {} different sentences for {count} states", seen.len());
}

/// What a sentence says of each part, deed by deed, each with its verb.
fn deeds(said: &str) -> Vec<(&'static str, String)> {
    let body = said.trim_end_matches('.');
    let verbs = |words: &str, before: &str| -> Vec<String> {
        // `and` joins deeds only before a verb or `on`.
        let mut verb = before.to_owned();
        let marked = words
            .replace(" and subtracts ", " | subtracts ")
            .replace("both adds | subtracts", "both adds and subtracts");
        marked
            .split(" | ")
            .map(|deed| {
                let own = ["both adds and subtracts", "draws on", "subtracts"]
                    .into_iter()
                    .find(|verb| deed.starts_with(verb));
                match own {
                    Some(own) => verb = own.to_owned(),
                    None => return format!("{verb} {}", deed.trim_start_matches("on ")),
                }
                deed.to_owned()
            })
            .collect()
    };
    let mut found = Vec::new();
    let mut push = |part: &'static str, words: &str, before: &str| {
        let own = verbs(words, before);
        found.extend(own.into_iter().map(|deed| (part, deed)));
    };
    if let Some(rest) = body.strip_prefix("By content, this query ") {
        let (content, position) = rest.split_once("; by position, it ").unwrap();
        push("content", content, "");
        push("position", position, "");
    } else {
        let rest = body.strip_prefix("This query ").unwrap();
        let alone = [(" by content", "content"), (" by position", "position")];
        if let Some((rest, part)) = alone.iter().find_map(|(by, part)| Some((rest.strip_suffix(by)?, *part))) {
            push(part, rest.trim_end_matches(", almost only").trim_end_matches(", only"), "");
        } else {
            let (content, position) = rest.split_once(" (content) and ").unwrap();
            push("content", content, "");
            let verb =
                ["both adds and subtracts", "draws on", "subtracts"].into_iter().find(|verb| content.starts_with(verb));
            push("position", position.trim_end_matches(" (position)"), verb.unwrap());
        }
    }
    found
}
