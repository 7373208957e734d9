//! Twin of `shaders/lambda_apply.wgsl`: the same association, q·E first, a position lambda never being built.

use lambdascope_core::kernels::lambda_apply::Params;
use pulp::{Arch, Simd, WithSimd};

use crate::blocks::blocks;
use crate::gemm::gemm;
use crate::spares::Spares;

/// Heads, and vectors of values, whose sums are taken together: they share the values that are read.
const HEADS: usize = 4;
const VECTORS: usize = 2;

/// The implicit weights of a row of queries.
static WEIGHTS: Spares<Vec<f32>> = Spares::new();

/// A lambda layer's arrays, as [`Params`] describes them.
#[derive(Clone, Copy, Debug)]
pub struct Operands<'a> {
    /// `[n, query_row]`
    pub queries: &'a [f32],
    /// `[m, context_row]`
    pub context: &'a [f32],
    /// λᶜ, `[k, v]`; not read where `content` is 0.
    pub lambda_content: &'a [f32],
    /// E, `[window_height · window_width, u · k]`
    pub position: &'a [f32],
    /// b, `[k]`
    pub bias: &'a [f32],
}

/// Scratch that [`run`] keeps between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    queries: Vec<f32>,
    lambda: Vec<f32>,
    kernel: Vec<f32>,
}

/// y_n = Σ_m Σ_u (q_n · e_nmu) v_mu + q_nᵀ (λᶜ + b 1ᵀ) for every query and head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, scratch: &mut Scratch, output: &mut [f32]) {
    let (height, width) = (params.height as usize, params.width as usize);
    let [heads, k, v, intra] = [params.heads, params.key_depth, params.value_depth, params.intra].map(|n| n as usize);
    let (window_width, cells) = (params.window_width as usize, (params.window_height * params.window_width) as usize);

    // The queries of all heads under each other, [n · h, k].
    scratch.queries.clear();
    let rows = operands.queries.chunks_exact(params.query_row as usize).take(height * width);
    rows.for_each(|row| scratch.queries.extend_from_slice(&row[..heads * k]));
    constant_lambda(params, operands, &mut scratch.lambda);
    gemm([height * width * heads, k, v], &scratch.queries, k, &scratch.lambda, v, output, false);
    if cells == 0 {
        return;
    }
    // E transposed, [u, k, cells], so that a row of queries takes all its weights in one product for each u.
    scratch.kernel.clear();
    let channels = intra * k;
    scratch.kernel.extend((0..channels).flat_map(|i| operands.position.chunks_exact(channels).map(move |e| e[i])));
    let (queries, kernel) = (&scratch.queries, &scratch.kernel);
    let arch = Arch::new();
    // A block is a row of queries.
    let row_length = width * heads * v;
    blocks(&mut output[..height * row_length], row_length, 1, 1, |y, output| {
        let rows = params.reach(0, y as u32);
        let first = (rows.start + params.origin_y - y as u32) as usize * window_width;
        let span = rows.len() * window_width;
        WEIGHTS.lend(|weights| {
            weights.resize(width * heads * span, 0.0);
            for u in 0..intra {
                let kernel = &kernel[u * k * cells + first..];
                gemm([width * heads, k, span], &queries[y * width * heads * k..], k, kernel, cells, weights, false);
                let values = params.value_offset as usize + u * v;
                arch.dispatch(Sums { params, context: operands.context, values, rows: rows.clone(), weights, output });
            }
        });
    });
}

/// y_n += Σ_m a_nm v_m for a row of queries and one u.
struct Sums<'a> {
    params: &'a Params,
    context: &'a [f32],
    /// Where the values stand in a row of the context.
    values: usize,
    /// Rows of the context that the queries see.
    rows: std::ops::Range<u32>,
    /// `[width, h, rows, window_width]`
    weights: &'a [f32],
    /// `[width, h, v]`
    output: &'a mut [f32],
}

impl WithSimd for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [width, heads, v] = [self.params.width, self.params.heads, self.params.value_depth].map(|n| n as usize);
        // What fills no vector is taken one by one.
        let whole = v - v % S::F32_LANES;
        for x in 0..width {
            let mut head = 0;
            while head < heads {
                let together = if heads - head >= HEADS { HEADS } else { 1 };
                let mut value = 0;
                while value < v {
                    let vectors = whole.saturating_sub(value) / S::F32_LANES;
                    value += match (together, vectors) {
                        (HEADS, VECTORS..) => self.tile::<S, HEADS, VECTORS>(simd, x, head, value),
                        (HEADS, 1) => self.tile::<S, HEADS, 1>(simd, x, head, value),
                        (HEADS, _) => self.tile::<pulp::Scalar, HEADS, 1>(pulp::Scalar, x, head, value),
                        (_, VECTORS..) => self.tile::<S, 1, VECTORS>(simd, x, head, value),
                        (_, 1) => self.tile::<S, 1, 1>(simd, x, head, value),
                        _ => self.tile::<pulp::Scalar, 1, 1>(pulp::Scalar, x, head, value),
                    };
                }
                head += together;
            }
        }
    }
}

impl Sums<'_> {
    /// The sums of one query for some heads and values from `head` and `value` on; returns how many values.
    #[expect(clippy::needless_range_loop, reason = "iterators over the sums are not unrolled")]
    #[inline(always)]
    fn tile<S: Simd, const TOGETHER: usize, const WIDE: usize>(
        &mut self,
        simd: S,
        x: usize,
        head: usize,
        value: usize,
    ) -> usize {
        let Self { params, context, ref rows, weights, .. } = *self;
        let [heads, v, window_width, context_row, context_width] =
            [params.heads, params.value_depth, params.window_width, params.context_row, params.context_width]
                .map(|n| n as usize);
        let span = rows.len() * window_width;
        let columns = params.reach(1, x as u32);
        let first_weight = (columns.start + params.origin_x - x as u32) as usize;
        let of: [&[f32]; TOGETHER] = std::array::from_fn(|h| &weights[(x * heads + head + h) * span..][..span]);
        let mut sums = [[simd.splat_f32s(0.0); WIDE]; TOGETHER];
        for (row, context_y) in rows.clone().enumerate() {
            let start = (context_y as usize * context_width + columns.start as usize) * context_row;
            let values = &context[start..][..(columns.len().max(1) - 1) * context_row + self.values + v];
            let of = of.map(|of| &of[row * window_width + first_weight..][..columns.len()]);
            for m in 0..columns.len() {
                let at = &values[m * context_row + self.values + value..][..WIDE * S::F32_LANES];
                // SAFETY: the slice holds so many vectors.
                let vectors: [S::f32s; WIDE] =
                    std::array::from_fn(|j| unsafe { at.as_ptr().cast::<S::f32s>().add(j).read_unaligned() });
                for h in 0..TOGETHER {
                    let a = simd.splat_f32s(of[h][m]);
                    for j in 0..WIDE {
                        sums[h][j] = simd.mul_add_e_f32s(a, vectors[j], sums[h][j]);
                    }
                }
            }
        }
        for h in 0..TOGETHER {
            let to = &mut self.output[(x * heads + head + h) * v + value..][..WIDE * S::F32_LANES];
            for j in 0..WIDE {
                // SAFETY: the slice holds so many vectors.
                unsafe {
                    let to = to.as_mut_ptr().cast::<S::f32s>().add(j);
                    to.write_unaligned(simd.add_f32s(to.read_unaligned(), sums[h][j]));
                }
            }
        }
        WIDE * S::F32_LANES
    }
}

/// What all queries share of λ_n, λᶜ + b 1ᵀ, `[k, v]`.
pub(super) fn constant_lambda(params: &Params, operands: Operands, lambda: &mut Vec<f32>) {
    let v = params.value_depth as usize;
    lambda.clear();
    lambda.extend(operands.bias.iter().take(params.key_depth as usize).flat_map(|b| std::iter::repeat_n(*b, v)));
    if params.content == 1 {
        lambda.iter_mut().zip(operands.lambda_content).for_each(|(cell, content)| *cell += content);
    }
}
