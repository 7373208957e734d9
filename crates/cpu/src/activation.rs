//! Activations of a vector.

use lambdascope_core::kernels::Activation;
use pulp::Simd;

/// [`Activation::apply`] on every value.
#[inline(always)]
pub fn activate<S: Simd>(simd: S, activation: Activation, x: S::f32s) -> S::f32s {
    match activation {
        Activation::None => x,
        Activation::Relu => {
            // NaN is not below zero, and stays.
            let zero = simd.splat_f32s(0.0);
            simd.select_f32s(simd.less_than_f32s(x, zero), zero, x)
        }
        Activation::Silu => {
            let zero = simd.splat_f32s(0.0);
            let one = simd.splat_f32s(1.0);
            simd.div_f32s(x, simd.add_f32s(one, exp(simd, simd.sub_f32s(zero, x))))
        }
    }
}

/// eˣ to some 2e-7 of itself, from −87 to 88; beyond that as at the end. NaN stays NaN.
///
/// x = n·ln 2 + r, and eʳ is the polynomial of Cephes' `expf`.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    /// 1.5 · 2²³: what is added to it is rounded to an integer, which stands in its lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let splat = |value: f32| simd.splat_f32s(value);
    // Not by their minimum and maximum, which take several instructions each in WASM.
    let x = simd.select_f32s(simd.less_than_f32s(x, splat(-87.0)), splat(-87.0), x);
    let x = simd.select_f32s(simd.greater_than_f32s(x, splat(88.0)), splat(88.0), x);
    let rounded = simd.mul_add_e_f32s(x, splat(std::f32::consts::LOG2_E), splat(ROUND));
    let n = simd.sub_f32s(rounded, splat(ROUND));
    // ln 2 in two parts, the first of few bits, so that n times it is exact.
    let r = simd.mul_add_e_f32s(n, splat(-0.693_359_4), x);
    let r = simd.mul_add_e_f32s(n, splat(2.121_944_4e-4), r);
    let factors = [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let mut sum = splat(1.987_569_1e-4);
    for factor in factors {
        sum = simd.mul_add_e_f32s(sum, r, splat(factor));
    }
    let fraction = simd.add_f32s(simd.mul_add_e_f32s(sum, simd.mul_f32s(r, r), r), splat(1.0));
    // 2ⁿ by its exponent.
    let bits = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    let power = simd.transmute_f32s_u32s(simd.add_u32s(bits, simd.splat_u32s(127 << 23)));
    simd.mul_f32s(fraction, power)
}
