//! Twin of `shaders/conv.wgsl`, `conv_quads.wgsl`, `conv_shared.wgsl` and, after one of them, `conv_join.wgsl`: a convolution
//! whose weights are packed once, written out ([`direct`]) or, where that pays, by Winograd's minimal filtering
//! ([`winograd`]).

mod direct;
mod padded;
mod product;
mod winograd;

use lambdascope_core::kernels::conv::Params;
use pulp::Arch;

use direct::Direct;
use winograd::Winograd;

/// The instruction sets of this machine that convolutions are compiled for, by name, the one in use first.
pub fn instruction_sets() -> Vec<(String, Arch)> {
    let mut sets = vec![Arch::new()];
    #[cfg(target_arch = "x86_64")]
    sets.extend(pulp::x86::V3::try_new().map(Arch::V3));
    sets.push(Arch::Scalar);
    let name = |set: &Arch| format!("{set:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    let mut named: Vec<(String, Arch)> = sets.into_iter().map(|set| (name(&set), set)).collect();
    named.dedup_by(|a, b| a.0 == b.0);
    named
}

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every multiplication that the definition has.
    Direct,
    /// Winograd's F(4×4, 3×3), for windows of 3×3 and stride 1.
    Winograd,
}

/// A convolution ready to run.
#[derive(Debug)]
pub struct Conv {
    params: Params,
    arch: Arch,
    weights: Packed,
}

#[derive(Debug)]
enum Packed {
    Direct(Direct),
    Winograd(Winograd),
}

impl Conv {
    /// Packs weights `[kernel · kernel · C, out]` for the faster method.
    ///
    /// # Panics
    /// If they are shorter than the parameters say.
    pub fn new(params: &Params, weights: &[f32]) -> Self {
        let method = if winograd::pays(params) { Method::Winograd } else { Method::Direct };
        Self::with(Arch::new(), method, params, weights)
    }

    /// Packs weights for an instruction set and a method of one's own choice.
    ///
    /// # Panics
    /// If they are shorter than the parameters say, or the method cannot do such a window.
    pub fn with(arch: Arch, method: Method, params: &Params, weights: &[f32]) -> Self {
        let weights = match method {
            Method::Direct => Packed::Direct(Direct::new(arch, params, weights)),
            Method::Winograd => Packed::Winograd(Winograd::new(arch, params, weights)),
        };
        Self { params: *params, arch, weights }
    }

    /// output = activation(input ∗ weights + bias + residual).
    ///
    /// # Panics
    /// If an array is shorter than the parameters say.
    pub fn run(&self, input: &[f32], bias: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        match &self.weights {
            Packed::Direct(direct) => direct.run(self.arch, &self.params, input, bias, residual, output),
            Packed::Winograd(winograd) => winograd.run(self.arch, &self.params, input, bias, residual, output),
        }
    }
}
