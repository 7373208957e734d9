//! A trail back through the network: from a position of the last map to the last layer that looks around, from one of the
//! positions that it took most from to the layer before, and so on. What is followed stands in the address.

use crate::page::address::pair;
use crate::page::place::Place;
use lambdascope_core::nn::trace::{LayerTrace, Trace};
use lambdascope_explain::read::query::Query;

/// The key in the address.
pub const TRAIL: &str = "trail";

/// The cells that were followed, `[y, x]`: the first in the last map, each later one in the context of the layer before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail(pub Vec<[usize; 2]>);

impl std::str::FromStr for Trail {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.split('_').map(pair).collect::<Option<_>>().map(Self).ok_or(())
    }
}

impl std::fmt::Display for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cells: Vec<String> = self.0.iter().map(|[y, x]| format!("{y}.{x}")).collect();
        f.write_str(&cells.join("_"))
    }
}

impl Trail {
    /// The queries that its cells are in the layers from the last to the first, as far as there are layers and the cells lie
    /// in their maps; `last_map` is the map of the first cell. The head is the same everywhere.
    pub fn places(&self, trace: &Trace, last_map: [usize; 2], head: usize) -> Vec<Place> {
        let mut map = last_map;
        let mut places = Vec::new();
        for (cell, layer) in self.0.iter().zip((0..trace.layers.len()).rev()) {
            if cell[0] >= map[0] || cell[1] >= map[1] {
                break;
            }
            let head = head.min(trace.layers[layer].heads().saturating_sub(1));
            let place = Place { layer, query: Query { head, ..Query::default() } };
            places.push(place.at_part(*cell, map, trace));
            map = context(&trace.layers[layer]);
        }
        places
    }

    /// The trail that goes on from its step `at` to a cell.
    #[must_use]
    pub fn on(&self, at: usize, cell: [usize; 2]) -> Self {
        Self(self.0.iter().copied().take(at + 1).chain([cell]).collect())
    }

    /// The trail up to its step `at`.
    #[must_use]
    pub fn until(&self, at: usize) -> Self {
        Self(self.0.iter().copied().take(at + 1).collect())
    }
}

/// Rows and columns of a layer's context.
fn context(layer: &LayerTrace) -> [usize; 2] {
    match layer {
        LayerTrace::Lambda(layer) => [layer.dims.context_height, layer.dims.context_width],
        LayerTrace::Attention(layer) => [layer.dims.height, layer.dims.width],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_explain::fixture;

    #[test]
    fn a_trail_is_read_as_it_was_written() {
        let trail = Trail(vec![[4, 5], [0, 12]]);
        assert_eq!(trail.to_string(), "4.5_0.12");
        assert_eq!("4.5_0.12".parse(), Ok(trail.clone()));
        for senseless in ["", "4", "4.5_", "a.b", "4.5_-1.2"] {
            assert!(senseless.parse::<Trail>().is_err(), "{senseless}");
        }
        assert_eq!(trail.on(0, [1, 1]), Trail(vec![[4, 5], [1, 1]]));
        assert_eq!(trail.on(1, [1, 1]), Trail(vec![[4, 5], [0, 12], [1, 1]]));
        assert_eq!(trail.until(0), Trail(vec![[4, 5]]));
    }

    #[test]
    fn cells_are_carried_from_layer_to_layer_back_through_the_network() {
        let layers = [LayerTrace::Lambda(fixture::layer(8, 8)), LayerTrace::Attention(fixture::attention(4, 4))];
        let trace = Trace { layers: layers.to_vec() };
        let places = |cells: &[[usize; 2]]| Trail(cells.to_vec()).places(&trace, [2, 2], 1);
        let found = places(&[[1, 0], [3, 2], [0, 0]]);
        let at = |layer, y, x| Place { layer, query: Query { y, x, head: 1, u: 0 } };
        assert_eq!(found, [at(1, 3, 1), at(0, 7, 5)], "there is no third layer");
        assert_eq!(places(&[[2, 0]]), [], "beyond the last map");
        assert_eq!(places(&[[1, 1], [4, 0]]).len(), 1, "beyond the layer's context");
    }
}
