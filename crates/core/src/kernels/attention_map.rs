//! Global self-attention's map of weights, stored as a whole as textbooks write it: `shaders/attention_map.wgsl`. Its
//! parameters are [`attention::Params`]; no network runs it, since [`attention`] needs no map.

use super::attention::{self, Params};
use super::{Grid, Shader};

/// One workgroup for some neighbouring queries of one head, as [`attention`]'s.
pub fn grid(params: &Params) -> Grid {
    params.grid()
}

/// Numbers of the map `[heads, n, n]`.
pub fn len(params: &Params) -> u64 {
    u64::from(params.heads) * params.positions() * params.positions()
}

/// Multiplications with an addition each: the logits from keys and from both tables.
pub fn macs(params: &Params) -> u64 {
    let [h, k] = [params.heads, params.key_depth].map(u64::from);
    let sides = u64::from(params.height) + u64::from(params.width);
    params.positions() * h * k * (params.positions() + sides)
}

/// 32-bit numbers in a workgroup's memory: position logits, queries, keys, what each invocation found.
pub fn workgroup_memory(params: &Params) -> u32 {
    4 * params.lines()
        + attention::QUERIES * attention::DEPTH
        + attention::WORKGROUP * (attention::DEPTH + 1 + attention::QUERIES)
}

/// The shader with room for this map's position logits.
pub fn shader(params: &Params) -> Shader {
    Shader {
        name: "attention_map",
        source: include_str!("../../../../shaders/attention_map.wgsl").into(),
        overrides: vec![("LINES", params.lines())],
        reads: 3,
        writes: 1,
    }
}
