//! What differs between two networks at one place, held against NumPy and SciPy on PyTorch's layers of the same networks.

use std::collections::BTreeMap;

use lambdascope_core::answer::Answer;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::nn::network::Network;
use lambdascope_engine::Engine;
use lambdascope_explain::read::measures::{Measures, Weights};
use lambdascope_explain::read::query::Query;
use lambdascope_explain::views::networks::Compared;
use lambdascope_picture::{Opened, open};
use serde::Deserialize;

/// Of the largest number of its kind.
const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Case {
    networks: [String; 2],
    layers: [String; 2],
    query: [usize; 2],
    head: usize,
    u: usize,
    measures: [Numbers; 2],
    correlation: f64,
}

#[derive(Deserialize)]
struct Numbers {
    sum: f64,
    negative: f64,
    inside: Option<f64>,
    positions: f64,
    distance: f64,
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn engine(name: &str) -> Engine {
    let network = Network::from_safetensors(&file(&format!("www/weights/{name}.safetensors"))).unwrap();
    pollster::block_on(Engine::new(network, BackendChoice::Cpu)).unwrap()
}

fn church() -> Opened {
    open(&file("www/samples/church.webp")).unwrap()
}

fn answer(name: &str) -> Answer {
    pollster::block_on(engine(name).answer(0, 1, &church(), 0.0, None)).unwrap().0
}

fn close(found: f32, expected: f64, scale: f64, what: &str) {
    let difference = (f64::from(found) - expected).abs();
    assert!(difference <= TOLERANCE * scale, "{what}: found {found}, expected {expected}");
}

fn check(found: &Measures, expected: &Numbers, what: &str) {
    let mass = expected.sum + 2.0 * expected.negative;
    close(found.sum, expected.sum, mass, &format!("{what}, sum"));
    close(found.negative, expected.negative, mass, &format!("{what}, negative"));
    close(found.positions, expected.positions, found.cells as f64, &format!("{what}, positions"));
    close(found.distance, expected.distance, 1.0, &format!("{what}, distance"));
    assert_eq!(found.inside.is_some(), expected.inside.is_some(), "{what}, inside");
    if let (Some(found), Some(expected)) = (found.inside, expected.inside) {
        close(found, expected, 1.0, &format!("{what}, inside"));
    }
}

#[test]
fn the_numbers_of_a_pair_are_numpys() {
    let cases: Vec<Case> = serde_json::from_slice(&file("tests/fixtures/comparison.json")).unwrap();
    assert!(cases.len() >= 5);
    let names = cases.iter().flat_map(|case| case.networks.clone());
    let answers: BTreeMap<String, Answer> = names.map(|name| (name.clone(), answer(&name))).collect();
    for case in cases {
        let layers = [0, 1].map(|side| {
            let trace = &answers[&case.networks[side]].trace;
            trace.layers.iter().find(|layer| layer.name() == case.layers[side]).unwrap()
        });
        let [own, other] = layers.map(|layer| layer.map());
        let lies = |axis: usize| (2 * case.query[axis] + 1) * other[axis] / (2 * own[axis]);
        let [y, x] = case.query;
        let query = Query { y, x, head: case.head, u: case.u };
        let pair = [Weights::of(layers[0], query), Weights::of(layers[1], Query { y: lies(0), x: lies(1), ..query })];
        let compared = Compared::of([&pair[0], &pair[1]]);
        let what = format!("{:?} {:?} at {y},{x}", case.networks, case.layers);
        for (found, expected) in compared.measures.iter().zip(&case.measures) {
            check(found, expected, &what);
        }
        close(compared.correlation.unwrap(), case.correlation, 1.0, &format!("{what}, correlation"));
    }
}

#[test]
fn a_network_of_another_size_sees_the_same_part_of_the_picture() {
    let engine = engine("lambda_resnet_mini");
    let picture = church().picture;
    let own = engine.prepare(&picture).unwrap().0;
    let finer = engine.cut(&picture, None, 2 * own.width).unwrap();
    assert_eq!((finer.width, finer.height), (2 * own.width, 2 * own.width));
    // Four pixels of the finer one lie on each of the other's.
    let at = |y: usize, x: usize, c: usize| f64::from(finer.rgb[3 * (y * finer.width + x) + c]);
    let (mut sum, mut most) = (0.0, 0.0f64);
    for (m, pixel) in own.rgb.chunks_exact(3).enumerate() {
        let (y, x) = (2 * (m / own.width), 2 * (m % own.width));
        for (c, value) in pixel.iter().enumerate() {
            let mean = (at(y, x, c) + at(y, x + 1, c) + at(y + 1, x, c) + at(y + 1, x + 1, c)) / 4.0;
            let difference = (mean - f64::from(*value)).abs();
            sum += difference;
            most = most.max(difference);
        }
    }
    let mean = sum / own.rgb.len() as f64;
    assert!(mean < 2.0 && most < 40.0, "on average {mean}, at most {most} grey levels apart");
    assert!(engine.cut(&picture, None, 0).is_err());
}
