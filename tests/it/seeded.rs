//! The seeded weights are those that the golden values were computed with.

use std::collections::HashMap;

use crate::common::seeded::{NETWORKS, picture, values, weights_file};
use safetensors::{Dtype, SafeTensors};

#[test]
fn rust_and_python_compute_the_same_bits() {
    #[derive(serde::Deserialize)]
    struct Recorded {
        shape: Vec<usize>,
        first: Vec<f32>,
        last: f32,
        sum: f64,
    }
    let recorded: HashMap<String, Recorded> = serde_json::from_str(include_str!("../fixtures/seeded.json")).unwrap();
    assert!(recorded.len() >= 10);
    for (name, expected) in recorded {
        let found = if name == "input" {
            picture([expected.shape[0], expected.shape[1]])
        } else {
            values(&name, &expected.shape)
        };
        assert_eq!(found.len(), expected.shape.iter().product::<usize>(), "{name}");
        assert_eq!(found[..expected.first.len()], expected.first, "{name}");
        assert_eq!(found.last(), Some(&expected.last), "{name}");
        let sum: f64 = found.iter().map(|value| f64::from(value.abs())).sum();
        assert!((sum - expected.sum).abs() <= 1e-9 * expected.sum, "{name}: {sum} instead of {}", expected.sum);
    }
}

#[test]
fn a_file_has_the_size_and_the_counters_of_the_published_one() {
    let payload = HashMap::from([
        ("lambda_resnet26t", (224, 37, 43_961_320)),
        ("lambda_resnet26rpt_256", (221, 37, 44_082_984)),
        ("lambda_resnet50ts", (392, 65, 86_366_152)),
    ]);
    for (name, _) in NETWORKS {
        let file = weights_file(name).unwrap();
        let read = SafeTensors::deserialize(&file).unwrap();
        let counters = read.tensors().iter().filter(|(_, view)| view.dtype() == Dtype::I64).count();
        let bytes = read.tensors().iter().map(|(_, view)| view.data().len()).sum::<usize>();
        assert_eq!((read.len(), counters, bytes), payload[name], "{name}");
    }
    assert!(weights_file("lambda_resnet").is_none());
}
