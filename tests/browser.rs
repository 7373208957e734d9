//! The GPU in a real browser, in a worker as on the page: Tint compiles every shader (it rejects barriers under
//! non-uniform control flow, which naga lets through), and each agrees with its CPU twin, which runs in WASM here.
//!
//! A browser without WebGPU fails these tests. `crates/engine/webdriver.json` starts Chromium with its software
//! adapter.

#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/attention_cases.rs"]
mod attention_cases;
#[path = "common/attention_golden.rs"]
mod attention_golden;
#[path = "common/bounded.rs"]
mod bounded;
#[path = "common/evidence.rs"]
mod evidence;
#[path = "common/golden.rs"]
mod golden;
#[path = "common/lambda_cases.rs"]
mod lambda_cases;
#[path = "common/parity_cases.rs"]
mod parity_cases;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::all_finite;
use lambdascope_engine::gpu::{Device, GpuError, Session};
use parity_cases::{Case, check, fixed};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const SIDE: usize = 64;

async fn device() -> Device {
    let device = Device::request().await.unwrap();
    assert_eq!(device.adapter().backend, "webgpu");
    device
}

/// The shipped network, wanting nothing but its logits.
async fn session(device: &Device) -> Session {
    let graph = Arc::new(Network::from_safetensors(golden::WEIGHTS).unwrap().graph([SIDE; 2]).unwrap());
    Session::new(device, Arc::clone(&graph), &[graph.logits]).await.unwrap()
}

#[wasm_bindgen_test]
async fn every_shader_agrees_with_its_twin() {
    let device = device().await;
    console_log!("on {}", device.adapter());
    let cases = fixed();
    let has = |kind: fn(&Case) -> bool| assert!(cases.iter().any(kind));
    has(|case| matches!(case, Case::Conv { .. }));
    has(|case| matches!(case, Case::MaxPool { .. }));
    has(|case| matches!(case, Case::MeanPool { .. }));
    has(|case| matches!(case, Case::PoolAffine { .. }));
    for (seed, case) in (1..).zip(cases) {
        check(case, seed, &device).await.unwrap();
    }
    for (seed, case) in (1..).zip(lambda_cases::fixed()) {
        lambda_cases::check(case, seed, &device).await.unwrap();
        lambda_cases::check_orders_and_reading(case, seed).unwrap();
    }
    for (seed, case) in (1..).zip(attention_cases::fixed()) {
        attention_cases::check(case, seed, &device).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn layers_and_network_match_timm() {
    let device = device().await;
    let run = async |case: &golden::Case| {
        let mut session = Session::new(&device, Arc::clone(&case.graph), &case.kept).await.unwrap();
        session.set_context(&case.context).unwrap();
        session.run(&case.input, &case.kept).await.unwrap()
    };
    for (name, bytes) in golden::LAYERS {
        let case = golden::layer_case(bytes);
        golden::check_layer(name, bytes, &case, &run(&case).await);
    }
    for (name, bytes) in attention_golden::LAYERS {
        let case = attention_golden::layer_case(bytes);
        attention_golden::check_layer(name, bytes, &case, &run(&case).await);
        if let Some((case, map, output)) = attention_golden::stored_case(bytes) {
            let values = run(&case).await;
            golden::close(&format!("{name} map"), &values[0], map.data());
            golden::close(&format!("{name} stored output"), &values[1], output.data());
        }
    }
    let case = attention_golden::network_case();
    attention_golden::check_network(&case, &run(&case).await);
    for (name, bytes) in [("64 px", golden::NETWORK_64), ("128 px", golden::NETWORK_128)] {
        let case = golden::network_case(bytes);
        assert!(golden::check_network(name, bytes, &case, &run(&case).await) > 20);
    }
    let case = evidence::Case::shipped(&Network::from_safetensors(golden::WEIGHTS).unwrap());
    let mut session = Session::new(&device, Arc::clone(&case.graph), &case.kept).await.unwrap();
    let values = session.run(&case.input, &case.kept).await.unwrap();
    case.check("lambda_resnet_mini", &values.try_into().unwrap());
}

/// Counters in loops must leave barriers in uniform control flow, which Tint alone looks for.
#[wasm_bindgen_test]
async fn shaders_with_bounded_loops_are_accepted_and_agree() {
    let device = device().await;
    for (name, bytes) in golden::LAYERS {
        let case = golden::layer_case(bytes);
        bounded::check(&device, &case.graph, &case.context, &case.input)
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    for (name, bytes) in attention_golden::LAYERS {
        let case = attention_golden::layer_case(bytes);
        bounded::check(&device, &case.graph, &case.context, &case.input)
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let case = golden::network_case(golden::NETWORK_64);
    bounded::check(&device, &case.graph, &case.context, &case.input).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_pixel_that_is_no_number_reaches_the_logits() {
    let device = device().await;
    let networks: [&[u8]; 2] = [
        include_bytes!("../www/weights/lambda_resnet_mini.safetensors"),
        include_bytes!("../www/weights/attention_resnet_mini.safetensors"),
    ];
    for bytes in networks {
        let graph = Arc::new(Network::from_safetensors(bytes).unwrap().graph([SIDE; 2]).unwrap());
        let mut session = Session::new(&device, Arc::clone(&graph), &[graph.logits]).await.unwrap();
        let mut picture = vec![0.5; SIDE * SIDE * 4];
        assert!(all_finite(&session.run(&picture, &[graph.logits]).await.unwrap()[0]));
        picture[4 * (SIDE * 20 + 20)] = f32::NAN;
        assert!(!all_finite(&session.run(&picture, &[graph.logits]).await.unwrap()[0]));
    }
}

#[wasm_bindgen_test]
async fn a_run_given_up_leaves_the_session_usable() {
    let device = device().await;
    let mut session = session(&device).await;
    let (logits, picture) = (session.graph().logits, vec![0.5; SIDE * SIDE * 4]);
    let expected = session.run(&picture, &[logits]).await.unwrap();
    {
        let other = vec![-0.5; SIDE * SIDE * 4];
        let wanted = [logits];
        let run = pin!(session.run(&other, &wanted));
        assert!(matches!(run.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    }
    assert_eq!(session.run(&picture, &[logits]).await.unwrap(), expected);
}

#[wasm_bindgen_test]
async fn a_device_lost_while_results_are_awaited_is_reported() {
    let device = device().await;
    let mut session = session(&device).await;
    let (wanted, picture) = ([session.graph().logits], vec![0.5; SIDE * SIDE * 4]);
    let error = {
        let mut run = pin!(session.run(&picture, &wanted));
        assert!(matches!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        device.destroy();
        run.await.unwrap_err()
    };
    assert!(matches!(error, GpuError::DeviceLost(_)), "{error}");
    let error = session.run(&picture, &wanted).await.unwrap_err();
    assert!(matches!(error, GpuError::DeviceLost(_)), "{error}");
}
