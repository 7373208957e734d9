//! The attention a lambda layer implies, read back exactly: a_nm = q_n · (k̄_m + e_nm), signed and not normalised.
//!
//! y_n = λ_nᵀ q_n = Σ_m a_nm v_m + q_n·b (paper, section 3.1, with the association reversed), where b is the bias that the
//! public implementations add to the position convolution. Every figure here follows from the trace alone.

use crate::nn::trace::LambdaTrace;

/// One query's implicit attention over the map, for one head. Maps are `[H · W]`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct ImplicitAttention {
    /// q_n · k̄_m: what the content lambda takes from each position.
    pub content: Vec<f32>,
    /// q_n · e_nm: what the position lambda takes; zero outside the window.
    pub position: Vec<f32>,
    /// Their sum, a_nm.
    pub total: Vec<f32>,
    /// q_n · b, which is added to each of the head's outputs and belongs to no position.
    pub bias: f32,
}

/// A query: a position of the map and a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// Row.
    pub y: usize,
    /// Column.
    pub x: usize,
    /// Head.
    pub head: usize,
}

/// The rows and columns, both inclusive, of the position lambda's window around a query, clipped to the map:
/// `[top, left, bottom, right]`.
pub fn window(layer: &LambdaTrace, query: Query) -> [usize; 4] {
    let reach = layer.dims.window / 2;
    [
        query.y.saturating_sub(reach),
        query.x.saturating_sub(reach),
        (query.y + reach).min(layer.dims.height - 1),
        (query.x + reach).min(layer.dims.width - 1),
    ]
}

/// The query vector q_n of a head, `[k]`.
pub fn query_vector(layer: &LambdaTrace, query: Query) -> &[f32] {
    let k = layer.dims.key_depth;
    &layer.query.row(query.y * layer.dims.width + query.x)[query.head * k..(query.head + 1) * k]
}

/// The layer's own output y_n of a head, `[v]`, as the backend computed it.
pub fn layer_output(layer: &LambdaTrace, query: Query) -> &[f32] {
    let v = layer.dims.value_depth;
    &layer.output.row(query.y * layer.dims.width + query.x)[query.head * v..(query.head + 1) * v]
}

/// Reads one query's implicit attention out of a trace.
pub fn implicit_attention(layer: &LambdaTrace, query: Query) -> ImplicitAttention {
    let dims = &layer.dims;
    let q = query_vector(layer, query);
    let content: Vec<f32> = (0..dims.positions()).map(|m| dot(q, layer.key.row(m))).collect();
    let mut position = vec![0.0; dims.positions()];
    let [top, left, bottom, right] = window(layer, query);
    let reach = dims.window / 2;
    for y in top..=bottom {
        for x in left..=right {
            let offset = (y + reach - query.y) * dims.window + (x + reach - query.x);
            position[y * dims.width + x] = dot(q, layer.position.row(offset));
        }
    }
    let total = content.iter().zip(&position).map(|(c, p)| c + p).collect();
    ImplicitAttention { content, position, total, bias: dot(q, layer.position_bias.data()) }
}

/// The output that the implicit attention gives: Σ_m a_nm v_m + q_n·b, `[v]`.
pub fn reconstruct(layer: &LambdaTrace, attention: &ImplicitAttention) -> Vec<f32> {
    let mut output = vec![attention.bias; layer.dims.value_depth];
    for (m, a) in attention.total.iter().enumerate() {
        for (y, v) in output.iter_mut().zip(layer.value.row(m)) {
            *y += a * v;
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
    /// difference / scale; the difference itself where the layer's output is zero.
    pub fn relative(&self) -> f32 {
        if self.scale > 0.0 { self.difference / self.scale } else { self.difference }
    }
}

/// Compares Σ_m a_nm v_m + q_n·b with the layer's own output for one query.
pub fn prove(layer: &LambdaTrace, query: Query, attention: &ImplicitAttention) -> Proof {
    let reconstructed = reconstruct(layer, attention);
    let difference =
        reconstructed.iter().zip(layer_output(layer, query)).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
    Proof { difference, scale: crate::tensor::max_abs(layer.output.data()) }
}

pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
