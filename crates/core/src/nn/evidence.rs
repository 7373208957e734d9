//! Where a class's logit comes from. These networks end in a mean over positions and one linear layer, so that a logit is an
//! exact sum over the positions of the last map:
//!
//! logit_c = b_c + Σ_p (w_c · f_p) / P
//!
//! with the P positions' channels f_p and the class's weights w_c (timm's `ClassifierHead`). What a position adds to the sum is
//! its evidence; for convolutional networks the same maps are known as class activation maps (Zhou et al. 2016).

use serde::{Deserialize, Serialize};

use crate::nn::graph::{ConstantId, Graph, Op, ValueId};

/// The end of a network: what the mean over positions is taken of, and the classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last map, `[H, W, C]`.
    pub features: ValueId,
    /// The classifier's weights, `[C, classes rounded up to a multiple of 4]`.
    pub weights: ConstantId,
    /// Its bias, `[classes rounded up]`.
    pub bias: ConstantId,
}

impl Head {
    /// The end of a graph that has one: a lone layer has none.
    pub fn of(graph: &Graph) -> Option<Self> {
        let (mean, weights, bias) = graph.ops.iter().find_map(|op| match op {
            Op::Conv { input, weights, bias, residual: None, output, .. } if *output == graph.logits => {
                Some((*input, *weights, *bias))
            }
            _ => None,
        })?;
        let features = graph.ops.iter().find_map(|op| match op {
            Op::MeanPool { input, output, .. } if *output == mean => Some(*input),
            _ => None,
        })?;
        Some(Self { features, weights, bias })
    }

    /// The evidence for several classes; those that the network does not have are left out.
    pub fn evidence_of(
        &self,
        graph: &Graph,
        features: &[f32],
        logits: &[f32],
        classes: impl IntoIterator<Item = usize>,
    ) -> Evidence {
        let [height, width, _] = graph.values[self.features].shape;
        let classes = classes.into_iter().filter_map(|class| self.evidence(graph, features, logits, class));
        Evidence { map: [height, width], classes: classes.collect() }
    }

    /// The evidence for a class, by the last map and the logit that the backend computed; none for a class or a map that the
    /// network does not have.
    pub fn evidence(&self, graph: &Graph, features: &[f32], logits: &[f32], class: usize) -> Option<ClassEvidence> {
        let [height, width, channels] = graph.values[self.features].shape;
        let positions = height * width;
        let [weights, bias] = [self.weights, self.bias].map(|id| graph.constants[id].data());
        let (logit, classes) = (*logits.get(class)?, bias.len());
        if features.len() != positions * channels {
            return None;
        }
        let weight = |channel: usize| f64::from(weights[channel * classes + class]);
        let term = |f: &[f32]| {
            let sum: f64 = f.iter().enumerate().map(|(channel, f)| f64::from(*f) * weight(channel)).sum();
            (sum / positions as f64) as f32
        };
        let terms = features.chunks_exact(channels).map(term).collect();
        Some(ClassEvidence { class, terms, bias: bias[class], logit })
    }
}

/// What each position adds to a class's logit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassEvidence {
    /// The class, as a place among the network's labels.
    pub class: usize,
    /// (w_c · f_p) / P, `[H · W]`, row-major.
    pub terms: Vec<f32>,
    /// b_c, which belongs to no position.
    pub bias: f32,
    /// The logit as the backend computed it.
    pub logit: f32,
}

impl ClassEvidence {
    /// Σ_p terms + bias: the logit once more.
    pub fn sum(&self) -> f32 {
        (self.terms.iter().copied().map(f64::from).sum::<f64>() + f64::from(self.bias)) as f32
    }

    /// What speaks for this class rather than for another: the differences of all of it.
    #[must_use]
    pub fn against(&self, other: &Self) -> Self {
        let terms = self.terms.iter().zip(&other.terms).map(|(own, other)| own - other).collect();
        Self { class: self.class, terms, bias: self.bias - other.bias, logit: self.logit - other.logit }
    }
}

/// The evidence for several classes in one picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Rows and columns of the last map.
    pub map: [usize; 2],
    /// One for each class that was asked for.
    pub classes: Vec<ClassEvidence>,
}

impl Evidence {
    /// That of a class, if it is here.
    pub fn of(&self, class: usize) -> Option<&ClassEvidence> {
        self.classes.iter().find(|evidence| evidence.class == class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{conv, mean_pool};
    use crate::nn::graph::Value;
    use crate::tensor::Tensor;
    use bytemuck::Zeroable;

    /// A head over a map of 1×2 with 4 channels, and 4 classes.
    fn graph() -> Graph {
        let value = |name: &str, shape| Value { name: name.into(), shape };
        Graph {
            values: vec![value("map", [1, 2, 4]), value("mean", [1, 1, 4]), value("logits", [1, 1, 4])],
            constants: vec![
                Tensor::exact([4, 4], (0..16).map(|i| i as f32 - 5.0).collect()),
                Tensor::exact([4], vec![0.5, 1.0, 1.5, 2.0]),
            ],
            ops: vec![
                Op::MeanPool { params: mean_pool::Params { pixels: 2, channels: 4 }, input: 0, output: 1 },
                Op::Conv { params: conv::Params::zeroed(), input: 1, weights: 0, bias: 1, residual: None, output: 2 },
            ],
            logits: 2,
            ..Graph::default()
        }
    }

    #[test]
    fn a_logit_is_the_bias_and_what_the_positions_add() {
        let graph = graph();
        let head = Head::of(&graph).unwrap();
        assert_eq!(head, Head { features: 0, weights: 0, bias: 1 });
        let features = [1.0, 2.0, 0.0, -1.0, 4.0, 0.0, 1.0, 0.0];
        // Class 1: weights −4, 0, 4, 8.
        let own = head.evidence(&graph, &features, &[0.0, -11.0, 0.0, 0.0], 1).unwrap();
        assert_eq!((own.terms.as_slice(), own.bias, own.logit), ([-6.0, -6.0].as_slice(), 1.0, -11.0));
        assert_eq!(own.sum(), own.logit);
        let other = head.evidence(&graph, &features, &[0.0; 4], 0).unwrap();
        let difference = own.against(&other);
        assert_eq!(difference.sum(), own.sum() - other.sum());
        assert_eq!((difference.class, difference.bias), (1, 0.5));
        assert_eq!(head.evidence(&graph, &features, &[0.0; 4], 4), None);
        assert_eq!(head.evidence(&graph, &features[..4], &[0.0; 4], 0), None);
    }

    #[test]
    fn a_lone_layer_has_no_head() {
        assert_eq!(Head::of(&Graph::default()), None);
    }
}
