//! Golden tests: every intermediate value of timm's lambda and attention layers and of the shipped network, on the CPU and on the
//! native GPU backend.

use crate::common::attention_golden;
use std::sync::Arc;

use crate::common::golden::{
    Case, LAYERS, NETWORK_64, NETWORK_128, check_layer, check_network, close, layer_case, network_case,
};
use lambdascope_engine::{cpu, gpu};

fn on_cpu(case: &Case) -> Vec<Vec<f32>> {
    let mut executor = cpu::Executor::new(Arc::clone(&case.graph), &case.kept);
    executor.set_context(&case.context);
    executor.run(&case.input);
    case.kept.iter().map(|id| executor.read(*id).to_vec()).collect()
}

fn on_gpu(case: &Case) -> Vec<Vec<f32>> {
    pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&case.graph), &case.kept).await.unwrap();
        session.set_context(&case.context).unwrap();
        session.run(&case.input, &case.kept).await.unwrap()
    })
}

#[test]
fn lambda_layers_match_timm_on_the_cpu() {
    for (name, bytes) in LAYERS {
        let case = layer_case(bytes);
        check_layer(name, bytes, &case, &on_cpu(&case));
    }
}

#[test]
fn lambda_layers_match_timm_on_the_gpu() {
    for (name, bytes) in LAYERS {
        let case = layer_case(bytes);
        check_layer(name, bytes, &case, &on_gpu(&case));
    }
}

#[test]
fn every_block_of_the_network_matches_timm_on_the_cpu() {
    for (name, bytes) in [("64 px", NETWORK_64), ("128 px", NETWORK_128)] {
        let case = network_case(bytes);
        assert!(check_network(name, bytes, &case, &on_cpu(&case)) > 20);
    }
}

#[test]
fn every_block_of_the_network_matches_timm_on_the_gpu() {
    for (name, bytes) in [("64 px", NETWORK_64), ("128 px", NETWORK_128)] {
        let case = network_case(bytes);
        assert!(check_network(name, bytes, &case, &on_gpu(&case)) > 20);
    }
}

#[test]
fn attention_layers_match_timm_on_the_cpu() {
    for (name, bytes) in attention_golden::LAYERS {
        let case = attention_golden::layer_case(bytes);
        attention_golden::check_layer(name, bytes, &case, &on_cpu(&case));
    }
}

#[test]
fn attention_layers_match_timm_on_the_gpu() {
    for (name, bytes) in attention_golden::LAYERS {
        let case = attention_golden::layer_case(bytes);
        attention_golden::check_layer(name, bytes, &case, &on_gpu(&case));
    }
}

#[test]
fn stored_maps_and_what_comes_of_them_match_timm_on_both_backends() {
    let mut cases = 0;
    for (name, bytes) in attention_golden::LAYERS {
        let Some((case, map, output)) = attention_golden::stored_case(bytes) else { continue };
        for values in [on_cpu(&case), on_gpu(&case)] {
            close(&format!("{name} map"), &values[0], map.data());
            close(&format!("{name} output"), &values[1], output.data());
        }
        cases += 1;
    }
    assert!(cases >= 8, "{cases}");
}

#[test]
fn a_network_with_attention_matches_timm_on_both_backends() {
    let case = attention_golden::network_case();
    attention_golden::check_network(&case, &on_cpu(&case));
    attention_golden::check_network(&case, &on_gpu(&case));
}
