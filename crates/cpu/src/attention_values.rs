//! Twin of `shaders/attention_values.wgsl`.

use lambdascope_core::kernels::attention::Params;

use crate::attention::BLOCK;
use crate::blocks::blocks;
use crate::gemm::gemm;
use crate::spares::Spares;

/// `[BLOCK, v]`
static BLOCKS: Spares<Vec<f32>> = Spares::new();

/// y_nhj = Σ_m map_hnm v_mhj for queries, keys and values `[n, row]` and a map `[heads, n, n]`.
///
/// # Panics
/// If an array is shorter than the parameters say.
pub fn run(params: &Params, qkv: &[f32], map: &[f32], output: &mut [f32]) {
    let [heads, v, row] = [params.heads, params.value_depth, params.row].map(|n| n as usize);
    let positions = params.positions() as usize;
    blocks(&mut output[..positions * heads * v], heads * v, BLOCK, 1, |first, output| {
        let queries = output.len() / (heads * v);
        BLOCKS.lend(|block| {
            block.resize(queries * v, 0.0);
            for head in 0..heads {
                let weights = &map[(head * positions + first) * positions..];
                let values = &qkv[params.value_offset as usize + head * v..];
                gemm([queries, positions, v], weights, positions, values, row, block, false);
                for (output, own) in output.chunks_exact_mut(heads * v).zip(block.chunks_exact(v)) {
                    output[head * v..][..v].copy_from_slice(own);
                }
            }
        });
    });
}
