//! Twin of `shaders/attention_map.wgsl`: every row of the map, by the blocks that [`attention`](crate::attention) makes and
//! throws away.

use lambdascope_core::kernels::attention::Params;

use crate::attention::{BLOCK, Operands, Scratch, transpose, weights};
use crate::blocks::blocks;

/// map_hnm = softmax_m(q_n·k_m / √k + q_n·r_(y_m − y_n) + q_n·r'_(x_m − x_n)), `[heads, n, n]`.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, operands: Operands, scratch: &mut Scratch, map: &mut [f32]) {
    let positions = params.positions() as usize;
    transpose(params, operands, scratch);
    let scratch = &*scratch;
    for (head, rows) in map.chunks_exact_mut(positions * positions).take(params.heads as usize).enumerate() {
        blocks(rows, positions, BLOCK, 1, |first, rows| weights(params, operands, scratch, [head, first], rows));
    }
}
