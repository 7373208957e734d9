//! Numbers that leave f32 are noticed on both backends and the layer is named; nothing finite is made of them. What PyTorch
//! makes of the same is NaN: its ReLU and its pooling keep what is no number.

use std::sync::Arc;

use lambdascope_core::backend::BackendChoice;
use lambdascope_core::kernels::Activation;
use lambdascope_core::nn::edit::{Edits, LayerEdit};
use lambdascope_core::nn::graph::Graph;
use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::{Tensor, all_finite};
use lambdascope_engine::{Engine, EngineError, cpu, gpu};

use crate::common::scaled::weights_file;

const SIDE: usize = 64;
const LAMBDA: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
const ATTENTION: &[u8] = include_bytes!("../../www/weights/attention_resnet_mini.safetensors");

fn scaled(file: &[u8], factors: &[(&str, f32)]) -> Network {
    Network::from_safetensors(&weights_file(file, factors)).unwrap()
}

fn picture() -> Vec<f32> {
    (0..SIDE * SIDE * 4).map(|i| if i % 4 == 3 { 0.0 } else { (i % 97) as f32 / 97.0 - 0.5 }).collect()
}

/// Whether everything that a run leaves behind is a number, on the CPU and on the GPU.
fn is_sound(graph: Graph, picture: &[f32]) -> [bool; 2] {
    let kept = graph.traced();
    let graph = Arc::new(graph);
    let mut executor = cpu::Executor::new(Arc::clone(&graph), &kept);
    executor.run(picture);
    let on_cpu = all_finite(executor.read(graph.logits));
    let on_gpu = pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&graph), &kept).await.unwrap();
        all_finite(&session.run(picture, &[graph.logits]).await.unwrap()[0])
    });
    [on_cpu, on_gpu]
}

/// A weights file, the tensors of it that are multiplied so that something overflows, and the value in which that is first
/// seen.
type Overflow = (&'static [u8], &'static [(&'static str, f32)], &'static str);

const OVERFLOWS: [Overflow; 6] = [
    // Sums of infinities of both signs, in front of a ReLU.
    (LAMBDA, &[("stem.conv1.conv.weight", 1e25), ("stem.conv2.conv.weight", 1e25)], "stem"),
    (LAMBDA, &[("stages.1.0.conv1_1x1.conv.weight", 1e25), ("stages.1.0.conv2_kxk.conv.weight", 1e25)], "stages.1.0"),
    // The keys' softmax, the values, the norm after the layer.
    (LAMBDA, &[("stages.1.1.conv1_1x1.conv.weight", 1e25), ("stages.1.1.self_attn.qkv.weight", 1e25)], "stages.1.1"),
    (LAMBDA, &[("stages.1.1.self_attn.norm_v.weight", 1e25), ("stages.1.1.post_attn.weight", 1e25)], "stages.1.1"),
    (ATTENTION, &[("stages.2.0.conv1_1x1.conv.weight", 1e25), ("stages.2.0.self_attn.qkv.weight", 1e25)], "stages.2.0"),
    (LAMBDA, &[("stages.2.2.conv3_1x1.conv.weight", 1e25), ("head.fc.weight", 1e25)], "the logits"),
];

#[test]
fn what_overflows_in_any_layer_leaves_no_finite_logits_on_either_backend() {
    for (file, factors, _) in OVERFLOWS {
        let graph = scaled(file, factors).graph([SIDE; 2]).unwrap();
        assert_eq!(is_sound(graph, &picture()), [false, false], "{factors:?}");
    }
}

#[test]
fn a_pixel_that_is_no_number_reaches_the_logits_through_every_kernel() {
    let mut broken = picture();
    broken[4 * (SIDE * 20 + 20)] = f32::NAN;
    let network = |file| Network::from_safetensors(file).unwrap();
    // The kernel of masked layers.
    let edit = LayerEdit { erased: vec![0, 1], ..LayerEdit::default() };
    let erased = Edits { layers: [("stages.1.1".to_owned(), edit)].into() };
    for (file, edits) in [(LAMBDA, Edits::default()), (ATTENTION, Edits::default()), (LAMBDA, erased)] {
        let graph = || network(file).edited(&edits, [SIDE; 2]).unwrap();
        assert_eq!(is_sound(graph(), &picture()), [true, true]);
        assert_eq!(is_sound(graph(), &broken), [false, false]);
    }
}

#[test]
fn the_engine_names_the_layer_and_gives_no_answer() {
    for (file, factors, place) in OVERFLOWS {
        let mut engine = pollster::block_on(Engine::new(scaled(file, factors), BackendChoice::Auto)).unwrap();
        let [height, width] = engine.size();
        let input = Tensor::new([height, width, 3], (0..height * width * 3).map(|i| (i % 97) as f32 / 97.0).collect());
        let error = pollster::block_on(engine.run(&input.unwrap())).unwrap_err();
        let EngineError::NotFinite { place: found } = &error else { panic!("{error}") };
        assert!(found.starts_with(place), "{found} instead of {place}");
        assert!(error.to_string().contains("means nothing"), "{error}");
    }
}

#[test]
fn an_input_that_is_no_number_is_named_as_the_input() {
    let network = Network::from_safetensors(LAMBDA).unwrap();
    let mut engine = pollster::block_on(Engine::new(network, BackendChoice::Cpu)).unwrap();
    let mut input = Tensor::zeros([128, 128, 3]);
    input.data_mut()[5] = f32::INFINITY;
    let error = pollster::block_on(engine.run(&input)).unwrap_err();
    assert!(matches!(&error, EngineError::NotFinite { place } if place == "the input"), "{error}");
}

#[test]
fn activations_keep_what_is_no_number_as_pytorch_does() {
    // torch.relu, torch.nn.functional.silu of the same values.
    let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -2.0, 3.0];
    let relu = values.map(|value| Activation::Relu.apply(value));
    assert!(relu[0].is_nan());
    assert_eq!(relu[1..], [f32::INFINITY, 0.0, 0.0, 3.0]);
    let silu = values.map(|value| Activation::Silu.apply(value));
    assert!(silu[0].is_nan() && silu[2].is_nan());
    assert_eq!(silu[1], f32::INFINITY);
}
