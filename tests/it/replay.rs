//! A session replays its plan: a picture's numbers must not depend on what ran before.

use std::sync::Arc;

use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::{cpu, gpu};

const SIDE: usize = 64;

fn picture(period: usize) -> Vec<f32> {
    (0..SIDE * SIDE * 4).map(|i| if i % 4 == 3 { 0.0 } else { (i % period) as f32 / period as f32 - 0.5 }).collect()
}

#[test]
fn a_picture_gives_the_same_numbers_whatever_ran_before() {
    let weights = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
    let graph = Arc::new(Network::from_safetensors(weights).unwrap().graph([SIDE; 2]).unwrap());
    let kept = graph.traced();
    let mut executor = cpu::Executor::new(Arc::clone(&graph), &kept);
    let (a, b) = (picture(97), picture(1009));

    let runs = pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&graph), &kept).await.unwrap();
        let mut runs = Vec::new();
        for picture in [&a, &b, &a] {
            runs.push(session.run(picture, &kept).await.unwrap());
        }
        // Fewer values, in another order, come from the same places.
        let some = session.run(&b, &[kept[2], kept[0]]).await.unwrap();
        assert_eq!(some, [runs[1][2].clone(), runs[1][0].clone()]);
        assert!(session.run(&b, &[]).await.unwrap().is_empty());
        runs
    });

    assert_eq!(runs[0], runs[2]);
    assert!(relative_difference(&runs[1][0], &runs[0][0]) > 1e-2, "two pictures gave the same logits");
    for (picture, run) in [&a, &b].into_iter().zip(&runs) {
        executor.run(picture);
        for (&id, found) in kept.iter().zip(run) {
            let difference = relative_difference(found, executor.read(id));
            assert!(difference <= 1e-4, "{} differs by {difference:.1e}", graph.values[id].name);
        }
    }
}

#[test]
fn wrong_requests_are_named() {
    let weights = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
    let graph = Arc::new(Network::from_safetensors(weights).unwrap().graph([SIDE; 2]).unwrap());
    let logits = [graph.logits];
    pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&graph), &logits).await.unwrap();
        let error = session.run(&[0.0; 12], &logits).await.unwrap_err();
        assert_eq!(error, gpu::GpuError::Input { expected: SIDE * SIDE * 4, found: 12 });
        let qkv = graph.find("stages.1.1.self_attn.qkv").unwrap();
        let error = session.run(&picture(97), &[qkv]).await.unwrap_err();
        assert_eq!(error, gpu::GpuError::NotKept(graph.values[qkv].name.clone()));
        session.run(&picture(97), &logits).await.unwrap();
    });
}
