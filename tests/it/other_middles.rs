//! Networks with something else where the shipped one has its lambda layers: without any, the page says that there is
//! nothing to look into; with an intra-depth, every u has maps of its own.

use crate::common::mini;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::network::{Network, sha256};
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::{Engine, Run, ranked_softmax};
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::Reading;
use lambdascope_page::page::address::Address;
use lambdascope_page::page::networks::nothing_inside;
use lambdascope_page::page::place::Place;
use lambdascope_picture::decode;

const SHIPPED: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
const CHURCH: &[u8] = include_bytes!("../../www/samples/church.webp");

/// What the page knows of a network, and what a backend makes of a picture.
fn ran(bytes: &[u8], choice: BackendChoice) -> (NetworkCard, Run) {
    let mut engine = pollster::block_on(Engine::new(Network::from_safetensors(bytes).unwrap(), choice)).unwrap();
    let card = NetworkCard::new(engine.network(), engine.graph(), bytes.len() as u64, sha256(bytes));
    let input = engine.prepare(&decode(CHURCH).unwrap()).unwrap().1;
    let run = pollster::block_on(engine.run(&input)).unwrap();
    (card, run)
}

fn seeded_mini(name: &str) -> Vec<u8> {
    mini::weights_file(name).unwrap()
}

#[test]
fn a_network_of_convolutions_classifies_and_says_what_it_lacks() {
    let bytes = seeded_mini("seeded_conv_mini");
    let (card, on_cpu) = ran(&bytes, BackendChoice::Cpu);
    let (_, on_gpu) = ran(&bytes, BackendChoice::Gpu);
    assert!(relative_difference(&on_gpu.logits, &on_cpu.logits) <= 1e-4);
    let ranked = ranked_softmax(&on_cpu.logits);
    assert_eq!(ranked.len(), card.classes);
    assert!(ranked[0].1 > ranked[9].1, "it tells nothing apart: {ranked:?}");
    assert!(on_cpu.trace.layers.is_empty());
    assert_eq!(Place::of_address(&Address::default(), &on_cpu.trace), None);

    let sentence = nothing_inside(&card).unwrap();
    assert_eq!(
        sentence,
        "This network has no lambda layers to look into; choose one that does, such as LambdaResNet mini, to see \
         where its outputs come from."
    );
}

#[test]
fn a_place_outlives_a_network_without_one() {
    let (with, without) =
        (ran(SHIPPED, BackendChoice::Cpu).1, ran(&seeded_mini("seeded_conv_mini"), BackendChoice::Cpu).1);
    let place = Place { layer: 2, query: Query { y: 5, x: 6, head: 3, u: 0 } };
    assert_eq!(place.in_network(&with.trace, &without.trace), place);
}

#[test]
fn a_network_with_lambda_layers_lacks_nothing() {
    for bytes in [SHIPPED.to_vec(), seeded_mini("seeded_u4_mini")] {
        let (card, run) = ran(&bytes, BackendChoice::Cpu);
        assert_eq!(nothing_inside(&card), None);
        assert_eq!(card.parts.iter().filter_map(|part| part.kind.layer()).count(), run.trace.layers.len());
    }
}

#[test]
fn every_u_has_maps_of_its_own_and_all_give_the_output() {
    let run = ran(&seeded_mini("seeded_u4_mini"), BackendChoice::Cpu).1;
    for layer in run.trace.layers.iter().filter_map(LayerTrace::as_lambda) {
        assert_eq!(layer.dims.intra, 4);
        let of = |u| Reading::of(layer, Query { y: 3, x: 2, head: 1, u });
        for u in 0..4 {
            assert!(of(u).proof.relative() <= 1e-4, "{} u {u}", layer.name);
            assert!((0..u).all(|other| of(other).attention.total != of(u).attention.total), "{} u {u}", layer.name);
        }
    }
}
