//! A network at other sizes than its own, beside the engine that runs it: what it says there is what a network built for that size
//! says, and a table that ends is named.

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::cost::report::Refusal;
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_core::picture::Picture;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::{Engine, predictions};

const LAMBDA: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
const ATTENTION: &[u8] = include_bytes!("../../www/weights/attention_resnet_mini.safetensors");

fn crop(side: usize) -> Picture {
    let rgb = (0..side * side * 3).map(|i| ((i / 7 * 31) % 251) as u8).collect();
    Picture { width: side, height: side, rgb }
}

#[test]
fn another_size_says_what_a_network_of_that_size_says() {
    for (choice, backend) in [(BackendChoice::Cpu, Backend::Cpu), (BackendChoice::Gpu, Backend::Gpu)] {
        pollster::block_on(async {
            let network = Network::from_safetensors(LAMBDA).unwrap();
            let engine = Engine::new(network, choice).await.unwrap();
            for side in [96, 160] {
                let crop = crop(side);
                let found = engine.at_size(&crop, 1, None).await.unwrap();
                let network = Network::from_safetensors(LAMBDA).unwrap();
                let mut right = Engine::with_size(network, [side; 2], choice).await.unwrap();
                assert_eq!((found.macs, found.backend), (right.graph().macs(), backend));
                let input = right.network().description.input.normalise(&crop);
                let run = right.run(&input).await.unwrap();
                let expected = predictions(&right.network().description.labels, &run.logits);
                for (found, expected) in found.predictions.iter().zip(&expected) {
                    assert_eq!(found.class, expected.class, "{side}");
                    assert!((found.probability - expected.probability).abs() < 1e-5, "{side}");
                }
                let (Some(LayerTrace::Lambda(layer)), LayerTrace::Lambda(own)) = (found.layer, &run.trace.layers[1])
                else {
                    panic!("they are lambda layers")
                };
                assert_eq!((&layer.name, &layer.dims), (&own.name, &own.dims));
                for (found, own) in [(&layer.output, &own.output), (&layer.lambda_content, &own.lambda_content)] {
                    assert!(relative_difference(found.data(), own.data()) < 1e-5, "{side}");
                }
                assert!(found.bytes > 0 && found.milliseconds > 0.0);
            }
        });
    }
}

#[test]
fn a_table_that_ends_and_a_size_that_takes_too_long_are_named() {
    pollster::block_on(async {
        let attention = Engine::new(Network::from_safetensors(ATTENTION).unwrap(), BackendChoice::Cpu).await.unwrap();
        let refused = attention.at_size(&crop(256), 0, None).await.unwrap_err().to_string();
        assert!(refused.starts_with("pictures of 256×256 pixels"), "{refused}");
        assert!(
            refused.contains("table") || refused.contains("embeddings") || refused.contains("expected"),
            "{refused}"
        );

        let lambda = Engine::new(Network::from_safetensors(LAMBDA).unwrap(), BackendChoice::Cpu).await.unwrap();
        let slow = (lambda.graph().macs(), 9_000.0);
        let refused = lambda.at_size(&crop(256), 0, Some(slow)).await.unwrap_err();
        let Refusal::Time { expected, .. } = refused else { panic!("{refused}") };
        // Four times as many pixels.
        assert!((35_000.0..37_000.0).contains(&expected), "{expected}");
        assert!(lambda.at_size(&crop(128), 99, None).await.unwrap().layer.is_none());
    });
}
