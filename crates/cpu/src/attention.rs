//! Twin of `shaders/attention.wgsl`: a block of queries after the other, whose weights are a few rows of the map that is
//! never made as a whole; the blocks are spread over the threads.

use lambdascope_core::kernels::attention::Params;

use crate::blocks::blocks;
use crate::gemm::gemm;
use crate::spares::Spares;

/// Queries of a block: enough that packing the keys for each block's product does not count.
pub(crate) const BLOCK: usize = 64;

/// A layer's arrays, as [`Params`] describes them.
#[derive(Clone, Copy, Debug)]
pub struct Operands<'a> {
    /// Queries, keys and values, `[n, row]`
    pub qkv: &'a [f32],
    /// `[2 · height − 1, k]`
    pub vertical: &'a [f32],
    /// `[2 · width − 1, k]`
    pub horizontal: &'a [f32],
}

/// What all blocks share, kept between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Scaled and transposed, `[heads, k, m]`.
    keys: Vec<f32>,
    /// Transposed, `[k, 2 · height − 1]`.
    vertical: Vec<f32>,
    /// Transposed, `[k, 2 · width − 1]`.
    horizontal: Vec<f32>,
}

/// A block's arrays.
#[derive(Default)]
struct Block {
    /// `[BLOCK, m]`
    weights: Vec<f32>,
    /// `[BLOCK, v]`
    output: Vec<f32>,
}

/// A block's logits of position, `[BLOCK, 2 · height − 1]` and `[BLOCK, 2 · width − 1]`.
#[derive(Default)]
struct Lines {
    vertical: Vec<f32>,
    horizontal: Vec<f32>,
}

static BLOCKS: Spares<Block> = Spares::new();
static LINES: Spares<Lines> = Spares::new();

/// y_n = Σ_m softmax_m(q_n·k_m / √k + q_n·r_(y_m − y_n) + q_n·r'_(x_m − x_n)) v_m for every query and head.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, scratch: &mut Scratch, output: &mut [f32]) {
    let [heads, v] = [params.heads, params.value_depth].map(|n| n as usize);
    let positions = params.positions() as usize;
    transpose(params, operands, scratch);
    let scratch = &*scratch;
    blocks(&mut output[..positions * heads * v], heads * v, BLOCK, 1, |first, output| {
        BLOCKS.lend(|block| run_block(params, operands, scratch, first, block, output));
    });
}

/// Keys, scaled, and tables as products want them.
pub(crate) fn transpose(params: &Params, operands: Operands, scratch: &mut Scratch) {
    let [heads, k, row] = [params.heads, params.key_depth, params.row].map(|n| n as usize);
    let positions = params.positions() as usize;
    let scale = 1.0 / (k as f32).sqrt();
    scratch.keys.clear();
    for channel in 0..heads * k {
        let keys = operands.qkv[params.key_offset as usize + channel..].iter().step_by(row).take(positions);
        scratch.keys.extend(keys.map(|key| key * scale));
    }
    for (transposed, table) in
        [(&mut scratch.vertical, operands.vertical), (&mut scratch.horizontal, operands.horizontal)]
    {
        transposed.clear();
        transposed.extend((0..k).flat_map(|c| table[c..].iter().step_by(k)));
    }
}

/// The output of the queries from `first` on, as many as `output` holds.
fn run_block(
    params: &Params,
    operands: Operands,
    scratch: &Scratch,
    first: usize,
    block: &mut Block,
    output: &mut [f32],
) {
    let [heads, v, row] = [params.heads, params.value_depth, params.row].map(|n| n as usize);
    let (positions, queries) = (params.positions() as usize, output.len() / (heads * v));
    block.weights.resize(queries * positions, 0.0);
    block.output.resize(queries * v, 0.0);
    for head in 0..heads {
        weights(params, operands, scratch, [head, first], &mut block.weights);
        let values = &operands.qkv[params.value_offset as usize + head * v..];
        gemm([queries, positions, v], &block.weights, positions, values, row, &mut block.output, false);
        for (output, own) in output.chunks_exact_mut(heads * v).zip(block.output.chunks_exact(v)) {
            output[head * v..][..v].copy_from_slice(own);
        }
    }
}

/// The softmax weights of one head's queries from `first` on, as many rows `[m]` as `weights` holds.
pub(crate) fn weights(
    params: &Params,
    operands: Operands,
    scratch: &Scratch,
    [head, first]: [usize; 2],
    weights: &mut [f32],
) {
    let [k, row] = [params.key_depth, params.row].map(|n| n as usize);
    let (height, width) = (params.height as usize, params.width as usize);
    let (positions, queries) = (height * width, weights.len() / (height * width));
    let (rows, columns) = (2 * height - 1, 2 * width - 1);
    LINES.lend(|lines| {
        lines.vertical.resize(queries * rows, 0.0);
        lines.horizontal.resize(queries * columns, 0.0);
        let q = &operands.qkv[first * row + head * k..];
        let keys = &scratch.keys[head * k * positions..];
        gemm([queries, k, positions], q, row, keys, positions, weights, false);
        gemm([queries, k, rows], q, row, &scratch.vertical, rows, &mut lines.vertical, false);
        gemm([queries, k, columns], q, row, &scratch.horizontal, columns, &mut lines.horizontal, false);
        for (i, weights) in weights.chunks_exact_mut(positions).enumerate() {
            let (y, x) = ((first + i) / width, (first + i) % width);
            let vertical = &lines.vertical[i * rows + height - 1 - y..][..height];
            let horizontal = &lines.horizontal[i * columns + width - 1 - x..][..width];
            for (line, vertical) in weights.chunks_exact_mut(width).zip(vertical) {
                line.iter_mut().zip(horizontal).for_each(|(logit, horizontal)| *logit += vertical + horizontal);
            }
            softmax(weights);
        }
    });
}

/// Logits to weights that sum to 1, in place.
pub(crate) fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().fold(f32::MIN, |most, logit| most.max(*logit));
    logits.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let share = 1.0 / logits.iter().sum::<f32>();
    logits.iter_mut().for_each(|weight| *weight *= share);
}
