//! How it stands to attention, convolution and pooling.

use super::question::Question;
use crate::page::view::View;

/// The questions.
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "linear-attention",
        question: "Is this linear attention, as in “Transformers are RNNs” or Performer?",
        answer: |facts| {
            format!(
                "Its content part is, and the paper says so: φ(Q)(φ(K)ᵀV), with a softmax over positions for φ(K) and Q itself for φ(Q). New are position lambdas, which no kernel of q and k gives, and one λ for all {} heads. Position has {} of this query’s weight.",
                facts.h(),
                facts.position_share()
            )
        },
        source: "LambdaNetworks, section 2 and appendix; Katharopoulos 2020, Choromanski 2020, Shen 2018",
        button: "See content and position",
        view: View::Lens,
        set: &[],
    },
    Question {
        id: "local",
        question: "How does it differ from local attention and from deformable convolution?",
        answer: |facts| {
            format!(
                "Local attention takes a softmax within each query’s window, and holds those weights. Here weights are signed, need not sum to 1 and need not be held; and λᶜ sees all {} positions besides. A deformable convolution computes where to look; here the places are fixed, and the weights are computed.",
                facts.m()
            )
        },
        source: "LambdaNetworks, section 2; Ramachandran 2019, Dai 2017",
        button: "Compare with attention",
        view: View::Lens,
        set: &[("beside", Some("attention_resnet_mini"))],
    },
    Question {
        id: "pooling",
        question: "Is it a learned pooling, or pooling on graphs (DiffPool)?",
        answer: |facts| {
            format!(
                "λᶜ is: {0} soft masks pool {1} positions into {0} averages of values. DiffPool’s softmax runs over the clusters, so that each node is shared out among them; here it runs over positions, and a place may count in several masks or in none. And each query mixes the pools by its own q.",
                facts.k(),
                facts.m()
            )
        },
        source: "LambdaNetworks, section 3.1; Ying 2018; the comparison is ours",
        button: "See the masks",
        view: View::Cost,
        set: &[],
    },
];
