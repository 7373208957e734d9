//! In which order a lambda layer multiplies: the one place where that is decided.
//!
//! Both orders give the same output. Per pair of a query and a context position, taking the implicit weights first needs
//! h·(k + v) multiplications for each u, building λ first k·v; so the weights come first where heads are few.

use serde::{Deserialize, Serialize};

use super::Shader;
use super::lambda_apply::Params;
use super::lambda_build;

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// a_nm = q_n · e_nm, then Σ a_nm v_m: `lambda_apply`.
    WeightsFirst,
    /// λ_n = Σ e_nm v_mᵀ, then λ_nᵀ q_n: `lambda_build`.
    LambdaFirst,
}

impl Order {
    /// Multiplications with an addition each that a layer needs in this order, applying λᶜ and b included.
    pub fn macs(self, params: &Params) -> u64 {
        let [h, k, v, u] = [params.heads, params.key_depth, params.value_depth, params.intra].map(u64::from);
        let a_pair = match self {
            Self::WeightsFirst => h * (k + v),
            Self::LambdaFirst => k * v,
        };
        params.pairs() * u * a_pair + params.queries() * h * k * v
    }

    /// The order with the fewer multiplications.
    pub fn cheaper(params: &Params) -> Self {
        if Self::LambdaFirst.macs(params) < Self::WeightsFirst.macs(params) {
            Self::LambdaFirst
        } else {
            Self::WeightsFirst
        }
    }

    /// The shader that multiplies in this order.
    pub fn shader(self, params: &Params) -> Shader {
        match self {
            Self::WeightsFirst => params.shader(),
            Self::LambdaFirst => lambda_build::shader(params),
        }
    }

    /// 32-bit numbers in a workgroup's memory.
    pub fn workgroup_memory(self, params: &Params) -> u32 {
        match self {
            Self::WeightsFirst => 4 * params.fours(),
            Self::LambdaFirst => lambda_build::cells(params),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn few_heads_take_the_weights_first_and_many_heads_build_lambda() {
        let layer = |heads, key_depth, value_depth| Params {
            height: 16,
            width: 16,
            context_height: 16,
            context_width: 16,
            heads,
            key_depth,
            value_depth,
            intra: 1,
            window_height: 9,
            window_width: 9,
            origin_y: 4,
            origin_x: 4,
            content: 1,
            ..Params::zeroed()
        };
        // timm's settings, and the same width divided into so many heads that one value a head is left.
        assert_eq!(Order::cheaper(&layer(4, 16, 64)), Order::WeightsFirst);
        assert_eq!(Order::cheaper(&layer(256, 16, 1)), Order::LambdaFirst);
    }
}
