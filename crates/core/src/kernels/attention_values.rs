//! A stored map of attention weights times the values: `shaders/attention_values.wgsl`. Its parameters are
//! [`attention::Params`](super::attention::Params).

use super::attention::Params;
use super::{Grid, Shader};

/// One workgroup for some neighbouring queries of one head, as [`attention`](super::attention)'s.
pub fn grid(params: &Params) -> Grid {
    params.grid()
}

/// Multiplications with an addition each.
pub fn macs(params: &Params) -> u64 {
    u64::from(params.heads) * params.positions() * params.positions() * u64::from(params.value_depth)
}

/// The shader.
pub fn shader() -> Shader {
    Shader {
        name: "attention_values",
        source: include_str!("../../../../shaders/attention_values.wgsl").into(),
        overrides: Vec::new(),
        reads: 2,
        writes: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::attention_map;
    use bytemuck::Zeroable;

    #[test]
    fn both_steps_multiply_as_often_as_the_one_without_a_map() {
        let params = Params { height: 3, width: 2, heads: 5, key_depth: 7, value_depth: 11, ..Params::zeroed() };
        assert_eq!(attention_map::macs(&params) + macs(&params), params.macs());
        assert_eq!(attention_map::len(&params), 5 * 6 * 6);
    }
}
