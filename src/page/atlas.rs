//! One place carried into every lambda layer and head of a run.

use crate::page::place::Place;
use lambdascope_core::nn::trace::Trace;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::views::atlas::Entry;

/// The atlas of a place: every layer and head, in the network's order, at the same part of the picture.
pub fn entries(place: Place, trace: &Trace) -> Vec<Entry> {
    let mut entries = Vec::new();
    let lambdas = trace.layers.iter().enumerate().filter_map(|(index, layer)| Some((index, layer.as_lambda()?)));
    for (index, layer) in lambdas {
        let query = place.in_layer(index, trace).query;
        entries.extend((0..layer.dims.heads).map(|head| Entry::of(index, layer, Query { head, ..query })));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_core::nn::trace::LayerTrace;
    use lambdascope_explain::fixture;

    #[test]
    fn a_place_is_carried_into_every_layer_and_head() {
        let trace = Trace { layers: [[6, 8], [3, 4]].map(|[y, x]| LayerTrace::Lambda(fixture::layer(y, x))).to_vec() };
        let place = Place { layer: 0, query: Query { y: 5, x: 6, head: 1, u: 0 } };
        let entries = entries(place, &trace);
        let places: Vec<_> = entries.iter().map(|entry| (entry.layer, entry.query)).collect();
        let at = |y, x, head| Query { y, x, head, u: 0 };
        assert_eq!(places, [(0, at(5, 6, 0)), (0, at(5, 6, 1)), (1, at(2, 3, 0)), (1, at(2, 3, 1))]);
        assert_eq!(entries[2], Entry::of(1, trace.layers[1].as_lambda().unwrap(), at(2, 3, 0)));
        assert_eq!(entries[3].size, [3, 4]);
    }
}
