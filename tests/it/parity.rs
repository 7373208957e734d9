//! Each shader against its CPU twin on the native backend, over drawn shapes. Without any adapter (software Vulkan will
//! do) these tests fail: a shader that nobody ran is not tested.

use crate::common::{attention_cases, lambda_cases};
use std::sync::LazyLock;

use crate::common::attention_cases::AttentionCase;
use crate::common::lambda_cases::{LambdaCase, Positions, Sight};
use crate::common::parity_cases::{Case, check, fixed};
use lambdascope_core::kernels::{Activation, conv};
use lambdascope_engine::gpu;
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

/// Those that the device can run.
fn tiles() -> Vec<conv::Tile> {
    let can = |tile: &conv::Tile| DEVICE.has_subgroups() || tile.memory != conv::Memory::Quads;
    conv::TILES.into_iter().filter(can).collect()
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
        tile in prop::sample::select(tiles()),
        parts in 1..=4u32,
        halves: bool,
        seed: u32,
    ) {
        let way = conv::Way { tile, parts: parts.min(channels / 4), halves };
        let case = Case::Conv { height, width, channels, out, kernel, stride, padding, activation, residual, way };
        agree(case, seed)?;
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
    fn lambda_layers_agree_in_both_orders(case in lambda_case(), seed: u32) {
        pollster::block_on(lambda_cases::check(case, seed, &DEVICE)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn attention_layers_agree(case in attention_case(), seed: u32) {
        pollster::block_on(attention_cases::check(case, seed, &DEVICE)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn orders_and_readings_agree_on_the_cpu(case in lambda_case(), seed: u32) {
        lambda_cases::check_orders_and_reading(case, seed).map_err(TestCaseError::fail)?;
    }
}

/// Attention layers whose maps take from one to four turns of a workgroup, and whose tables may be larger than the map.
fn attention_case() -> impl Strategy<Value = AttentionCase> {
    let sizes = ((1..=17usize, 1..=13usize), (0..=3usize, 0..=3usize), 1..=12usize, 1..=8usize);
    let depths = (1..=40usize, 1..=70usize, prop::sample::select(vec![0.3, 1.0, 4.0]));
    (sizes, depths).prop_map(|(((height, width), (down, right), dim, heads), (key_depth, value_depth, sharpness))| {
        AttentionCase { map: [height, width], beyond: [down, right], dim, heads, key_depth, value_depth, sharpness }
    })
}

/// Every kind of lambda layer; a context of its own and a mask come where the layer allows them.
fn lambda_case() -> impl Strategy<Value = LambdaCase> {
    let positions = prop_oneof![
        Just(Positions::None),
        Just(Positions::Global),
        (0..=5usize).prop_map(|reach| Positions::Local(2 * reach + 1))
    ];
    let sight = prop::sample::select(vec![Sight::All, Sight::All, Sight::Causal, Sight::Drawn]);
    let sizes = (1..=5usize, 1..=9usize, 1..=9usize, 1..=3usize, 1..=9usize);
    let context = prop::option::of((1..=4usize, 1..=5usize, 1..=9usize));
    (map(), sizes, positions, any::<bool>(), sight, context).prop_map(
        |((height, width), (heads, key_depth, value_depth, intra, dim), positions, content, sight, context)| {
            let local = matches!(positions, Positions::Local(_));
            LambdaCase {
                map: [height as usize, width as usize],
                context: context.filter(|_| !local).map(|(y, x, channels)| [y, x, channels]),
                dim,
                heads,
                key_depth,
                value_depth,
                intra,
                positions,
                content: content || positions == Positions::None,
                sight,
            }
        },
    )
}

#[test]
fn every_tile_of_every_kernel_agrees() {
    for (seed, case) in (1..).zip(fixed()) {
        agree(case, seed).unwrap();
    }
}

#[test]
fn extremes_of_a_lambda_layer_agree() {
    let deep = LambdaCase { map: [16, 16], heads: 1, value_depth: 256, ..LambdaCase::TIMM };
    let wide = LambdaCase { map: [3, 2], positions: Positions::Local(23), ..LambdaCase::TIMM };
    // More weights for one position than a workgroup takes otherwise, and more cells in a column of λ.
    let many = LambdaCase { map: [3, 4], heads: 1100, value_depth: 1, key_depth: 2, ..LambdaCase::TIMM };
    let tall = LambdaCase { map: [3, 4], heads: 1, value_depth: 2, key_depth: 1100, ..LambdaCase::TIMM };
    // A window that takes the workgroup several turns.
    let global = LambdaCase { map: [20, 21], positions: Positions::Global, ..LambdaCase::TIMM };
    for case in [deep, wide, many, tall, global] {
        pollster::block_on(lambda_cases::check(case, 1, &DEVICE)).unwrap();
    }
}
