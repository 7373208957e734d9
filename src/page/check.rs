//! Five questions at the end, made of the picture and the layer on screen, with their right answers worked out from the trace.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::text::{cell, grouped};
use lambdascope_explain::read::implicit_attention::attention_of;
use lambdascope_explain::read::lambda::normalised_keys;
use lambdascope_explain::read::query::{Query, query_vector, reach, sees};
use lambdascope_explain::read::reading::Reading;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// In code and in tests.
    pub id: &'static str,
    /// The question.
    pub question: String,
    /// Answers to choose from.
    pub choices: Vec<String>,
    /// The right one, by its place.
    pub right: usize,
    /// Why, with the numbers.
    pub why: String,
}

impl Item {
    /// With the right answer in another place, so that it is not always the first.
    fn turned(mut self, by: usize) -> Self {
        let count = self.choices.len();
        let by = by % count.max(1);
        self.choices.rotate_right(by);
        self.right = (self.right + by) % count.max(1);
        self
    }
}

/// The questions about a layer and a query; those that it gives no ground for are left out.
pub fn check(layer: &LambdaTrace, reading: &Reading) -> Vec<Item> {
    let query = reading.query;
    let items =
        [Some(axis(layer, reading)), Some(signs(reading)), memory(layer), shift(layer, reading), far(layer, query)];
    let turn = query.y + query.x + query.head;
    items.into_iter().flatten().enumerate().map(|(at, item)| item.turned(turn + 2 * at)).collect()
}

/// Whether a sum is 1, but for rounding.
fn is_one(sum: f32) -> bool {
    (sum - 1.0).abs() < 1e-3
}

/// Which axis the softmax is over.
fn axis(layer: &LambdaTrace, reading: &Reading) -> Item {
    let query = reading.query;
    let row = layer.dims.intra * layer.dims.key_depth;
    let keys = normalised_keys(layer, query.n(layer));
    let channel: f32 = keys.iter().skip(query.u * layer.dims.key_depth).step_by(row.max(1)).sum();
    let here = query.n(layer).min(layer.dims.positions() - 1);
    let place: f32 = keys[here * row..(here + 1) * row].iter().sum();
    let weights = reading.attention.sum();
    let sums = [channel, place, weights];
    let choices = [
        "a key channel, over all positions",
        "a position, over all key channels",
        "this query’s weights, over all positions",
        "none of these",
    ];
    Item {
        id: "axis",
        question: "Of this layer’s numbers, which sum to 1?".into(),
        choices: choices.map(str::to_owned).to_vec(),
        right: sums.iter().position(|sum| is_one(*sum)).unwrap_or(sums.len()),
        why: format!(
            "The first key channel sums to {channel:.3} over the positions, one position to {place:.3} over the key channels, and this query’s weights to {weights:.3}. The softmax of the keys is over positions."
        ),
    }
}

/// Why weights have signs.
fn signs(reading: &Reading) -> Item {
    let weights = &reading.attention.total;
    let negative = weights.iter().filter(|weight| **weight < 0.0).count();
    let right = match negative {
        0 => 0,
        some if 2 * some < weights.len() => 1,
        _ => 2,
    };
    let choices = ["none: weights are never negative", "some, but fewer than half", "half of them or more"];
    Item {
        id: "signs",
        question: format!("This query has {} weights. How many are negative?", grouped(weights.len() as u64)),
        choices: choices.map(str::to_owned).to_vec(),
        right,
        why: format!(
            "{} are. No softmax is taken of a = q·(k̄ + e), and q’s numbers have either sign; a negative weight takes its place’s value away.",
            grouped(negative as u64)
        ),
    }
}

/// When lambdas take less memory than maps.
fn memory(layer: &LambdaTrace) -> Option<Item> {
    let [k, v, h] = [layer.dims.key_depth, layer.dims.value_depth, layer.dims.heads];
    let right = k * v / h;
    let mut numbers = vec![right, k * v, k + v, 2 * k * v * h];
    numbers.sort_unstable();
    numbers.dedup();
    let place = numbers.iter().position(|number| *number == right)?;
    let n = layer.dims.queries();
    Some(Item {
        id: "memory",
        question: format!(
            "Suppose every query’s λ of {k} × {v} numbers were held, or else the maps of {h} heads. From where on are the lambdas fewer numbers?"
        ),
        choices: numbers.iter().map(|number| format!("above {} positions", grouped(*number as u64))).collect(),
        right: place,
        why: format!(
            "n × k × v is less than h × n² where n is more than k × v / h = {right}. This layer has n = {}.",
            grouped(n as u64)
        ),
    })
}

/// What moving a query does to its position weights.
fn shift(layer: &LambdaTrace, reading: &Reading) -> Option<Item> {
    let query = reading.query;
    let here = &reading.attention.position;
    let strongest = (0..here.len()).max_by(|a, b| here[*a].abs().total_cmp(&here[*b].abs()))?;
    if here[strongest] == 0.0 {
        return None;
    }
    let width = layer.dims.context_width;
    let from = [strongest / width, strongest % width];
    let size = [layer.dims.context_height, width];
    let moved = |cell: [usize; 2], by: [isize; 2]| {
        let along = |at: usize, by: isize, size: usize| at.checked_add_signed(by).filter(|at| *at < size);
        Some([along(cell[0], by[0], size[0])?, along(cell[1], by[1], size[1])?])
    };
    let shifts = [[2, 2], [2, -2], [-2, 2], [-2, -2], [1, 1], [1, -1], [-1, 1], [-1, -1]];
    let (by, to, place) = shifts.into_iter().find_map(|by| {
        let to = moved(query.cell(), by)?;
        Some((by, to, moved(from, by)?))
    })?;
    let held = attention_of(layer, Query { y: to[0], x: to[1], ..query }, query_vector(layer, query)).position;
    let mirrored = moved(from, by.map(|step| -step));
    let mut choices = vec![place, from];
    choices.extend(mirrored);
    let weight = here[strongest];
    let right = choices.iter().position(|at| (held[at[0] * width + at[1]] - weight).abs() <= 1e-6 * weight.abs())?;
    Some(Item {
        id: "shift",
        question: format!(
            "By position, this query draws the most on {}. Give the pixel at {} exactly this q: where does that weight go?",
            cell(from),
            cell(to)
        ),
        choices: choices.into_iter().map(cell).collect(),
        right,
        why: format!(
            "It moves along, to {}: an embedding belongs to the offset alone. There the weight is {:.4}, as it was.",
            cell(place),
            held[place[0] * width + place[1]]
        ),
    })
}

/// What reaches how far.
fn far(layer: &LambdaTrace, query: Query) -> Option<Item> {
    let [height, width] = [layer.dims.context_height, layer.dims.context_width];
    let corners = [[0, 0], [0, width - 1], [height - 1, 0], [height - 1, width - 1]];
    let distance = |at: &[usize; 2]| at[0].abs_diff(query.y).max(at[1].abs_diff(query.x));
    let corner = corners.into_iter().max_by_key(distance)?;
    let is_seen = sees(layer, query.n(layer), corner[0] * width + corner[1]);
    let content = layer.content && is_seen;
    let [rows, columns] = reach(layer, query);
    let position = is_seen && rows.contains(&corner[0]) && columns.contains(&corner[1]);
    let choices = ["through λᶜ alone", "through λᵖ alone", "through both", "through neither"];
    let right = match (content, position) {
        (true, false) => 0,
        (false, true) => 1,
        (true, true) => 2,
        (false, false) => 3,
    };
    let [r, c] = layer.dims.window;
    Some(Item {
        id: "far",
        question: format!(
            "The corner at {} is {} cells away. Through what can this query draw on it?",
            cell(corner),
            distance(&corner)
        ),
        choices: choices.map(str::to_owned).to_vec(),
        right,
        why: format!(
            "λᵖ has embeddings for {r} × {c} offsets, which {} it. λᶜ, {}, is of the whole picture: that is what “global” means, and it needs no position.",
            if position { "reach" } else { "do not reach" },
            if layer.content { "which this layer has" } else { "which this layer lacks" }
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_explain::fixture;

    fn items(layer: &LambdaTrace, y: usize, x: usize) -> Vec<Item> {
        check(layer, &Reading::of(layer, Query { y, x, head: 1, u: 0 }))
    }

    fn answer<'a>(items: &'a [Item], id: &str) -> &'a str {
        let item = items.iter().find(|item| item.id == id).unwrap();
        &item.choices[item.right]
    }

    #[test]
    fn a_local_layer_with_content_has_all_five_and_their_answers() {
        let layer = fixture::layer(9, 9);
        let found = items(&layer, 1, 2);
        let ids: Vec<&str> = found.iter().map(|item| item.id).collect();
        assert_eq!(ids, ["axis", "signs", "memory", "shift", "far"]);
        assert_eq!(answer(&found, "axis"), "a key channel, over all positions");
        let dims = &layer.dims;
        let threshold = dims.key_depth * dims.value_depth / dims.heads;
        assert_eq!(answer(&found, "memory"), format!("above {threshold} positions"));
        assert_eq!(answer(&found, "far"), "through λᶜ alone");
        let reading = Reading::of(&layer, Query { y: 1, x: 2, head: 1, u: 0 });
        let negative = reading.attention.total.iter().filter(|weight| **weight < 0.0).count();
        let expected = ["none: weights are never negative", "some, but fewer than half", "half of them or more"];
        let right = if negative == 0 { 0 } else { 1 + usize::from(2 * negative >= 81) };
        assert_eq!(answer(&found, "signs"), expected[right]);
        for item in &found {
            assert!(item.right < item.choices.len() && item.choices.len() > 1, "{}", item.id);
            let mut choices = item.choices.clone();
            choices.sort();
            choices.dedup();
            assert_eq!(choices.len(), item.choices.len(), "{}: one answer twice", item.id);
        }
    }

    #[test]
    fn every_kind_of_layer_gets_answers_of_its_own() {
        for (kind, layer) in fixture::every_kind() {
            for (y, x) in [(0, 0), (2, 3), (4, 5)] {
                let found = items(&layer, y, x);
                assert!(found.len() >= 4, "{kind}");
                let axis = answer(&found, "axis");
                assert_eq!(axis == "none of these", !layer.content, "{kind}: {axis}");
                let positions = layer.dims.window != [0, 0];
                assert!(positions || found.iter().all(|item| item.id != "shift"), "{kind}");
                let far = answer(&found, "far");
                assert!(layer.content || !far.contains("both"), "{kind}: {far}");
            }
        }
    }
}
