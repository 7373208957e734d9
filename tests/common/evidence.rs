//! The evidence for classes as PyTorch decomposes the logits of the shipped and of timm's networks, against what a backend
//! left behind.

use std::sync::Arc;

use lambdascope_core::nn::evidence::{ClassEvidence, Head};
use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::nn::network::Network;
use lambdascope_core::picture::Picture;
use lambdascope_core::tensor::{Tensor, relative_difference};

use super::golden::{Fixture, TOLERANCE};

/// `training/lambdascope_training/evidence_fixtures.py` wrote it.
pub const EVIDENCE: &[u8] = include_bytes!("../fixtures/evidence.safetensors");

/// A network with an input, and what is kept of a run.
pub struct Case {
    pub graph: Arc<Graph>,
    pub head: Head,
    pub input: Vec<f32>,
    pub kept: [ValueId; 2],
}

impl Case {
    /// A network on an input `[H, W, 3]`.
    pub fn new(network: &Network, input: &Tensor) -> Self {
        let &[height, width, _] = input.shape() else { panic!("an input is [H, W, 3]") };
        let graph = network.graph([height, width]).unwrap();
        let head = Head::of(&graph).unwrap();
        let kept = [graph.logits, head.features];
        Self { graph: Arc::new(graph), head, input: padded(input), kept }
    }

    /// A shipped network on the fixture's picture.
    pub fn shipped(network: &Network) -> Self {
        let side = network.description.input.crop;
        let (shape, rgb) = Fixture::new(EVIDENCE).u8(&format!("picture_{side}"));
        assert_eq!(shape, [side, side, 3]);
        Self::new(network, &network.description.input.normalise(&Picture { width: side, height: side, rgb }))
    }

    /// Compares what a backend left behind (in the order of `kept`) with the fixture.
    pub fn check(&self, name: &str, [logits, features]: &[Vec<f32>; 2]) {
        let fixture = Fixture::new(EVIDENCE);
        let [evidence, bias, expected] =
            ["evidence", "bias", "logits"].map(|part| fixture.f32(&format!("{name}.{part}")));
        let classes = fixture.i64(&format!("{name}.classes"));
        assert!(classes.len() >= 2, "{name}");
        let found: Vec<ClassEvidence> = classes
            .iter()
            .map(|class| self.head.evidence(&self.graph, features, logits, *class as usize).unwrap())
            .collect();
        for (at, own) in found.iter().enumerate() {
            let difference = relative_difference(&own.terms, evidence.row(at));
            assert!(difference <= TOLERANCE, "{name}, class {}: {difference:.1e}", own.class);
            let scale = expected.data().iter().fold(0.0f32, |scale, logit| scale.max(logit.abs()));
            for value in [own.sum(), own.logit] {
                assert!((value - expected.data()[at]).abs() <= TOLERANCE * scale, "{name}: {value}");
            }
            assert!((own.bias - bias.data()[at]).abs() <= TOLERANCE, "{name}");
        }
        let terms = found[0].against(&found[1]).terms;
        let expected: Vec<f32> = evidence.row(0).iter().zip(evidence.row(1)).map(|(a, b)| a - b).collect();
        // Of two that are alike the difference keeps fewer digits.
        let scale = evidence.data().iter().fold(0.0f32, |scale, value| scale.max(value.abs()));
        for (own, other) in terms.iter().zip(&expected) {
            assert!((own - other).abs() <= 2.0 * TOLERANCE * scale, "{name}: {own} against {other}");
        }
    }
}
