//! The rows of each kind of layer: its equations (LambdaNetworks, section 3; Bottleneck Transformers, section 3).

use crate::formula::quantity::{Index, Quantity};
use crate::formula::table::{Addend, Cells, Equation, Origin, Piece, Row, Sizes, Table};
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};
use lambdascope_core::tensor::max_abs;

impl Table {
    /// The table of a layer.
    pub fn of(layer: &LayerTrace) -> Self {
        match layer {
            LayerTrace::Lambda(layer) => lambda(layer),
            LayerTrace::Attention(layer) => attention(Sizes {
                key: layer.dims.key_depth,
                value: layer.dims.value_depth,
                context: [layer.dims.height, layer.dims.width],
                intra: 1,
            }),
        }
    }
}

fn sum(over: Option<Index>, factors: &[Quantity]) -> Addend {
    Addend { over, factors: factors.to_vec(), is_rooted: false }
}

fn row(quantity: Quantity, whole: Vec<Piece>, addends: Vec<Addend>) -> Row {
    Row { quantity, equations: vec![Equation { whole, cells: Some(Cells::Sum(addends)) }], origin: None }
}

fn softmax(quantity: Quantity, of: Quantity) -> Row {
    let whole = vec![Piece::Softmax, Piece::Symbol(of)];
    Row { quantity, equations: vec![Equation { whole, cells: Some(Cells::Softmax(of)) }], origin: None }
}

fn projected(quantity: Quantity, from: Quantity, weights: &'static str, is_normed: bool) -> Row {
    let mut whole = vec![Piece::Word(weights), Piece::Symbol(from)];
    if is_normed {
        whole.splice(0..0, [Piece::Word("norm"), Piece::Sign("(")]);
        whole.push(Piece::Sign(")"));
    }
    Row { quantity, equations: vec![Equation { whole, cells: None }], origin: Some(Origin::Projection) }
}

fn learned(quantity: Quantity) -> Row {
    Row { quantity, equations: Vec::new(), origin: Some(Origin::Learned) }
}

/// Parts with a sign between those that there are.
fn joined(addends: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut parts = Vec::new();
    for addend in addends {
        if !parts.is_empty() {
            parts.push(Piece::Sign("+"));
        }
        parts.extend(addend);
    }
    parts
}

/// A lambda layer's.
fn lambda(layer: &LambdaTrace) -> Table {
    use Index::{Key as I, Position as M};
    use Piece::{Ones, Sign, Sum, Symbol, Transposed};
    use Quantity as Q;
    let dims = &layer.dims;
    let is_masked = layer.mask != Mask::None;
    let has_embedding = dims.window != [0, 0];
    let has_bias = max_abs(layer.position_bias.data()) > 0.0;
    let mut rows = vec![projected(Q::Query, Q::Input, "W_q", true)];
    let mut notes = Vec::new();
    if layer.content {
        rows.push(projected(Q::Key, Q::Context, "W_k", false));
        rows.push(softmax(Q::NormalisedKey, Q::Key));
    } else {
        notes.push("This layer has no content lambda: its keys are not used.");
    }
    rows.push(projected(Q::Value, Q::Context, "W_v", true));
    if has_embedding {
        rows.push(learned(Q::Embedding));
    } else {
        notes.push("This layer has no position embeddings: all queries share one λ.");
    }
    if has_bias {
        rows.push(learned(Q::Bias));
    } else if has_embedding {
        notes.push("This layer’s position convolution has no bias.");
    }
    if is_masked {
        notes.push(
            "This layer is masked: sums over m run over what the query sees, and so does the softmax of its keys.",
        );
    }
    if dims.intra > 1 {
        notes.push("Every position has u keys and values; sums over m run over all of them.");
    }
    let mut lambdas = Vec::new();
    if layer.content {
        let whole = vec![Sum(M), Symbol(Q::NormalisedKey), Transposed(Q::Value)];
        rows.push(row(Q::Content, whole, vec![sum(Some(M), &[Q::NormalisedKey, Q::Value])]));
        lambdas.push(Q::Content);
    }
    if has_embedding || has_bias {
        let (mut whole, mut addends) = (Vec::new(), Vec::new());
        if has_embedding {
            whole.push(vec![Sum(M), Symbol(Q::Embedding), Transposed(Q::Value)]);
            addends.push(sum(Some(M), &[Q::Embedding, Q::Value]));
        }
        if has_bias {
            whole.push(vec![Symbol(Q::Bias), Ones]);
            addends.push(sum(None, &[Q::Bias]));
        }
        rows.push(row(Q::PositionLambda, joined(whole), addends));
        lambdas.push(Q::PositionLambda);
    }
    let whole = joined(lambdas.iter().map(|of| vec![Symbol(*of)]).collect());
    rows.push(row(Q::Lambda, whole, lambdas.iter().map(|of| sum(None, &[*of])).collect()));
    let mut output =
        row(Q::Output, vec![Transposed(Q::Lambda), Symbol(Q::Query)], vec![sum(Some(I), &[Q::Query, Q::Lambda])]);
    let keys: Vec<Q> = [(layer.content, Q::NormalisedKey), (has_embedding, Q::Embedding)]
        .iter()
        .filter(|key| key.0)
        .map(|key| key.1)
        .collect();
    if !keys.is_empty() {
        let inner = joined(keys.iter().map(|key| vec![Symbol(*key)]).collect());
        let inner = if keys.len() > 1 { [vec![Sign("(")], inner, vec![Sign(")")]].concat() } else { inner };
        let whole = [vec![Symbol(Q::Query), Sign("·")], inner].concat();
        rows.push(row(Q::Attention, whole, keys.iter().map(|key| sum(Some(I), &[Q::Query, *key])).collect()));
        let (mut whole, mut addends) =
            (vec![vec![Sum(M), Symbol(Q::Attention), Symbol(Q::Value)]], vec![sum(Some(M), &[Q::Attention, Q::Value])]);
        if has_bias {
            whole.push(vec![Symbol(Q::Query), Sign("·"), Symbol(Q::Bias)]);
            addends.push(sum(Some(I), &[Q::Query, Q::Bias]));
        }
        output.equations.push(Equation { whole: joined(whole), cells: Some(Cells::Sum(addends)) });
    }
    rows.push(output);
    let sizes = Sizes {
        key: dims.key_depth,
        value: dims.value_depth,
        context: [dims.context_height, dims.context_width],
        intra: dims.intra,
    };
    let has_own_context = sizes.context != [dims.height, dims.width];
    Table { rows, sizes, notes, is_masked, has_own_context }
}

/// An attention layer's.
fn attention(sizes: Sizes) -> Table {
    use Index::{Key as I, Position as M};
    use Piece::{Root, Sign, Sum, Symbol};
    use Quantity as Q;
    let content = Addend { is_rooted: true, ..sum(Some(I), &[Q::Query, Q::Key]) };
    let score = vec![
        Symbol(Q::Query),
        Sign("·"),
        Symbol(Q::Key),
        Sign("/"),
        Root,
        Sign("+"),
        Symbol(Q::Query),
        Sign("·"),
        Symbol(Q::Relative),
    ];
    let rows = vec![
        projected(Q::Query, Q::Input, "W_q", false),
        projected(Q::Key, Q::Context, "W_k", false),
        projected(Q::Value, Q::Context, "W_v", false),
        learned(Q::Relative),
        row(Q::Score, score, vec![content, sum(Some(I), &[Q::Query, Q::Relative])]),
        softmax(Q::Weight, Q::Score),
        row(Q::Output, vec![Sum(M), Symbol(Q::Weight), Symbol(Q::Value)], vec![sum(Some(M), &[Q::Weight, Q::Value])]),
    ];
    let notes = vec![
        "This is an attention layer: it has no lambda. Every query makes weights of its own, which are positive and sum to 1.",
    ];
    Table { rows, sizes, notes, is_masked: false, has_own_context: false }
}
