//! Convolutions with weights in half precision: how far the numbers are from PyTorch's, and what is done where a weight does not
//! fit. That the kernels compute what they should of such weights, to 1e-4, is in `parity`.

use std::sync::Arc;

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::evidence::ClassEvidence;
use lambdascope_core::nn::graph::Op;
use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{Engine, gpu};

use crate::common::golden::{Case, NETWORK_64, NETWORK_128, network_case};

/// How far a value of the network is from PyTorch's at most, in shares of the largest.
const TOLERANCE: f32 = 5e-3;

fn strategies() -> [Strategy; 3] {
    [Strategy::SOFTWARE, Strategy::SOFTWARE_QUADS, Strategy::GPU[0]]
        .map(|strategy| Strategy { halves: true, ..strategy })
}

async fn run(case: &Case, strategy: Strategy) -> Result<Vec<Vec<f32>>, gpu::GpuError> {
    let device = gpu::Device::request().await?;
    let mut session = gpu::Session::fastest(&device, Arc::clone(&case.graph), &case.kept, &[strategy]).await?;
    assert_eq!(session.strategy(), Some(strategy));
    session.run(&case.input, &case.kept).await
}

#[test]
fn every_value_of_the_network_is_near_pytorchs() {
    for (name, bytes) in [("64 px", NETWORK_64), ("128 px", NETWORK_128)] {
        let case = network_case(bytes);
        let whole = pollster::block_on(run(&case, Strategy::SOFTWARE)).unwrap();
        for strategy in strategies() {
            let halved = pollster::block_on(run(&case, strategy)).unwrap();
            let apart: Vec<f32> =
                halved.iter().zip(&whole).map(|(own, other)| relative_difference(own, other)).collect();
            let worst = apart.iter().copied().fold(0.0, f32::max);
            println!("{name}, {}: {worst:.1e}", strategy.memory);
            assert!(worst <= TOLERANCE, "{name}: {worst:.1e}");
            assert!(worst > 1e-5, "{name}: halves have 11 bits, and {worst:.1e} is no difference");
        }
    }
}

#[test]
fn an_engine_says_that_its_weights_are_halves_and_its_evidence_still_adds_up() {
    let network =
        || Network::from_safetensors(include_bytes!("../../www/weights/lambda_resnet_mini.safetensors")).unwrap();
    let picture: Vec<f32> = (0..64 * 64 * 3).map(|i| (i % 89) as f32 / 44.0 - 1.0).collect();
    let picture = Tensor::new([64, 64, 3], picture).unwrap();
    pollster::block_on(async {
        let mut whole = Engine::with_size(network(), [64; 2], BackendChoice::Cpu).await.unwrap();
        let mut halved = Engine::with_size(network(), [64; 2], BackendChoice::GpuHalves).await.unwrap();
        assert_eq!((halved.report().backend, halved.running()), (Backend::Gpu, BackendChoice::GpuHalves));
        assert!(halved.report().reason.contains("half precision"), "{}", halved.report().reason);
        let (right, found) = (whole.run(&picture).await.unwrap(), halved.run(&picture).await.unwrap());
        let apart = relative_difference(&found.logits, &right.logits);
        assert!(apart > 1e-6 && apart <= TOLERANCE, "{apart:.1e}");
        let evidence = halved.evidence(&found.features, &found.logits, 0..found.logits.len());
        let sums: Vec<f32> = evidence.classes.iter().map(ClassEvidence::sum).collect();
        let apart = relative_difference(&sums, &found.logits);
        assert!(apart <= 1e-4, "the classifier keeps its weights: {apart:.1e}");
    });
}

#[test]
fn a_weight_that_does_not_fit_is_named() {
    let mut case = network_case(NETWORK_64);
    let graph = Arc::make_mut(&mut case.graph);
    let Some(Op::Conv { weights, .. }) = graph.ops.first() else { panic!("a network begins with its stem") };
    let weights = &mut graph.constants[*weights];
    let mut data = weights.data().to_vec();
    data[7] = -7e4;
    *weights = Tensor::new(weights.shape().to_vec(), data).unwrap();
    let refused = pollster::block_on(run(&case, Strategy { halves: true, ..Strategy::SOFTWARE }));
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("7e4") && message.contains("65504"), "{message}");
    assert!(pollster::block_on(run(&case, Strategy::SOFTWARE)).is_ok());
}
