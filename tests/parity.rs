//! Each shader against its CPU twin on the native backend, over drawn shapes. Without any adapter (software Vulkan will
//! do) these tests fail: a shader that nobody ran is not tested.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/parity_cases.rs"]
mod parity_cases;

use std::sync::LazyLock;

use lambdascope::gpu;
use lambdascope::kernels::{Activation, conv};
use parity_cases::{Case, check, fixed};
use proptest::prelude::*;

static DEVICE: LazyLock<gpu::Device> = LazyLock::new(|| {
    let device = pollster::block_on(gpu::Device::request()).unwrap();
    println!("on {}", device.adapter());
    device
});

fn agree(case: Case, seed: u32) -> Result<(), TestCaseError> {
    pollster::block_on(check(case, seed, &DEVICE)).map_err(TestCaseError::fail)
}

fn activation() -> impl Strategy<Value = Activation> {
    prop::sample::select(vec![Activation::None, Activation::Relu, Activation::Silu])
}

/// Rows and columns, from one pixel to an odd map wider than any tile.
fn map() -> impl Strategy<Value = (u32, u32)> {
    (1..=17u32, 1..=13u32)
}

fn fours(most: u32) -> impl Strategy<Value = u32> {
    (1..=most).prop_map(|n| 4 * n)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn conv_agrees(
        (height, width) in map(),
        channels in fours(12),
        out in fours(40),
        (kernel, padding) in prop::sample::select(vec![(1, 0), (3, 1)]),
        stride in 1..=2u32,
        activation in activation(),
        residual: bool,
        tile in prop::sample::select(conv::TILES.to_vec()),
        seed: u32,
    ) {
        agree(
            Case::Conv { height, width, channels, out, kernel, stride, padding, activation, residual, tile },
            seed,
        )?;
    }

    #[test]
    fn max_pool_agrees((height, width) in map(), channels in fours(24), seed: u32) {
        agree(Case::MaxPool { height, width, channels }, seed)?;
    }

    #[test]
    fn mean_pool_agrees((height, width) in map(), channels in fours(80), seed: u32) {
        agree(Case::MeanPool { height, width, channels }, seed)?;
    }

    #[test]
    fn pool_affine_agrees(
        (height, width) in (2..=17u32, 2..=13u32),
        channels in fours(24),
        pool in 1..=2u32,
        activation in activation(),
        seed: u32,
    ) {
        agree(Case::PoolAffine { height, width, channels, pool, activation }, seed)?;
    }

    #[test]
    fn lambda_content_and_lambda_apply_agree(
        (height, width) in map(),
        heads in 1..=4u32,
        key_depth in fours(4),
        value_depth in fours(8),
        reach in 0..=5u32,
        seed: u32,
    ) {
        agree(Case::Lambda { height, width, heads, key_depth, value_depth, window: 2 * reach + 1 }, seed)?;
    }
}

#[test]
fn every_tile_of_every_kernel_agrees() {
    for (seed, case) in (1..).zip(fixed()) {
        agree(case, seed).unwrap();
    }
}

#[test]
fn extremes_of_a_lambda_layer_agree() {
    let deep = Case::Lambda { height: 16, width: 16, heads: 1, key_depth: 16, value_depth: 256, window: 3 };
    let wide = Case::Lambda { height: 3, width: 2, heads: 4, key_depth: 16, value_depth: 4, window: 23 };
    for case in [deep, wide] {
        agree(case, 1).unwrap();
    }
}
