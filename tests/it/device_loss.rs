//! A device that goes away gives an error, before, between and during runs; never a hang or a panic.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use lambdascope_core::nn::graph::Graph;
use lambdascope_core::nn::network::Network;
use lambdascope_engine::gpu::{Device, GpuError, Session};

const SIDE: usize = 64;

/// Fails the test instead of letting it hang.
fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    let (done, finished) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match finished.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the run hangs"),
        _ => thread.join().unwrap(),
    }
}

fn graph() -> Arc<Graph> {
    let weights = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
    Arc::new(Network::from_safetensors(weights).unwrap().graph([SIDE; 2]).unwrap())
}

#[test]
fn a_destroyed_device_is_reported_by_load_and_by_run() {
    within_a_minute(|| {
        pollster::block_on(async {
            let (graph, picture) = (graph(), vec![0.5; SIDE * SIDE * 4]);
            let device = Device::request().await.unwrap();
            let mut session = Session::new(&device, Arc::clone(&graph), &[graph.logits]).await.unwrap();
            session.run(&picture, &[graph.logits]).await.unwrap();
            device.destroy();
            for _ in 0..2 {
                let error = session.run(&picture, &[graph.logits]).await.unwrap_err();
                assert!(matches!(error, GpuError::DeviceLost(_)), "{error}");
            }
            let error = Session::new(&device, Arc::clone(&graph), &[graph.logits]).await.unwrap_err();
            assert!(matches!(error, GpuError::DeviceLost(_)), "{error}");
        });
    });
}

#[test]
fn a_device_destroyed_during_a_run_is_reported() {
    within_a_minute(|| {
        pollster::block_on(async {
            let (graph, picture) = (graph(), vec![0.5; SIDE * SIDE * 4]);
            let device = Device::request().await.unwrap();
            let mut session = Session::new(&device, Arc::clone(&graph), &[graph.logits]).await.unwrap();
            session.run(&picture, &[graph.logits]).await.unwrap();
            // Not in step with the runs, so that it falls into one of them.
            let other = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(150));
                device.destroy();
            });
            let error = loop {
                if let Err(error) = session.run(&picture, &[graph.logits]).await {
                    break error;
                }
            };
            assert!(matches!(error, GpuError::DeviceLost(_)), "{error}");
            other.join().unwrap();
        });
    });
}
