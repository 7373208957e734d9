//! The drawings of the position view, from what [`crate::views::positions`] and [`crate::views::positions::shift`] compute.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::query::Query;
use crate::read::reading::Reading;
use crate::views::positions::TileKind;
use crate::views::positions::shift::{Part, Shift, Shifted, Whose};

/// What the table of embeddings is indexed by.
const OFFSETS: [&str; 2] = ["row offset", "column offset"];
const CELLS: [&str; 2] = ["row", "column"];

/// One key channel's tile on a scale of ±`limit`; a ring marks no displacement.
pub fn tile(subject: &Subject, tile: TileKind, channel: usize, grid: Grid, limit: f32) -> Figure {
    let (on, word, title) = match tile {
        TileKind::Embedding => {
            let on = Dependence { intra: true, ..Dependence::LAYER };
            (on, format!("E{channel}"), format!("channel {channel}"))
        }
        TileKind::Contribution => (Dependence::ALL, format!("qE{channel}"), format!("what channel {channel} adds")),
    };
    over_offsets(subject, on, &word, title, grid, limit)
}

/// The query's kernel on its own scale.
pub fn kernel(subject: &Subject, grid: Grid) -> Figure {
    let limit = grid.largest();
    over_offsets(subject, Dependence::ALL, "kernel", "kernel of this query".to_owned(), grid, limit)
}

/// The kernel where it lies on the picture, on a scale of ±`limit`; outlined as far as it reaches.
pub fn on_picture(subject: &Subject, reading: &Reading, limit: f32) -> Figure {
    let Query { y, x, .. } = reading.query;
    Figure {
        name: subject.file("position", Dependence::ALL),
        title: "laid on the query".to_owned(),
        caption: subject.words(Dependence::ALL),
        axes: CELLS,
        grid: Grid::new(reading.attention.position.clone(), reading.size[1]),
        scale: Scale::Signed(limit),
        ring: inside(reading.query, reading.size).then_some([y, x]),
        window: reading.window,
    }
}

/// One part of the query's attention before it is moved.
pub fn before(subject: &Subject, shifted: &Shifted, part: Part) -> Figure {
    let word = word(part);
    map(subject, shifted, part, part.map(&shifted.here).to_vec(), subject.query, format!("{word} before"))
}

/// One part of it afterwards, or the difference to what is said to become of it.
pub fn after(subject: &Subject, shifted: &Shifted, part: Part, whose: Whose, as_difference: bool) -> Figure {
    let (word, Shift([dy, dx])) = (word(part), shifted.shift);
    let whose_word = match whose {
        Whose::Held => "same q",
        Whose::Own => "own q",
    };
    let (values, title, suffix) = if as_difference {
        (shifted.difference(part, whose).values, format!("{word} difference, {whose_word}"), "_difference")
    } else {
        (part.map(shifted.after(whose)).to_vec(), format!("{word}, {whose_word}"), "")
    };
    let mut figure = map(subject, shifted, part, values, shifted.to, title);
    figure.name = format!("{}_moved_{dy}.{dx}_{}{suffix}", figure.name, whose_word.replace(' ', "_"));
    figure.caption = format!("{}, moved by {dy} rows and {dx} columns", figure.caption);
    figure
}

fn map(subject: &Subject, shifted: &Shifted, part: Part, values: Vec<f32>, at: Query, title: String) -> Figure {
    Figure {
        name: subject.file(word(part), Dependence::ALL),
        title,
        caption: subject.words(Dependence::ALL),
        axes: CELLS,
        grid: Grid::new(values, shifted.size[1]),
        scale: Scale::Signed(shifted.limit(part)),
        ring: inside(at, shifted.size).then_some([at.y, at.x]),
        window: None,
    }
}

fn over_offsets(subject: &Subject, on: Dependence, word: &str, title: String, grid: Grid, limit: f32) -> Figure {
    Figure {
        name: subject.file(word, on),
        title,
        caption: subject.words(on),
        axes: OFFSETS,
        ring: Some(grid.first.map(isize::unsigned_abs)),
        grid,
        scale: Scale::Signed(limit),
        window: None,
    }
}

fn word(part: Part) -> &'static str {
    match part {
        Part::Position => "position",
        Part::Content => "content",
    }
}

fn inside(query: Query, [height, width]: [usize; 2]) -> bool {
    query.y < height && query.x < width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::views::positions;

    #[test]
    fn kernel_and_map_agree_where_the_kernel_lies() {
        let layer = fixture::layer(6, 7);
        let query = Query { y: 1, x: 4, head: 1, u: 0 };
        let subject = Subject::of_lambda(&layer, query, "mini");
        let kernel = kernel(&subject, positions::kernel(&layer, query).unwrap());
        let map = on_picture(&subject, &Reading::of(&layer, query), kernel.scale.limit());
        // The ring stands on no displacement, which lies on the query.
        assert_eq!(kernel.grid.at(kernel.ring.unwrap()), map.grid.at(map.ring.unwrap()));
        assert_eq!((kernel.ring, map.ring, map.window), (Some([2, 2]), Some([1, 4]), Some([0, 2, 3, 6])));
        assert_eq!(kernel.grid.name([0, 4]), ["−2", "2"]);
    }

    #[test]
    fn the_moved_maps_carry_the_ring_along() {
        let layer = fixture::layer(6, 7);
        let query = Query { y: 1, x: 4, head: 1, u: 0 };
        let subject = Subject::of_lambda(&layer, query, "mini");
        let shifted = Shifted::of(&layer, query, Shift([1, -2]));
        let before = before(&subject, &shifted, Part::Position);
        let held = after(&subject, &shifted, Part::Position, Whose::Held, false);
        assert_eq!((before.ring, held.ring), (Some([1, 4]), Some([2, 2])));
        assert_eq!(before.grid.at([1, 4]), held.grid.at([2, 2]));
        assert_eq!(before.scale, held.scale);
        assert_ne!(before.name, held.name);
        let difference = after(&subject, &shifted, Part::Position, Whose::Held, true);
        assert!(difference.grid.values.iter().all(|value| *value == 0.0));
    }
}
