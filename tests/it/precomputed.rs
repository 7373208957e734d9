//! The answers that lie beside the page are those of the network and the pictures that lie there too.

use std::path::PathBuf;

use lambdascope_core::answer::Answer;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::family::{Member, family};
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::network::Network;
use lambdascope_engine::Engine;
use lambdascope_page::page::samples;
use lambdascope_page::page::samples::Sample;
use lambdascope_picture::open;
use lambdascope_protocol::Precomputed;

fn www(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "www", path].iter().collect()
}

fn samples() -> &'static [Sample] {
    samples::shipped()
}

fn engine(member: &Member) -> Engine {
    let bytes = std::fs::read(www(&format!("weights/{}", member.file))).unwrap();
    pollster::block_on(Engine::new(Network::from_safetensors(&bytes).unwrap(), BackendChoice::Cpu)).unwrap()
}

fn answer(engine: &mut Engine, sample: &Sample) -> Answer {
    let bytes = std::fs::read(www(&format!("samples/{}", sample.file))).unwrap();
    pollster::block_on(engine.answer(0, 0, &open(&bytes).unwrap(), 0.0, None)).unwrap().0
}

/// Half precision keeps 11 bits.
fn assert_halves(found: &Precomputed, expected: &Answer) {
    let mut found = found.answer.clone();
    assert_eq!((found.side, found.original, &found.crop), (expected.side, expected.original, &expected.crop));
    assert_eq!(found.computed, None);
    for (own, other) in found.predictions.iter().zip(&expected.predictions) {
        assert_eq!(own.label, other.label);
        assert!((own.probability - other.probability).abs() < 1e-5, "{}", own.label);
    }
    let mut expected = expected.trace.clone();
    assert_eq!(found.trace.layers.len(), expected.layers.len());
    for (own, other) in found.trace.layers.iter_mut().zip(&mut expected.layers) {
        assert_eq!((own.name(), own.map(), own.heads()), (other.name(), other.map(), other.heads()));
        for (own, other) in own.tensors_mut().into_iter().zip(other.tensors_mut()) {
            assert_eq!(own.shape(), other.shape());
            let limit = other.data().iter().fold(0.0f32, |limit, value| limit.max(value.abs()));
            for (own, other) in own.data().iter().zip(other.data()) {
                assert!((own - other).abs() <= limit / 1024.0, "{own} against {other} of at most {limit}");
            }
        }
    }
}

#[test]
fn every_file_is_what_the_engine_gives_for_its_sample() {
    let member = &family().unwrap()[0];
    let mut engine = engine(member);
    let samples: Vec<&Sample> = samples().iter().filter(|sample| sample.precomputed.is_some()).collect();
    assert!(samples.len() >= 3, "{} samples have one", samples.len());
    for sample in samples {
        let file = std::fs::read(www(&format!("samples/{}", sample.precomputed.as_ref().unwrap()))).unwrap();
        let found = Precomputed::read(&file).unwrap();
        let card = NetworkCard::new(engine.network(), engine.graph(), member.bytes, member.sha256.clone());
        assert_eq!(found.card, card, "{} is of another network: write it again", sample.id);
        assert_halves(&found, &answer(&mut engine, sample));
    }
}

#[test]
fn attention_is_written_too_and_a_damaged_file_refused() {
    let member = family().unwrap().iter().find(|member| member.name == "attention_resnet_mini").unwrap();
    let mut engine = engine(member);
    let expected = answer(&mut engine, &samples()[0]);
    let card = NetworkCard::new(engine.network(), engine.graph(), member.bytes, member.sha256.clone());
    let file = Precomputed { card, answer: expected.clone() }.write().unwrap();
    assert_halves(&Precomputed::read(&file).unwrap(), &expected);
    assert!(Precomputed::read(&file[..file.len() - 2]).is_err());
}
