//! The evidence for classes, held against PyTorch's decomposition of the same networks' logits, on both backends, and what an
//! answer brings of it.

use std::sync::Arc;

use crate::common::evidence::Case;
use crate::common::seeded;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::family::family;
use lambdascope_core::nn::network::Network;
use lambdascope_core::tensor::Tensor;
use lambdascope_engine::{Engine, cpu, gpu};
use lambdascope_explain::views::evidence::Sums;
use lambdascope_picture::open;

fn file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/www/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn check(name: &str, case: &Case) {
    let mut executor = cpu::Executor::new(Arc::clone(&case.graph), &case.kept);
    executor.run(&case.input);
    case.check(name, &case.kept.map(|id| executor.read(id).to_vec()));
    let values = pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, Arc::clone(&case.graph), &case.kept).await.unwrap();
        session.run(&case.input, &case.kept).await.unwrap()
    });
    case.check(name, &values.try_into().unwrap());
}

#[test]
fn shipped_networks_logits_come_apart_as_in_pytorch() {
    for member in family().unwrap() {
        let network = Network::from_safetensors(&file(&format!("weights/{}", member.file))).unwrap();
        check(&member.name, &Case::shipped(&network));
    }
}

#[test]
fn timms_networks_logits_come_apart_as_in_pytorch() {
    for (name, size) in
        [("lambda_resnet26t", [128; 2]), ("lambda_resnet26rpt_256", [256; 2]), ("lambda_resnet50ts", [160; 2])]
    {
        let network = Network::from_safetensors(&seeded::weights_file(name).unwrap()).unwrap();
        let picture = Tensor::new([size[0], size[1], 3], seeded::picture(size)).unwrap();
        check(name, &Case::new(&network, &picture));
    }
}

#[test]
fn an_answer_brings_the_evidence_for_its_first_five_classes() {
    let network = Network::from_safetensors(&file("weights/lambda_resnet_mini.safetensors")).unwrap();
    let mut engine = pollster::block_on(Engine::new(network, BackendChoice::Cpu)).unwrap();
    let opened = open(&file("samples/church.webp")).unwrap();
    let (answer, seen) = pollster::block_on(engine.answer(0, 1, &opened, 0.0, None)).unwrap();
    let first: Vec<usize> = answer.predictions.iter().take(5).map(|prediction| prediction.class).collect();
    assert_eq!(answer.evidence.classes.iter().map(|own| own.class).collect::<Vec<_>>(), first);
    assert_eq!(answer.evidence.map, [8, 8]);
    for own in &answer.evidence.classes {
        assert!(Sums::of(own).difference() < 1e-5, "{own:?}");
    }
    // Any other is there for the asking, and what the network does not have is not.
    let last = answer.predictions.last().unwrap().class;
    let more = engine.evidence(&seen.features, &seen.logits, [last, 10]).classes;
    assert_eq!(more.iter().map(|own| own.class).collect::<Vec<_>>(), [last]);
    assert!(Sums::of(&more[0]).difference() < 1e-5);
}
