//! What a query draws on, in a sentence that is made from its maps: which part carries the weight, with which sign, and where
//! it lies. Content is told by its place in the picture, since a content lambda knows no other; position by its direction and
//! distance from the query.

use crate::read::reading::Reading;
use crate::read::spread::{Side, Sign, Spread};
use lambdascope_core::tensor::Tensor;
use lambdascope_core::text::whole_percent;

/// The share of a part's weight that one sign must have to be the part's sign.
const OF_ONE_SIGN: f32 = 0.7;
/// The share of all weight below which a part is not spoken of.
const SILENT: f32 = 0.1;
/// The share of the cells, of the picture or of a part of it, that hold half of a part's weight: up to the first it is a few
/// places, up to the second places all over it, up to the third much of it. Even weights have a half.
const AREAS: [f32; 3] = [0.04, 0.15, 0.35];

/// One part of the sentence: how much weight it carries, and what is done with what: `draws on`, a place.
struct Part {
    name: &'static str,
    mass: f32,
    deeds: Vec<(&'static str, String)>,
}

impl Part {
    /// What is done in words, after a verb that was said before.
    fn said(&self, before: Option<&'static str>) -> String {
        let mut last = before;
        let deed = |(verb, place): &(&'static str, String)| {
            let again = last.replace(verb) == Some(verb);
            match (again, *verb) {
                (true, "draws on") => format!("on {place}"),
                (true, _) => place.clone(),
                (false, verb) => format!("{verb} {place}"),
            }
        };
        self.deeds.iter().map(deed).collect::<Vec<_>>().join(" and ")
    }
}

/// What the query draws on, in one sentence.
pub fn gist(reading: &Reading) -> String {
    let content = part(reading, "content", &reading.attention.content, of_the_picture);
    let position = part(reading, "position", &reading.attention.position, seen_from_the_query);
    let all = content.mass + position.mass;
    if all <= 0.0 {
        return "This query takes nothing from anywhere: all its weights are zero.".to_owned();
    }
    let [first, second] = [content, position];
    // One of them alone, or as good as alone.
    for (part, other) in [(&first, &second), (&second, &first)] {
        if other.mass < SILENT * all {
            let share = if other.mass > 0.0 { "almost only" } else { "only" };
            return format!("This query {}, {share} by {}.", part.said(None), part.name);
        }
    }
    if first.deeds.len() + second.deeds.len() > 2 {
        return format!(
            "By {}, this query {}; by {}, it {}.",
            first.name,
            first.said(None),
            second.name,
            second.said(None)
        );
    }
    // A verb that goes for both is said once.
    let also = second.said(first.deeds.first().map(|(verb, _)| *verb));
    format!("This query {} ({}) and {also} ({}).", first.said(None), first.name, second.name)
}

/// What a query's position part alone draws on, in one sentence; `None` where the layer adds none.
pub fn by_position(reading: &Reading) -> Option<String> {
    let part = part(reading, "position", &reading.attention.position, seen_from_the_query);
    (part.mass > 0.0).then(|| format!("By position alone, this query {}.", part.said(None)))
}

/// What a query's lambda λᶜ + λᵖ_n is made of, in one sentence.
pub fn lambda(reading: &Reading) -> String {
    let size = |lambda: &Tensor| lambda.data().iter().map(|cell| cell.abs()).sum::<f32>();
    let [content, position] = [&reading.lambda_content, &reading.lambda_position].map(size);
    let all = content + position;
    let matrix = match reading.lambda_content.shape() {
        [k, v] => format!("{k} × {v} matrix"),
        _ => "matrix".to_owned(),
    };
    if all <= 0.0 {
        return format!("This query’s lambda is a {matrix} of zeros.");
    }
    format!(
        "This query’s lambda is a {matrix}: by the size of its numbers, {} comes from content (λᶜ) and {} from position (λᵖ).",
        whole_percent(content / all),
        whole_percent(position / all)
    )
}

/// How the weight is shared between the parts, and how concentrated their sum is.
pub fn shares(reading: &Reading) -> String {
    let measure = |map: &[f32]| Spread::of(map, reading.size, Sign::Both, reading.query.cell(), reading.near);
    let [content, position, total] =
        [&reading.attention.content, &reading.attention.position, &reading.attention.total].map(|map| measure(map));
    let all = content.mass + position.mass;
    if all <= 0.0 {
        return String::new();
    }
    format!(
        "Weight: {} content, {} position; half of the total lies in {} of {} cells.",
        whole_percent(content.mass / all),
        whole_percent(position.mass / all),
        total.half,
        total.cells,
    )
}

/// The part of a map that the sentence speaks of, with the words for where it lies.
fn part(reading: &Reading, name: &'static str, map: &[f32], place: fn(&Spread) -> String) -> Part {
    let of = |sign| Spread::of(map, reading.size, sign, reading.query.cell(), reading.near);
    let [plus, minus, both] = [Sign::Plus, Sign::Minus, Sign::Both].map(of);
    let [added, subtracted] = [("draws on", place(&plus)), ("subtracts", place(&minus))];
    let deeds = if both.mass > 0.0 && plus.mass >= OF_ONE_SIGN * both.mass {
        vec![added]
    } else if plus.mass <= (1.0 - OF_ONE_SIGN) * both.mass {
        vec![subtracted]
    } else if added.1 != subtracted.1 {
        vec![added, subtracted]
    } else {
        vec![("both adds and subtracts", place(&both))]
    };
    Part { name, mass: both.mass, deeds }
}

/// Where weights lie in the picture.
fn of_the_picture(spread: &Spread) -> String {
    let part = region(spread.region).map_or("the picture".to_owned(), |region| format!("the {region}"));
    let [few, some, much] = AREAS;
    // A part of the picture is half or a quarter of it.
    let halvings = [spread.region.down, spread.region.right].iter().filter(|toward| **toward != 0).count();
    match spread.area() * (1 << halvings) as f32 {
        _ if spread.half == 1 => format!("one place in {part}"),
        area if area <= few => format!("a few places in {part}"),
        area if area <= some => format!("places all over {part}"),
        area if area <= much => format!("much of {part}"),
        _ => format!("almost all of {part}"),
    }
}

/// Where weights lie as seen from the query.
fn seen_from_the_query(spread: &Spread) -> String {
    let side = side(spread.side);
    if spread.own >= 0.5 {
        return "its own place".to_owned();
    }
    match (spread.near >= 0.5, side) {
        (true, Some(side)) => format!("what lies just {side} it"),
        (true, None) => "what lies right around it".to_owned(),
        (false, Some(side)) => format!("what lies farther {side} it"),
        (false, None) => "its wider surroundings".to_owned(),
    }
}

/// A direction with its preposition: `left of`, `above and right of`.
fn side(side: Side) -> Option<&'static str> {
    Some(match (side.down, side.right) {
        (-1, -1) => "above and left of",
        (-1, 0) => "above",
        (-1, _) => "above and right of",
        (0, -1) => "left of",
        (0, 0) => return None,
        (0, _) => "right of",
        (_, -1) => "below and left of",
        (_, 0) => "below",
        _ => "below and right of",
    })
}

/// A part of the picture: `upper left`, `right half`.
fn region(side: Side) -> Option<&'static str> {
    Some(match (side.down, side.right) {
        (-1, -1) => "upper left",
        (-1, 0) => "upper half",
        (-1, _) => "upper right",
        (0, -1) => "left half",
        (0, 0) => return None,
        (0, _) => "right half",
        (_, -1) => "lower left",
        (_, 0) => "lower half",
        _ => "lower right",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::query::Query;

    /// A reading of an 8×8 map at row 4, column 4, with 1 for near, whose maps have these weights.
    fn reading(content: &[([usize; 2], f32)], position: &[([usize; 2], f32)]) -> Reading {
        let map = |cells: &[([usize; 2], f32)]| {
            let mut map = vec![0.0; 64];
            cells.iter().for_each(|([y, x], value)| map[y * 8 + x] = *value);
            map
        };
        let mut reading = Reading::of(&fixture::layer(8, 8), Query { y: 4, x: 4, head: 0, u: 0 });
        let (content, position) = (map(content), map(position));
        reading.attention.total = content.iter().zip(&position).map(|(c, p)| c + p).collect();
        (reading.attention.content, reading.attention.position) = (content, position);
        reading
    }

    /// The same value in every cell of rows and columns.
    fn block(rows: std::ops::Range<usize>, columns: std::ops::Range<usize>, value: f32) -> Vec<([usize; 2], f32)> {
        rows.flat_map(|y| columns.clone().map(move |x| ([y, x], value))).collect()
    }

    #[test]
    fn each_part_has_its_verb_and_its_place() {
        let gist = |content: &[_], position: &[_]| gist(&reading(content, position));
        let everywhere = block(0..8, 0..8, 0.1);
        assert_eq!(
            gist(&everywhere, &[([4, 3], -5.0)]),
            "This query draws on almost all of the picture (content) and subtracts what lies just left of it (position)."
        );
        assert_eq!(
            gist(&block(0..4, 0..4, 1.0), &block(5..8, 4..5, 4.0)),
            "This query draws on almost all of the upper left (content) and on what lies farther below it \
             (position)."
        );
        assert_eq!(
            gist(&[([1, 7], -3.0), ([1, 6], -3.0), ([0, 7], -3.0)], &[([4, 4], -4.0)]),
            "This query subtracts places all over the upper right (content) and its own place (position)."
        );
        let around = [([4, 3], 2.0), ([4, 5], 2.0), ([3, 4], 2.0), ([5, 4], 2.0)];
        assert_eq!(
            gist(&[([0, 0], 3.0), ([7, 7], -3.0)], &around),
            "By content, this query draws on one place in the upper left and subtracts one place in the lower \
             right; by position, it draws on what lies right around it."
        );
        let alternating: Vec<_> = block(0..8, 0..8, 1.0)
            .into_iter()
            .map(|([y, x], value)| ([y, x], if (y + x) % 2 == 0 { value } else { -value }))
            .collect();
        assert_eq!(
            gist(&alternating, &around.map(|(cell, value)| (cell, 9.0 * value))),
            "This query both adds and subtracts almost all of the picture (content) and draws on what lies right around it \
             (position)."
        );
    }

    #[test]
    fn a_part_that_adds_little_or_nothing_is_left_out() {
        let far = block(0..2, 4..5, 2.0);
        assert_eq!(gist(&reading(&[], &far)), "This query draws on what lies farther above it, only by position.");
        assert_eq!(
            gist(&reading(&[([0, 0], 0.1)], &far)),
            "This query draws on what lies farther above it, almost only by position."
        );
        assert_eq!(
            gist(&reading(&[([2, 2], -1.0)], &[])),
            "This query subtracts one place in the upper left, only by content."
        );
        assert_eq!(gist(&reading(&[], &[])), "This query takes nothing from anywhere: all its weights are zero.");
    }

    #[test]
    fn other_views_have_sentences_of_their_own() {
        let mut reading = reading(&[([0, 0], 1.0)], &[([4, 3], -2.0)]);
        assert_eq!(
            by_position(&reading),
            Some("By position alone, this query subtracts what lies just left of it.".into())
        );
        reading.attention.position.fill(0.0);
        assert_eq!(by_position(&reading), None);
        reading.lambda_content = Tensor::new([1, 2], vec![1.0, -2.0]).unwrap();
        reading.lambda_position = Tensor::new([1, 2], vec![-1.0, 0.0]).unwrap();
        assert_eq!(
            lambda(&reading),
            "This query’s lambda is a 1 × 2 matrix: by the size of its numbers, 75\u{a0}% comes from content (λᶜ) and \
             25\u{a0}% from position (λᵖ)."
        );
    }

    #[test]
    fn shares_are_of_the_parts_and_the_concentration_of_their_sum() {
        let reading = reading(&[([0, 0], 1.0)], &[([4, 4], -2.0), ([4, 5], 1.0)]);
        assert_eq!(
            shares(&reading),
            "Weight: 25\u{a0}% content, 75\u{a0}% position; half of the total lies in 1 of 64 cells."
        );
    }
}
