//! Everything the page shows for one query of one layer, read out of the trace in one go.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::Tensor;
use strum::{IntoStaticStr, VariantArray};

use crate::read::implicit_attention::{ImplicitAttention, Proof, every_u, layer_output, reconstruct};
use crate::read::lambda::{content_lambda, position_lambda};
use crate::read::query::{Query, query_vector, reach};
use crate::read::spread::near;

/// One query's figures. Maps are `[H · W]`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The query.
    pub query: Query,
    /// Rows and columns of the context's map.
    pub size: [usize; 2],
    /// The position lambda's window, inclusive: `[top, left, bottom, right]`; none where the layer has no position lambda.
    pub window: Option<[usize; 4]>,
    /// How many rows and columns from the query is still near, see [`near`].
    pub near: [usize; 2],
    /// q_n, `[k]`.
    pub q: Vec<f32>,
    /// The three maps of the query's u, and q·b.
    pub attention: ImplicitAttention,
    /// Σ_m Σ_u a_nmu v_mu + q_n·b, `[v]`.
    pub reconstructed: Vec<f32>,
    /// y_n as the layer computed it, `[v]`.
    pub output: Vec<f32>,
    /// How far the two are apart.
    pub proof: Proof,
    /// λᶜ, `[k, v]`; the query's own in a masked layer.
    pub lambda_content: Tensor,
    /// λᵖ_n with the bias, `[k, v]`.
    pub lambda_position: Tensor,
}

impl Reading {
    /// Reads one query out of a layer's trace.
    pub fn of(layer: &LambdaTrace, query: Query) -> Self {
        let mut maps = every_u(layer, query);
        let reconstructed = reconstruct(layer, &maps);
        let [rows, columns] = reach(layer, query);
        Self {
            query,
            size: [layer.dims.context_height, layer.dims.context_width],
            window: (!rows.is_empty() && !columns.is_empty())
                .then(|| [rows.start, columns.start, rows.end - 1, columns.end - 1]),
            near: near(layer),
            q: query_vector(layer, query).to_vec(),
            proof: Proof::of(layer, query, &reconstructed),
            reconstructed,
            output: layer_output(layer, query).to_vec(),
            lambda_content: content_lambda(layer, query).into_owned(),
            lambda_position: position_lambda(layer, query),
            attention: maps.swap_remove(query.u),
        }
    }

    /// The map of one kind.
    pub fn map(&self, kind: MapKind) -> &[f32] {
        match kind {
            MapKind::Content => &self.attention.content,
            MapKind::Position => &self.attention.position,
            MapKind::Total => &self.attention.total,
        }
    }

    /// The value of one kind at a cell `[y, x]`; `None` outside the map.
    pub fn at(&self, kind: MapKind, [y, x]: [usize; 2]) -> Option<f32> {
        if x < self.size[1] { self.map(kind).get(y * self.size[1] + x).copied() } else { None }
    }
}

/// The three maps, in the order shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum MapKind {
    /// q_n · k̄_m
    Content,
    /// q_n · e_nm
    Position,
    /// Their sum.
    Total,
}

impl MapKind {
    /// Its name for people and in file names.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_maps_give_back_the_layers_output_everywhere() {
        let layer = fixture::layer(6, 7);
        for y in 0..6 {
            for x in 0..7 {
                for head in 0..2 {
                    let reading = Reading::of(&layer, Query { y, x, head, u: 0 });
                    assert!(reading.proof.relative() < 1e-5, "{y},{x},{head}: {:?}", reading.proof);
                }
            }
        }
    }

    #[test]
    fn every_kind_of_layer_is_read_back() {
        for (kind, layer) in fixture::every_kind() {
            for (y, x) in [(0, 0), (2, 3), (4, 1)] {
                for u in 0..layer.dims.intra {
                    let reading = Reading::of(&layer, Query { y, x, head: 1, u });
                    assert!(reading.proof.relative() < 1e-5, "{kind} {y},{x}: {:?}", reading.proof);
                    assert_eq!(reading.window.is_none(), layer.dims.window == [0, 0], "{kind}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_output_is_seen() {
        let mut layer = fixture::layer(6, 7);
        layer.output.data_mut()[0] += 0.1;
        assert!(Reading::of(&layer, Query::default()).proof.relative() > 1e-3);
    }

    #[test]
    fn cells_outside_the_map_have_no_value() {
        let reading = Reading::of(&fixture::layer(3, 4), Query { y: 1, x: 1, ..Query::default() });
        assert_eq!(reading.at(MapKind::Total, [2, 3]), reading.attention.total.last().copied());
        assert_eq!(reading.at(MapKind::Total, [0, 4]), None);
        assert_eq!(reading.at(MapKind::Total, [3, 0]), None);
    }
}
