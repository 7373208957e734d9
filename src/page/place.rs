//! The place in the network that is shown: a layer, a head and a query, always inside the trace it belongs to.

use lambdascope_core::nn::trace::Trace;
use lambdascope_explain::read::query::Query;

use crate::page::address::Address;

/// A layer and a query in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Trace::layers`].
    pub layer: usize,
    /// Position and head.
    pub query: Query,
}

/// A change of place that a key or a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Rows down and columns to the right.
    By(isize, isize),
    /// The row's first cell.
    RowStart,
    /// The row's last cell.
    RowEnd,
    /// The map's first cell.
    FirstCell,
    /// The map's last cell.
    LastCell,
    /// Layers forward.
    Layer(isize),
    /// Heads forward.
    Head(isize),
}

impl Move {
    /// The move of a key as the browser names it, if it has one.
    pub fn of_key(key: &str, shift: bool, control: bool) -> Option<Self> {
        let step = if shift { 4 } else { 1 };
        Some(match (key, control) {
            ("ArrowUp", false) => Self::By(-step, 0),
            ("ArrowDown", false) => Self::By(step, 0),
            ("ArrowLeft", false) => Self::By(0, -step),
            ("ArrowRight", false) => Self::By(0, step),
            ("Home", false) => Self::RowStart,
            ("End", false) => Self::RowEnd,
            ("Home", true) => Self::FirstCell,
            ("End", true) => Self::LastCell,
            ("PageUp", false) => Self::Layer(-1),
            ("PageDown", false) => Self::Layer(1),
            ("[", false) => Self::Head(-1),
            ("]", false) => Self::Head(1),
            _ => return None,
        })
    }
}

impl Move {
    /// The cell `[y, x]` of a grid `[rows, columns]` that this move leads to, from none to the first; at an edge it stays.
    /// `None` for moves that leave the grid.
    pub fn in_grid(self, from: Option<[usize; 2]>, [rows, columns]: [usize; 2]) -> Option<[usize; 2]> {
        let Some([y, x]) = from else { return Some([0, 0]) };
        Some(match self {
            Self::By(dy, dx) => [clamped(y, dy, rows), clamped(x, dx, columns)],
            Self::RowStart => [y, 0],
            Self::RowEnd => [y, columns.saturating_sub(1)],
            Self::FirstCell => [0, 0],
            Self::LastCell => [rows.saturating_sub(1), columns.saturating_sub(1)],
            Self::Layer(_) | Self::Head(_) => return None,
        })
    }
}

impl Place {
    /// The place that an address names; what it leaves out or what the trace does not have is the middle of the first
    /// layer. `None` if the trace has no layer.
    pub fn of_address(address: &Address, trace: &Trace) -> Option<Self> {
        let named = address.layer.as_ref().and_then(|name| trace.layers.iter().position(|layer| layer.name() == *name));
        let layer = named.unwrap_or(0);
        let shown = trace.layers.get(layer)?;
        let [height, width] = shown.map();
        Some(Self {
            layer,
            query: Query {
                y: address.y.filter(|y| *y < height).unwrap_or(height / 2),
                x: address.x.filter(|x| *x < width).unwrap_or(width / 2),
                head: address.head.filter(|head| *head < shown.heads()).unwrap_or(0),
                u: address.u.filter(|u| *u < shown.intra()).unwrap_or(0),
            },
        })
    }

    /// What an address names of a place and the trace does not have, in a sentence; `None` if it has all of it.
    pub fn missing(address: &Address, trace: &Trace) -> Option<String> {
        let shown = match &address.layer {
            None => trace.layers.first()?,
            Some(name) => match trace.layers.iter().find(|layer| layer.name() == *name) {
                Some(layer) => layer,
                None if trace.layers.is_empty() => return None,
                None => return Some(format!("This network has no layer {name} to look into; another one is shown.")),
            },
        };
        let [height, width] = shown.map();
        let beyond = |value: Option<usize>, end: usize| value.is_some_and(|value| value >= end);
        if beyond(address.y, height) || beyond(address.x, width) {
            return Some(format!(
                "The link’s query lies outside the map of {}, which has {height} rows and {width} columns; another one is \
                 shown.",
                shown.name()
            ));
        }
        let head = address.head.filter(|head| *head >= shown.heads());
        head.map(|head| format!("{} has no head {head} (it has {}); head 0 is shown.", shown.name(), shown.heads()))
    }

    /// The same part of the picture in another layer. Layers that the trace does not have change nothing.
    pub fn in_layer(self, layer: usize, trace: &Trace) -> Self {
        self.carried(trace, layer, trace)
    }

    /// The same layer and head at the part of the picture that a cell `[y, x]` of another map, `[rows, columns]`, covers.
    pub fn at_part(self, [y, x]: [usize; 2], [rows, columns]: [usize; 2], trace: &Trace) -> Self {
        let Some(layer) = trace.layers.get(self.layer) else { return self };
        let [height, width] = layer.map();
        Self { query: Query { y: scaled(y, rows, height), x: scaled(x, columns, width), ..self.query }, ..self }
    }

    /// The place in another network's trace that is most like this one: the layer of the same name, else the one as deep
    /// in the network; the same part of the picture; the same head, as far as there are that many.
    pub fn in_network(self, own: &Trace, other: &Trace) -> Self {
        let Some(from) = own.layers.get(self.layer) else { return self };
        let named = other.layers.iter().position(|layer| layer.name() == from.name());
        let depth = |from: usize, to: usize| (2 * self.layer + 1) * to / (2 * from);
        let layer = named.unwrap_or_else(|| depth(own.layers.len(), other.layers.len()));
        self.carried(own, layer, other)
    }

    fn carried(self, own: &Trace, layer: usize, other: &Trace) -> Self {
        let (Some(from), Some(to)) = (own.layers.get(self.layer), other.layers.get(layer)) else { return self };
        Self {
            layer,
            query: Query {
                y: scaled(self.query.y, from.map()[0], to.map()[0]),
                x: scaled(self.query.x, from.map()[1], to.map()[1]),
                head: self.query.head.min(to.heads().saturating_sub(1)),
                u: self.query.u.min(to.intra().saturating_sub(1)),
            },
        }
    }

    /// The place after a move; at an edge it stays.
    pub fn moved(self, by: Move, trace: &Trace) -> Self {
        let Some(layer) = trace.layers.get(self.layer) else { return self };
        let [height, width] = layer.map();
        let Query { y, x, head, u } = self.query;
        let at = |y, x, head| Self { layer: self.layer, query: Query { y, x, head, u } };
        match by {
            Move::By(dy, dx) => at(clamped(y, dy, height), clamped(x, dx, width), head),
            Move::RowStart => at(y, 0, head),
            Move::RowEnd => at(y, width - 1, head),
            Move::FirstCell => at(0, 0, head),
            Move::LastCell => at(height - 1, width - 1, head),
            Move::Head(by) => at(y, x, clamped(head, by, layer.heads())),
            Move::Layer(by) => self.in_layer(clamped(self.layer, by, trace.layers.len()), trace),
        }
    }
}

/// The cell of `to` along an axis in which the centre of one of `from` lies.
pub fn scaled(at: usize, from: usize, to: usize) -> usize {
    ((2 * at + 1) * to / (2 * from.max(1))).min(to.saturating_sub(1))
}

fn clamped(at: usize, by: isize, count: usize) -> usize {
    at.saturating_add_signed(by).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_core::nn::trace::LayerTrace;
    use lambdascope_explain::fixture;

    fn of(sizes: &[[usize; 2]]) -> Trace {
        Trace { layers: sizes.iter().map(|[y, x]| LayerTrace::Lambda(fixture::layer(*y, *x))).collect() }
    }

    fn trace() -> Trace {
        of(&[[6, 8], [3, 4]])
    }

    fn place(layer: usize, y: usize, x: usize, head: usize) -> Place {
        Place { layer, query: Query { y, x, head, u: 0 } }
    }

    #[test]
    fn an_address_places_the_query_and_bad_values_fall_back() {
        let trace = trace();
        let good =
            Address { layer: Some("stages.3.1".into()), head: Some(1), y: Some(2), x: Some(0), ..Address::default() };
        assert_eq!(Place::of_address(&good, &trace), Some(place(1, 2, 0, 1)));
        let bad =
            Address { layer: Some("nowhere".into()), head: Some(2), y: Some(6), x: Some(7), ..Address::default() };
        assert_eq!(Place::of_address(&bad, &trace), Some(place(0, 3, 7, 0)));
        assert_eq!(Place::of_address(&good, &Trace::default()), None);
    }

    #[test]
    fn keys_move_and_edges_hold() {
        let trace = trace();
        let press =
            |from: Place, key, shift, control| Move::of_key(key, shift, control).map(|by| from.moved(by, &trace));
        let start = place(0, 1, 6, 0);
        assert_eq!(press(start, "ArrowUp", false, false), Some(place(0, 0, 6, 0)));
        assert_eq!(press(start, "ArrowUp", true, false), Some(place(0, 0, 6, 0)));
        assert_eq!(press(start, "ArrowDown", true, false), Some(place(0, 5, 6, 0)));
        assert_eq!(press(start, "ArrowRight", true, false), Some(place(0, 1, 7, 0)));
        assert_eq!(press(start, "Home", false, false), Some(place(0, 1, 0, 0)));
        assert_eq!(press(start, "End", false, true), Some(place(0, 5, 7, 0)));
        assert_eq!(press(start, "]", false, false), Some(place(0, 1, 6, 1)));
        assert_eq!(press(place(0, 1, 6, 1), "]", false, false), Some(place(0, 1, 6, 1)));
        assert_eq!(press(start, "a", false, false), None);
    }

    #[test]
    fn another_network_shows_the_layer_of_the_same_name_or_depth() {
        let own = trace();
        let named = of(&[[12, 16], [9, 9], [6, 8]]);
        assert_eq!(place(0, 5, 6, 1).in_network(&own, &named), place(2, 5, 6, 1));
        // No layer of that name: the second of two is as deep as the third of three.
        assert_eq!(place(1, 2, 3, 1).in_network(&own, &named), place(2, 5, 7, 1));
        let short = of(&[[1, 1]]);
        assert_eq!(place(1, 2, 3, 1).in_network(&own, &short), place(0, 0, 0, 1));
        assert_eq!(place(1, 2, 3, 1).in_network(&own, &Trace::default()), place(1, 2, 3, 1));
    }

    #[test]
    fn another_layer_shows_the_same_part_of_the_picture() {
        let trace = trace();
        assert_eq!(place(0, 5, 6, 1).moved(Move::Layer(1), &trace), place(1, 2, 3, 1));
        assert_eq!(place(1, 2, 3, 1).moved(Move::Layer(-1), &trace), place(0, 5, 7, 1));
        assert_eq!(place(1, 2, 3, 1).moved(Move::Layer(1), &trace), place(1, 2, 3, 1));
    }
}
