//! The engine as a whole on the shipped network: what it chooses, what it says, and what it does when a device is lost.

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{Engine, EngineError};
use lambdascope_picture::decode;

const WEIGHTS: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
const CHURCH: &[u8] = include_bytes!("../../www/samples/church.webp");

fn engine(choice: BackendChoice) -> Engine {
    pollster::block_on(Engine::new(Network::from_safetensors(WEIGHTS).unwrap(), choice)).unwrap()
}

fn church(engine: &Engine) -> Tensor {
    engine.prepare(&decode(CHURCH).unwrap()).unwrap().1
}

#[test]
fn both_backends_say_what_they_are_and_agree() {
    let (mut gpu, mut cpu) = (engine(BackendChoice::Gpu), engine(BackendChoice::Cpu));
    let input = church(&gpu);
    let (on_gpu, on_cpu) = (pollster::block_on(gpu.run(&input)).unwrap(), pollster::block_on(cpu.run(&input)).unwrap());
    assert_eq!((on_gpu.backend, gpu.report().backend), (Backend::Gpu, Backend::Gpu));
    assert_eq!((on_cpu.backend, cpu.report().backend), (Backend::Cpu, Backend::Cpu));
    assert!(gpu.report().reason.starts_with("The GPU was requested"), "{}", gpu.report().reason);
    assert_eq!(cpu.report().reason, "The CPU was requested.");
    assert!(relative_difference(&on_gpu.logits, &on_cpu.logits) <= 1e-4);
    assert_eq!(on_gpu.trace.layers.len(), on_cpu.trace.layers.len());
    for (a, b) in on_gpu.trace.layers.iter().zip(&on_cpu.trace.layers) {
        let (a, b) = (a.as_lambda().unwrap(), b.as_lambda().unwrap());
        assert!(relative_difference(a.output.data(), b.output.data()) <= 1e-4, "{}", a.name);
    }
    let best = on_cpu.logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    assert_eq!(cpu.network().description.labels[best], "church");
}

#[test]
fn a_lost_device_is_made_anew_and_the_picture_is_answered() {
    let mut engine = engine(BackendChoice::Gpu);
    let input = church(&engine);
    let before = pollster::block_on(engine.run(&input)).unwrap();
    assert_eq!(engine.take_notice(), None);
    engine.lose_device();
    let after = pollster::block_on(engine.run(&input)).unwrap();
    assert_eq!(after.backend, Backend::Gpu);
    assert_eq!(after.logits, before.logits);
    let notice = engine.take_notice().unwrap();
    assert!(notice.starts_with("The GPU was lost"), "{notice}");
    assert_eq!(engine.take_notice(), None, "it is said once");
}

#[test]
fn several_pictures_at_once_have_the_logits_that_each_has_by_itself() {
    for choice in [BackendChoice::Gpu, BackendChoice::Cpu] {
        let mut engine = engine(choice);
        let church = church(&engine);
        let dimmed = Tensor::new(church.shape().to_vec(), church.data().iter().map(|x| 0.5 * x).collect()).unwrap();
        let inputs = [church.clone(), dimmed.clone(), church.clone()];
        let many = pollster::block_on(engine.logits_of_many(&inputs)).unwrap();
        for (input, logits) in inputs.iter().zip(&many) {
            assert_eq!(&pollster::block_on(engine.run(input)).unwrap().logits, logits);
        }
        assert_ne!(many[0], many[1]);
        assert!(pollster::block_on(engine.logits_of_many(&[])).unwrap().is_empty());
        let wrong = [church, Tensor::zeros([64, 64, 3])];
        assert!(pollster::block_on(engine.logits_of_many(&wrong)).is_err());
    }
}

#[test]
fn a_device_that_is_lost_between_pictures_loses_none() {
    let mut engine = engine(BackendChoice::Gpu);
    let inputs = [church(&engine), church(&engine)];
    let before = pollster::block_on(engine.logits_of_many(&inputs)).unwrap();
    engine.lose_device();
    assert_eq!(pollster::block_on(engine.logits_of_many(&inputs)).unwrap(), before);
    assert!(engine.take_notice().unwrap().starts_with("The GPU was lost"));
}

#[test]
fn numbers_that_the_weights_do_not_record_stop_the_engine() {
    let mut network = Network::from_safetensors(WEIGHTS).unwrap();
    network.description.check.as_mut().unwrap().logits[0] += 1.0;
    let error = pollster::block_on(Engine::new(network, BackendChoice::Cpu)).err().unwrap();
    assert!(matches!(error, EngineError::Check { difference } if difference > 1e-3), "{error}");
}

#[test]
fn an_input_of_another_size_is_refused() {
    let mut engine = engine(BackendChoice::Cpu);
    let error = pollster::block_on(engine.run(&Tensor::zeros([64, 64, 3]))).unwrap_err();
    assert_eq!(error.to_string(), "expected an input of shape [128, 128, 3], found [64, 64, 3]");
}
