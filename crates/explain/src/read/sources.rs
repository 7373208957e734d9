//! Where a query's output comes from: each position's contribution to y_n, by its length.
//!
//! y_n = Σ_m c_m (+ q_n·b), with c_m = Σ_u a_nmu v_mu in a lambda layer and w_nm v_m in self-attention. With one u the length
//! of c_m is |a_nm|·‖v_m‖.

use lambdascope_core::nn::trace::{AttentionTrace, LambdaTrace, LayerTrace};

use crate::read::implicit_attention::every_u;
use crate::read::query::Query;
use crate::read::softmax_attention::SoftmaxAttention;

/// A position of the context and its part of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Row and column in the context's map.
    pub cell: [usize; 2],
    /// ‖c_m‖ over the sum of all positions' lengths; lengths do not cancel, as the contributions themselves may.
    pub share: f32,
}

/// The `count` positions that contribute most to a query's output, the most first.
pub fn sources(layer: &LayerTrace, query: Query, count: usize) -> Vec<Source> {
    let (lengths, columns) = match layer {
        LayerTrace::Lambda(layer) => (of_lambda(layer, query), layer.dims.context_width),
        LayerTrace::Attention(layer) => (of_attention(layer, query), layer.dims.width),
    };
    let all: f32 = lengths.iter().sum();
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by(|a, b| lengths[*b].total_cmp(&lengths[*a]).then(a.cmp(b)));
    let source =
        |m: usize| Source { cell: [m / columns, m % columns], share: if all > 0.0 { lengths[m] / all } else { 0.0 } };
    order.into_iter().take(count).map(source).collect()
}

/// ‖Σ_u a_nmu v_mu‖ for every position.
fn of_lambda(layer: &LambdaTrace, query: Query) -> Vec<f32> {
    let (maps, v) = (every_u(layer, query), layer.dims.value_depth);
    let length = |m: usize| {
        let part = |j: usize| -> f32 {
            maps.iter().enumerate().map(|(u, map)| map.total[m] * layer.value.row(m)[u * v + j]).sum()
        };
        (0..v).map(part).map(|part| part * part).sum::<f32>().sqrt()
    };
    (0..layer.dims.positions()).map(length).collect()
}

/// w_nm ‖v_m‖ for every position.
fn of_attention(layer: &AttentionTrace, query: Query) -> Vec<f32> {
    let (weights, v) = (SoftmaxAttention::of(layer, query).weights, layer.dims.value_depth);
    let value = |m: usize| &layer.value.row(m)[query.head * v..][..v];
    let length = |m: usize| value(m).iter().map(|part| part * part).sum::<f32>().sqrt();
    weights.iter().enumerate().map(|(m, weight)| weight * length(m)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::implicit_attention::implicit_attention;

    #[test]
    fn with_one_u_a_part_is_the_weight_times_the_values_length() {
        let layer = fixture::layer(5, 6);
        let query = Query { y: 1, x: 4, head: 1, u: 0 };
        let map = implicit_attention(&layer, query).total;
        let length = |m: usize| layer.value.row(m).iter().map(|v| v * v).sum::<f32>().sqrt() * map[m].abs();
        let all: f32 = (0..30).map(length).sum();
        let found = sources(&LayerTrace::Lambda(layer.clone()), query, 30);
        assert!((found.iter().map(|source| source.share).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(found.windows(2).all(|pair| pair[0].share >= pair[1].share));
        for source in found {
            let expected = length(source.cell[0] * 6 + source.cell[1]) / all;
            assert!((source.share - expected).abs() < 1e-6, "{source:?} against {expected}");
        }
    }

    #[test]
    fn contributions_of_several_u_are_added_before_they_are_measured() {
        // Two u of equal keys and embeddings whose values cancel.
        let mut layer = fixture::with_intra(3, 3, 2);
        let (k, v) = (layer.dims.key_depth, layer.dims.value_depth);
        for m in 0..9 {
            for i in 0..k {
                let bar = layer.k_bar.data()[m * 2 * k + i];
                layer.k_bar.data_mut()[m * 2 * k + k + i] = bar;
            }
            for j in 0..v {
                let value = layer.value.data()[m * 2 * v + j];
                layer.value.data_mut()[m * 2 * v + v + j] = -value;
            }
        }
        let window = layer.dims.window[0] * layer.dims.window[1];
        for row in 0..window {
            for i in 0..k {
                let own = layer.position.data()[row * 2 * k + i];
                layer.position.data_mut()[row * 2 * k + k + i] = own;
            }
        }
        let found = sources(&LayerTrace::Lambda(layer), Query { y: 1, x: 1, head: 0, u: 0 }, 9);
        assert!(found.iter().all(|source| source.share == 0.0), "{found:?}");
    }

    #[test]
    fn self_attention_is_measured_likewise() {
        let layer = fixture::attention(4, 5);
        let query = Query { y: 2, x: 2, head: 1, u: 0 };
        let weights = SoftmaxAttention::of(&layer, query).weights;
        let found = sources(&LayerTrace::Attention(layer.clone()), query, 2);
        let length = |[y, x]: [usize; 2]| {
            let value = &layer.value.row(y * 5 + x)[4..8];
            weights[y * 5 + x] * value.iter().map(|v| v * v).sum::<f32>().sqrt()
        };
        assert_eq!(found.len(), 2);
        assert!(length(found[0].cell) >= length(found[1].cell));
        assert!((found[0].share / found[1].share - length(found[0].cell) / length(found[1].cell)).abs() < 1e-4);
    }
}
