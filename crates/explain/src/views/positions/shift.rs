//! Translation equivariance by hand: the same vector q in another query's place. The position part of its implicit
//! attention moves with it, rigidly; the content part knows no places and stays.

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::LambdaTrace;

use crate::figures::grid::Scale;
use crate::read::implicit_attention::{ImplicitAttention, attention_of, implicit_attention};
use crate::read::query::{Query, query_vector};

/// How far a query is moved, rows down and columns to the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift(pub [isize; 2]);

impl Shift {
    /// As much of it as keeps the query on its map.
    pub fn within(self, layer: &LambdaTrace, query: Query) -> Self {
        let along = |at: usize, by: isize, count: usize| {
            (at as isize).saturating_add(by).clamp(0, count as isize - 1) - at as isize
        };
        let Self([dy, dx]) = self;
        Self([along(query.y, dy, layer.dims.height), along(query.x, dx, layer.dims.width)])
    }

    /// Where it takes a query; it must keep it on its map.
    pub fn of(self, query: Query) -> Query {
        let Self([dy, dx]) = self;
        Query { y: query.y.saturating_add_signed(dy), x: query.x.saturating_add_signed(dx), ..query }
    }

    /// One more step.
    pub fn and(self, dy: isize, dx: isize) -> Self {
        Self([self.0[0].saturating_add(dy), self.0[1].saturating_add(dx)])
    }
}

impl std::fmt::Display for Shift {
    /// As the address writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0[0], self.0[1])
    }
}

impl std::str::FromStr for Shift {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (dy, dx) = text.split_once('.').unwrap_or((text, ""));
        // No map has more rows or columns.
        let number = |text: &str| text.parse::<i16>().map(isize::from);
        Ok(Self([number(dy)?, number(dx)?]))
    }
}

/// Which vector stands in the place that the query is moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// q_n, held fixed.
    Held,
    /// The place's own.
    Own,
}

/// The two parts of an implicit attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// q · e_nm
    Position,
    /// q · k̄_m
    Content,
}

/// A query, and the place that it is moved to with its own q and with that place's.
#[derive(Clone, Debug, PartialEq)]
pub struct Shifted {
    /// Rows and columns of the context's map.
    pub size: [usize; 2],
    /// How far.
    pub shift: Shift,
    /// The place that it is moved to.
    pub to: Query,
    /// q_n where it is.
    pub here: ImplicitAttention,
    /// q_n as if it stood where it is moved to.
    pub held: ImplicitAttention,
    /// The q of that place.
    pub own: ImplicitAttention,
}

/// How far a map is from what a rigid motion (position) or standing still (content) would make of the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `[Hc · Wc]`; 0 where there is nothing to compare with.
    pub values: Vec<f32>,
    /// The largest magnitude.
    pub largest: f32,
    /// How many cells were compared.
    pub compared: usize,
}

impl Shifted {
    /// Moves a query as far as the map allows.
    pub fn of(layer: &LambdaTrace, query: Query, shift: Shift) -> Self {
        let shift = shift.within(layer, query);
        let to = shift.of(query);
        Self {
            size: [layer.dims.context_height, layer.dims.context_width],
            shift,
            to,
            here: implicit_attention(layer, query),
            held: attention_of(layer, to, query_vector(layer, query)),
            own: implicit_attention(layer, to),
        }
    }

    /// The maps after the motion.
    pub fn after(&self, whose: Whose) -> &ImplicitAttention {
        match whose {
            Whose::Held => &self.held,
            Whose::Own => &self.own,
        }
    }

    /// The difference of the maps after the motion to what is said to become of `here`: the position map moved along, the
    /// content map where it is.
    pub fn difference(&self, part: Part, whose: Whose) -> Difference {
        let after = self.after(whose);
        let mut difference = Difference { values: vec![0.0; part.map(after).len()], largest: 0.0, compared: 0 };
        for (m, (value, after)) in difference.values.iter_mut().zip(part.map(after)).enumerate() {
            if let Some(before) = self.expected(part, m) {
                *value = after - before;
                difference.compared += 1;
                difference.largest = difference.largest.max(value.abs());
            }
        }
        difference
    }

    /// What cell m of a part would be; `None` where the moved map has nothing to move there.
    fn expected(&self, part: Part, m: usize) -> Option<f32> {
        let [height, width] = self.size;
        let Shift([dy, dx]) = match part {
            Part::Position => self.shift,
            Part::Content => Shift::default(),
        };
        let y = (m / width).checked_add_signed(-dy).filter(|y| *y < height)?;
        let x = (m % width).checked_add_signed(-dx).filter(|x| *x < width)?;
        part.map(&self.here).get(y * width + x).copied()
    }

    /// The difference in words.
    pub fn sentence(&self, part: Part, whose: Whose) -> String {
        let Difference { largest, compared, .. } = self.difference(part, whose);
        let like = match part {
            Part::Position => "the moved map",
            Part::Content => "the map before",
        };
        if largest == 0.0 {
            return format!("Equals {like}: the largest difference over {compared} cells is exactly 0.");
        }
        let scale = Scale::Positive(self.limit(part));
        format!("Differs from {like} by up to {}, over {compared} cells.", scale.write(largest))
    }

    /// The largest magnitude of a part's three maps: their common scale.
    pub fn limit(&self, part: Part) -> f32 {
        [&self.here, &self.held, &self.own]
            .map(|map| lambdascope_core::tensor::max_abs(part.map(map)))
            .into_iter()
            .fold(0.0, f32::max)
    }
}

impl Part {
    /// This part of an implicit attention.
    pub fn map(self, attention: &ImplicitAttention) -> &[f32] {
        match self {
            Self::Position => &attention.position,
            Self::Content => &attention.content,
        }
    }
}

/// Why the demonstration does not hold for a layer, if it does not.
pub fn caveat(layer: &LambdaTrace) -> Option<&'static str> {
    if layer.mask == Mask::None {
        None
    } else if layer.content {
        Some("This layer has a mask: every query sees a different part of the context, so neither part moves freely.")
    } else {
        Some("This layer has a mask: every query sees a different part of the context, which cuts the moved map off.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_position_part_moves_rigidly_and_the_content_part_not_at_all() {
        for (kind, layer) in fixture::every_kind() {
            if caveat(&layer).is_some() {
                continue;
            }
            let query = Query { y: 2, x: 3, head: 1, u: layer.dims.intra - 1 };
            for shift in [[0, 0], [1, 2], [-2, -3], [2, -1], [0, 1]] {
                let shifted = Shifted::of(&layer, query, Shift(shift));
                assert_eq!(shifted.shift, Shift(shift));
                let position = shifted.difference(Part::Position, Whose::Held);
                assert_eq!(position.largest, 0.0, "{kind} {shift:?}");
                let [height, width] = shifted.size;
                let kept = |by: isize, count: usize| count.saturating_sub(by.unsigned_abs());
                assert_eq!(position.compared, kept(shift[0], height) * kept(shift[1], width), "{kind} {shift:?}");
                let content = shifted.difference(Part::Content, Whose::Held);
                assert_eq!((content.largest, content.compared), (0.0, height * width), "{kind} {shift:?}");
            }
        }
    }

    #[test]
    fn the_shifted_places_own_query_gives_other_maps() {
        let layer = fixture::layer(6, 7);
        let query = Query { y: 2, x: 3, head: 0, u: 0 };
        let shifted = Shifted::of(&layer, query, Shift([1, -1]));
        assert_eq!(shifted.own, implicit_attention(&layer, Query { y: 3, x: 2, ..query }));
        for part in [Part::Position, Part::Content] {
            assert!(shifted.difference(part, Whose::Own).largest > 1e-3, "{part:?}");
            assert!(shifted.limit(part) > 0.0);
        }
        assert_eq!(
            shifted.sentence(Part::Content, Whose::Held),
            "Equals the map before: the largest difference over 42 cells is exactly 0."
        );
        let moved = shifted.sentence(Part::Position, Whose::Own);
        assert!(
            moved.starts_with("Differs from the moved map by up to ") && moved.ends_with(", over 30 cells."),
            "{moved}"
        );
        // A motion that did not happen is seen.
        let still = Shifted { shift: Shift([0, 0]), ..shifted };
        assert!(still.difference(Part::Position, Whose::Held).largest > 1e-3);
    }

    #[test]
    fn a_mask_is_owned_up_to() {
        let masked: Vec<&str> = fixture::every_kind()
            .into_iter()
            .filter(|(_, layer)| caveat(layer).is_some())
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(masked, ["causal", "masked"]);
    }

    #[test]
    fn a_shift_stays_on_the_map_and_comes_back_from_the_address() {
        let layer = fixture::layer(6, 7);
        let query = Query { y: 0, x: 5, ..Query::default() };
        assert_eq!(Shift([-3, 4]).within(&layer, query), Shift([0, 1]));
        assert_eq!(Shift([99, -99]).within(&layer, query), Shift([5, -5]));
        assert_eq!(Shift([-1, 2]).to_string(), "-1.2");
        assert_eq!("-1.2".parse(), Ok(Shift([-1, 2])));
        for bad in ["", "1", "1.", "a.b", "1.2.3", "99999.0"] {
            assert!(bad.parse::<Shift>().is_err(), "{bad}");
        }
        assert_eq!(Shift([1, 2]).and(-1, 3), Shift([0, 5]));
    }
}
