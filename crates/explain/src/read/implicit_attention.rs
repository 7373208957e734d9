//! The attention a lambda layer implies, read back exactly: a_nmu = q_n · (k̄_nmu + e_nmu), signed and not normalised.
//!
//! y_n = λ_nᵀ q_n = Σ_m Σ_u a_nmu v_mu + q_n·b (paper, section 3.1, with the association reversed), where b is the bias that
//! the public implementations add to the position convolution. With intra-depth u > 1 there is a map for each u; they
//! weigh different values and are never added. Every figure here follows from the trace alone.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::{Tensor, max_abs};

use crate::read::lambda::normalised_keys;
use crate::read::query::{Query, dot, offset, query_vector, reach, sees};

/// One query's implicit attention over the context, for one head and one u. Maps are `[Hc · Wc]`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct ImplicitAttention {
    /// q_n · k̄_nm: what the content lambda takes from each position.
    pub content: Vec<f32>,
    /// q_n · e_nm: what the position lambda takes; zero outside the window and where the mask hides.
    pub position: Vec<f32>,
    /// Their sum, a_nm.
    pub total: Vec<f32>,
    /// q_n · b, which is added to each of the head's outputs and belongs to no position.
    pub bias: f32,
}

impl ImplicitAttention {
    /// Σ a.
    pub fn sum(&self) -> f32 {
        self.total.iter().sum()
    }

    /// The share of Σ |a| that is negative; 0 where all weights are 0.
    pub fn negative_share(&self) -> f32 {
        let negative: f32 = self.total.iter().map(|weight| (-weight).max(0.0)).sum();
        share(negative, mass(&self.total))
    }

    /// The share of the weight that is the position part's, of both parts' |a|; 0 where both are 0.
    pub fn position_share(&self) -> f32 {
        let position = mass(&self.position);
        share(position, mass(&self.content) + position)
    }
}

fn mass(map: &[f32]) -> f32 {
    map.iter().map(|weight| weight.abs()).sum()
}

fn share(part: f32, all: f32) -> f32 {
    if all > 0.0 { part / all } else { 0.0 }
}

/// The layer's own output y_n of a head, `[v]`, as the backend computed it.
pub fn layer_output(layer: &LambdaTrace, query: Query) -> &[f32] {
    let v = layer.dims.value_depth;
    &layer.output.row(query.n(layer))[query.head * v..(query.head + 1) * v]
}

/// Reads one query's implicit attention out of a trace, for the query's u.
pub fn implicit_attention(layer: &LambdaTrace, query: Query) -> ImplicitAttention {
    attention_of(layer, query, query_vector(layer, query))
}

/// The implicit attention of a vector q `[k]` in a query's place, for the query's u: what the layer would do if this were
/// q_n.
pub fn attention_of(layer: &LambdaTrace, query: Query, q: &[f32]) -> ImplicitAttention {
    let dims = &layer.dims;
    let k = dims.key_depth;
    let channels = query.u * k..(query.u + 1) * k;
    let keys = normalised_keys(layer, query.n(layer));
    let content: Vec<f32> =
        (0..dims.positions()).map(|m| dot(q, &keys[m * dims.intra * k..][channels.clone()])).collect();
    let mut position = vec![0.0; dims.positions()];
    let [rows, columns] = reach(layer, query);
    for y in rows {
        for x in columns.clone() {
            let m = y * dims.context_width + x;
            if sees(layer, query.n(layer), m) {
                position[m] = dot(q, &layer.position.row(offset(layer, query, [y, x]))[channels.clone()]);
            }
        }
    }
    let total = content.iter().zip(&position).map(|(c, p)| c + p).collect();
    ImplicitAttention { content, position, total, bias: dot(q, layer.position_bias.data()) }
}

/// The implicit attention of a query for every u, in order.
pub fn every_u(layer: &LambdaTrace, query: Query) -> Vec<ImplicitAttention> {
    (0..layer.dims.intra).map(|u| implicit_attention(layer, Query { u, ..query })).collect()
}

/// The output that the implicit attention gives: Σ_m Σ_u a_nmu v_mu + q_n·b, `[v]`; one map for each u.
pub fn reconstruct(layer: &LambdaTrace, maps: &[ImplicitAttention]) -> Vec<f32> {
    let v = layer.dims.value_depth;
    let mut output = vec![maps.first().map_or(0.0, |map| map.bias); v];
    for (u, map) in maps.iter().enumerate() {
        for (m, a) in map.total.iter().enumerate() {
            for (y, value) in output.iter_mut().zip(&layer.value.row(m)[u * v..]) {
                *y += a * value;
            }
        }
    }
    output
}

/// The proof line: how far the reconstruction is from the layer's own output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proof {
    /// The largest absolute difference over the head's v outputs.
    pub difference: f32,
    /// The largest absolute output of the whole layer, which the difference is measured against.
    pub scale: f32,
}

impl Proof {
    /// Compares a reconstruction `[v]` with the layer's own output for a query.
    pub fn of(layer: &LambdaTrace, query: Query, reconstructed: &[f32]) -> Self {
        Self::between(reconstructed, layer_output(layer, query), &layer.output)
    }

    /// Compares a reconstruction with a head's own output, both `[v]`, on the scale of the whole layer's.
    pub(super) fn between(reconstructed: &[f32], own: &[f32], outputs: &Tensor) -> Self {
        let difference = reconstructed.iter().zip(own).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        Self { difference, scale: max_abs(outputs.data()) }
    }

    /// difference / scale; the difference itself where the layer's output is zero.
    pub fn relative(&self) -> f32 {
        if self.scale > 0.0 { self.difference / self.scale } else { self.difference }
    }
}
