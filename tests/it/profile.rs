//! What a session says about itself: what each kernel took, and which way its convolutions run.

use std::sync::Arc;
use std::time::Instant;

use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::Graph;
use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::{cpu, gpu};

const SIDE: usize = 64;

fn graph() -> Arc<Graph> {
    let weights = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
    Arc::new(Network::from_safetensors(weights).unwrap().graph([SIDE; 2]).unwrap())
}

fn picture() -> Vec<f32> {
    (0..SIDE * SIDE * 4).map(|i| if i % 4 == 3 { 0.0 } else { (i % 97) as f32 / 97.0 - 0.5 }).collect()
}

#[test]
fn a_profile_times_every_kernel_and_changes_no_result() {
    let graph = graph();
    let wanted = [graph.logits];
    pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&graph), &wanted).await.unwrap();
        let before = session.run(&picture(), &wanted).await.unwrap();
        let started = Instant::now();
        let profile = session.profile(&picture()).await.unwrap().expect("software Vulkan has timestamps");
        let whole = started.elapsed().as_nanos() as f64;

        let names: Vec<_> = profile.iter().map(|time| time.output.as_str()).collect();
        let expected: Vec<_> = graph.ops.iter().map(|op| graph.values[op.outputs()[0]].name.as_str()).collect();
        assert_eq!(names, expected);
        assert_eq!(profile.iter().filter(|time| time.kernel == "lambda_apply").count(), 4);
        let sum: f64 = profile.iter().map(|time| time.nanoseconds).sum();
        assert!(sum > 0.0 && sum < whole, "the kernels took {sum} ns of {whole} ns");
        assert_eq!(session.run(&picture(), &wanted).await.unwrap(), before);

        let short = session.profile(&[0.0; 4]).await;
        assert_eq!(short, Err(gpu::GpuError::Input { expected: SIDE * SIDE * 4, found: 4 }));
    });
}

#[test]
fn whichever_strategy_is_faster_the_numbers_are_the_same() {
    let graph = graph();
    let kept = graph.traced();
    let mut executor = cpu::Executor::new(Arc::clone(&graph), &kept);
    executor.run(&picture());
    pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        assert!(device.has_subgroups() || !device.adapter().software);
        let mut strategies = Strategy::choices(false, device.has_subgroups()).to_vec();
        strategies.extend(strategies.clone().into_iter().filter_map(Strategy::cut));
        let session = gpu::Session::fastest(&device, Arc::clone(&graph), &kept, &strategies).await.unwrap();
        assert!(strategies.contains(&session.strategy().unwrap()));
        // On a GPU the next network would run like this at once.
        let next = device.strategies();
        assert!(device.adapter().software || next == [session.strategy().unwrap()], "{next:?}");
        // And those that lost.
        strategies.retain(|strategy| Some(*strategy) != session.strategy());
        let mut sessions = vec![session];
        for strategy in strategies {
            let other = gpu::Session::fastest(&device, Arc::clone(&graph), &kept, &[strategy]).await.unwrap();
            assert_eq!(other.strategy(), Some(strategy));
            sessions.push(other);
        }
        for session in &mut sessions {
            let values = session.run(&picture(), &kept).await.unwrap();
            let profile = session.profile(&picture()).await.unwrap().expect("software Vulkan has timestamps");
            let joins = profile.iter().filter(|time| time.kernel == "conv_join").count();
            assert_eq!(profile.len(), graph.ops.len() + joins);
            assert_eq!(joins > 0, session.strategy().unwrap().cuts, "the last maps are of 4×4");
            for (id, value) in kept.iter().zip(&values) {
                let difference = relative_difference(value, executor.read(*id));
                assert!(difference <= 1e-4, "{}: {difference:.1e}", graph.values[*id].name);
            }
        }
        let none = gpu::Session::fastest(&device, graph, &kept, &[]).await;
        assert!(matches!(none, Err(gpu::GpuError::Refused(_))), "{none:?}");
    });
}
