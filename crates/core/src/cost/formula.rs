//! What each contestant is predicted to take, by its definition: multiplications with an addition each, and bytes of every array.

use serde::{Deserialize, Serialize};

use super::contestant::{Contestant, Setting};
use crate::backend::Backend;

/// Bytes of a number.
const NUMBER: u64 = 4;

/// Where a device has arrays of weights, and parameters of kernels, begin.
const ALIGNMENT: u64 = 256;

/// What a contestant is predicted to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicted {
    /// Multiplications with an addition each.
    pub macs: u64,
    /// Bytes of the arrays.
    pub bytes: Bytes,
}

/// Bytes of a contestant's arrays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// The map that it is given, and what it makes of it: 2 · n · d numbers.
    pub ends: u64,
    /// Queries, keys and values, and the softmaxed keys.
    pub projected: u64,
    /// Attention's map of weights: h · n².
    pub map: u64,
    /// λᶜ: k · v.
    pub lambda: u64,
    /// Weights of projections, windows and tables.
    pub weights: u64,
    /// What a GPU's buffers take beyond that: arrays begin at multiples of 256 bytes, every kernel has parameters, and what is read
    /// back stands in a buffer of its own.
    pub overhead: u64,
}

impl Bytes {
    /// Of the arrays between kernels.
    pub fn values(&self) -> u64 {
        self.ends + self.projected + self.map + self.lambda
    }

    /// Of all a GPU's buffers.
    pub fn on_gpu(&self) -> u64 {
        self.values() + self.weights + self.overhead
    }

    /// Of what a backend makes for a contestant and is counted: on the CPU the arrays between kernels.
    pub fn on(&self, backend: Backend) -> u64 {
        match backend {
            Backend::Gpu => self.on_gpu(),
            Backend::Cpu => self.values(),
        }
    }
}

/// What a contestant takes in a setting.
pub fn predicted(contestant: Contestant, setting: &Setting) -> Predicted {
    let Setting { side, width, heads, key_depth, window } = *setting;
    let [s, d, h, k, r] = [side, width, heads, key_depth, window].map(|size| size as u64);
    let (n, v) = (s * s, setting.value_depth() as u64);
    let ends = 2 * n * d;
    let lambda = |table: u64, pairs: u64| {
        let row = (h * k + k + v).next_multiple_of(4);
        Counted {
            macs: n * d * row + n * k * v + pairs * pair(h, k, v) + n * h * k * v,
            bytes: Bytes { ends, projected: n * row + n * k, lambda: k * v, ..Bytes::default() },
            weights: vec![d * row, row, table.max(1) * k, k],
            kernels: 3,
        }
    };
    let attention = |map: u64, kernels: u64| {
        let row = (2 * h * k + h * v).next_multiple_of(4);
        let table = (2 * s - 1) * k;
        Counted {
            macs: n * d * row + h * n * (n * (k + v) + 2 * s * k),
            bytes: Bytes { ends, projected: n * row, map, ..Bytes::default() },
            weights: vec![d * row, row, table, table],
            kernels,
        }
    };
    match contestant {
        Contestant::LambdaContent => lambda(0, 0),
        Contestant::LambdaLocal => lambda(r * r, within(s, r / 2) * within(s, r / 2)),
        Contestant::LambdaGlobal => lambda((2 * s - 1) * (2 * s - 1), n * n),
        Contestant::AttentionStored => attention(h * n * n, 3),
        Contestant::AttentionStreamed => attention(0, 2),
        Contestant::Convolution => Counted {
            macs: n * r * r * d * d,
            bytes: Bytes { ends, ..Bytes::default() },
            weights: vec![r * r * d * d, d],
            kernels: 1,
        },
    }
    .predicted(n * d)
}

/// Multiplications for a pair of a query and a context position with a position term, in the cheaper order (paper, section 3.2; its
/// λ first is the second).
fn pair(h: u64, k: u64, v: u64) -> u64 {
    (h * (k + v)).min(k * v)
}

/// Pairs of positions along one axis of `side` that are no further apart than `reach`.
fn within(side: u64, reach: u64) -> u64 {
    (0..side).map(|at| (at + reach).min(side - 1) - at.saturating_sub(reach) + 1).sum()
}

/// Counted in numbers.
struct Counted {
    macs: u64,
    bytes: Bytes,
    weights: Vec<u64>,
    kernels: u64,
}

impl Counted {
    /// In bytes; `output` numbers are read back.
    fn predicted(self, output: u64) -> Predicted {
        let Self { macs, bytes: Bytes { ends, projected, map, lambda, .. }, weights, kernels } = self;
        let aligned: u64 = weights.iter().map(|length| (length * NUMBER).next_multiple_of(ALIGNMENT)).sum();
        let weights = weights.iter().sum::<u64>() * NUMBER;
        // One array of parameters a kernel, one for parts of sums, of which there are none, and what is read back.
        let overhead = aligned - weights + (kernels + 1) * ALIGNMENT + output * NUMBER;
        let [ends, projected, map, lambda] = [ends, projected, map, lambda].map(|numbers| numbers * NUMBER);
        Predicted { macs, bytes: Bytes { ends, projected, map, lambda, weights, overhead } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::graph::graph;
    use strum::VariantArray;

    #[test]
    fn every_prediction_is_what_the_kernels_and_their_arrays_count() {
        let settings = [1, 2, 5, 8, 16, 33].map(Setting::usual);
        let narrow = Setting { width: 12, heads: 3, key_depth: 5, window: 3, ..Setting::usual(7) };
        let many_heads = Setting { width: 64, heads: 32, key_depth: 16, window: 5, ..Setting::usual(9) };
        for setting in settings.into_iter().chain([narrow, many_heads]) {
            for &contestant in Contestant::VARIANTS {
                let graph = graph(contestant, &setting).unwrap();
                let Predicted { macs, bytes } = predicted(contestant, &setting);
                let what = format!("{} at {setting:?}", contestant.title());
                assert_eq!(macs, graph.macs(), "{what}");
                let size = |lengths: &mut dyn Iterator<Item = usize>| lengths.sum::<usize>() as u64 * NUMBER;
                assert_eq!(bytes.values(), size(&mut graph.values.iter().map(|value| value.len())), "{what}");
                assert_eq!(bytes.weights, size(&mut graph.constants.iter().map(|constant| constant.len())), "{what}");
            }
        }
    }

    #[test]
    fn a_stored_map_of_128_by_128_takes_a_gigabyte_a_head() {
        let setting = Setting { heads: 1, ..Setting::usual(128) };
        assert_eq!(predicted(Contestant::AttentionStored, &setting).bytes.map, 1 << 30);
        assert_eq!(predicted(Contestant::AttentionStreamed, &setting).bytes.map, 0);
        let largest = Setting { heads: 1, ..Setting::usual(256) };
        assert_eq!(predicted(Contestant::AttentionStored, &largest).bytes.map, 17_179_869_184);
        assert!(predicted(Contestant::LambdaLocal, &largest).bytes.on_gpu() < 200_000_000);
    }
}
