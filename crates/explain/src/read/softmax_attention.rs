//! Self-attention read back exactly: the softmax weights of one query, which a run never holds as a map.
//!
//! w_nm = softmax_m(q_n·k_m / √k + q_n·r_nm), r_nm the sum of a vertical and a horizontal embedding; y_n = Σ_m w_nm v_m.
//! Weights are positive and sum to 1. The logits are the sum of a part from content and a part from position; the weights
//! are not, since the softmax multiplies the two parts' exponentials and divides by what they give together.

use lambdascope_core::nn::trace::AttentionTrace;
use lambdascope_core::tensor::max_abs;

use crate::read::implicit_attention::Proof;
use crate::read::query::{Query, dot};

/// One query's attention, for one head. Maps are `[H · W]`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct SoftmaxAttention {
    /// q_n·k_m / √k
    pub content: Vec<f32>,
    /// q_n·r_nm
    pub position: Vec<f32>,
    /// The softmax of their sum: at least 0, 1 in all.
    pub weights: Vec<f32>,
}

impl SoftmaxAttention {
    /// Reads one query's attention out of a trace.
    pub fn of(layer: &AttentionTrace, query: Query) -> Self {
        let dims = &layer.dims;
        let (k, q) = (dims.key_depth, query_vector(layer, query));
        let scale = 1.0 / (k as f32).sqrt();
        let content: Vec<f32> =
            (0..dims.positions()).map(|m| dot(q, &layer.key.row(m)[query.head * k..][..k]) * scale).collect();
        let vertical: Vec<f32> =
            (0..dims.height).map(|y| dot(q, layer.vertical.row(y + dims.height - 1 - query.y))).collect();
        let horizontal: Vec<f32> =
            (0..dims.width).map(|x| dot(q, layer.horizontal.row(x + dims.width - 1 - query.x))).collect();
        let position: Vec<f32> = vertical.iter().flat_map(|v| horizontal.iter().map(move |h| v + h)).collect();
        let logits: Vec<f32> = content.iter().zip(&position).map(|(c, p)| c + p).collect();
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
        let sum: f32 = powers.iter().sum();
        Self { content, position, weights: powers.into_iter().map(|power| power / sum).collect() }
    }

    /// The output that the weights give: Σ_m w_nm v_m, `[v]`.
    pub fn reconstruct(&self, layer: &AttentionTrace, head: usize) -> Vec<f32> {
        let v = layer.dims.value_depth;
        let mut output = vec![0.0; v];
        for (m, weight) in self.weights.iter().enumerate() {
            let values = &layer.value.row(m)[head * v..];
            output.iter_mut().zip(values).for_each(|(y, value)| *y += weight * value);
        }
        output
    }
}

/// The query vector q_n of a head, `[k]`, not yet scaled.
pub fn query_vector(layer: &AttentionTrace, query: Query) -> &[f32] {
    let k = layer.dims.key_depth;
    &layer.query.row(query.y * layer.dims.width + query.x)[query.head * k..][..k]
}

/// Everything the page shows for one query of an attention layer, read out of the trace in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionReading {
    /// The query.
    pub query: Query,
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// Every head's attention of this position; the proof belongs to the query's own head.
    pub heads: Vec<SoftmaxAttention>,
    /// Σ_m w_nm v_m, `[v]`.
    pub reconstructed: Vec<f32>,
    /// y_n as the layer computed it, `[v]`.
    pub output: Vec<f32>,
    /// How far the two are apart.
    pub proof: Proof,
}

impl AttentionReading {
    /// Reads one query out of a layer's trace.
    pub fn of(layer: &AttentionTrace, query: Query) -> Self {
        let dims = &layer.dims;
        let heads: Vec<SoftmaxAttention> =
            (0..dims.heads).map(|head| SoftmaxAttention::of(layer, Query { head, ..query })).collect();
        let reconstructed = heads[query.head].reconstruct(layer, query.head);
        let v = dims.value_depth;
        let output = layer.output.row(query.y * dims.width + query.x)[query.head * v..][..v].to_vec();
        let proof = Proof::between(&reconstructed, &output, &layer.output);
        Self { query, size: [dims.height, dims.width], heads, reconstructed, output, proof }
    }

    /// The largest weight of any head, where the scale that all heads share ends.
    pub fn limit(&self) -> f32 {
        self.heads.iter().map(|head| max_abs(&head.weights)).fold(0.0, f32::max)
    }

    /// The weight of a head at a cell `[y, x]`; `None` outside the map.
    pub fn at(&self, head: usize, [y, x]: [usize; 2]) -> Option<f32> {
        let weights = &self.heads.get(head)?.weights;
        if x < self.size[1] { weights.get(y * self.size[1] + x).copied() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn weights_are_a_distribution_and_give_the_output_back() {
        let layer = fixture::attention(4, 5);
        for (y, x) in [(0, 0), (3, 4), (1, 2)] {
            for head in 0..2 {
                let reading = AttentionReading::of(&layer, Query { y, x, head, u: 0 });
                for own in &reading.heads {
                    assert!(own.weights.iter().all(|weight| *weight >= 0.0));
                    assert!((own.weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                }
                assert!(reading.proof.relative() < 1e-5, "{y},{x},{head}: {:?}", reading.proof);
                assert_eq!(reading.at(head, [3, 4]), reading.heads[head].weights.last().copied());
                assert_eq!(reading.at(head, [0, 5]), None);
            }
        }
    }

    #[test]
    fn a_wrong_output_is_seen() {
        let mut layer = fixture::attention(4, 5);
        layer.output.data_mut()[0] += 0.1;
        assert!(AttentionReading::of(&layer, Query::default()).proof.relative() > 1e-3);
    }

    #[test]
    fn an_offset_is_context_minus_query() {
        let mut layer = fixture::attention(3, 4);
        layer.key.data_mut().fill(0.0);
        layer.vertical.data_mut().fill(0.0);
        layer.horizontal.data_mut().fill(0.0);
        layer.query.data_mut().fill(1.0);
        // Only what stands one column to the right of the query is looked for.
        let k = layer.dims.key_depth;
        layer.horizontal.data_mut()[4 * k..5 * k].fill(100.0);
        let reading = AttentionReading::of(&layer, Query { y: 1, x: 2, ..Query::default() });
        for y in 0..3 {
            assert!((reading.at(0, [y, 3]).unwrap() - 1.0 / 3.0).abs() < 1e-6);
        }
        assert_eq!(reading.limit(), reading.at(1, [0, 3]).unwrap());
    }
}
