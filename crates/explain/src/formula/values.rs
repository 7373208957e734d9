//! What the cells of a layer's quantities are worth for one query of one run.

use std::borrow::Cow;

use crate::figures::subject::Dependence;
use crate::formula::quantity::{Cell, Quantity};
use crate::read::lambda::normalised_keys;
use crate::read::query::{Query, dot, offset, query_vector, reach, sees};
use crate::read::reading::Reading;
use crate::read::softmax_attention;
use crate::read::softmax_attention::AttentionReading;
use lambdascope_core::nn::trace::{AttentionTrace, LambdaTrace};

/// A layer's values for one query.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// A lambda layer.
    Lambda {
        /// What the run left.
        layer: &'a LambdaTrace,
        /// What was read out of it for this query.
        reading: &'a Reading,
        /// k̄ as this query has it, `[m, u · k]`.
        keys: Cow<'a, [f32]>,
    },
    /// An attention layer.
    Attention {
        /// What the run left.
        layer: &'a AttentionTrace,
        /// What was read out of it for this query.
        reading: &'a AttentionReading,
    },
}

impl<'a> Values<'a> {
    /// Of a lambda layer for the query of a reading.
    pub fn lambda(layer: &'a LambdaTrace, reading: &'a Reading) -> Self {
        Self::Lambda { layer, reading, keys: normalised_keys(layer, reading.query.n(layer)) }
    }

    /// Of an attention layer for the query of a reading.
    pub fn attention(layer: &'a AttentionTrace, reading: &'a AttentionReading) -> Self {
        Self::Attention { layer, reading }
    }

    /// The query.
    pub fn query(&self) -> Query {
        match self {
            Self::Lambda { reading, .. } => reading.query,
            Self::Attention { reading, .. } => reading.query,
        }
    }

    /// What a quantity depends on in this layer.
    pub fn dependence(&self, quantity: Quantity) -> Dependence {
        let on_u = Dependence { intra: true, ..Dependence::LAYER };
        match (self, quantity) {
            (_, Quantity::Output | Quantity::Query) => Dependence::HEAD_AND_QUERY,
            (Self::Lambda { layer, .. }, Quantity::Lambda) => Dependence::of_lambda(layer),
            (Self::Lambda { layer, .. }, Quantity::Content) => Dependence::of_content_lambda(layer),
            (Self::Lambda { layer, .. }, Quantity::PositionLambda) => Dependence::of_position_lambda(layer),
            (Self::Lambda { layer, .. }, Quantity::NormalisedKey) => Dependence::of_normalised_keys(layer),
            (Self::Lambda { .. }, Quantity::Key | Quantity::Value) => on_u,
            (Self::Lambda { .. }, Quantity::Embedding) => Dependence { query: true, ..on_u },
            (Self::Lambda { .. }, Quantity::Bias) => Dependence::LAYER,
            // An attention layer's heads have keys and values of their own, and share the embeddings.
            (Self::Attention { .. }, Quantity::Key | Quantity::Value) => Dependence { head: true, ..Dependence::LAYER },
            (Self::Attention { .. }, Quantity::Relative) => Dependence { query: true, ..Dependence::LAYER },
            _ => Dependence::ALL,
        }
    }

    /// A cell's value, with the keys, values and embeddings of one u. 0 where a quantity has no values, where no embedding
    /// reaches and outside the layer.
    pub fn value(&self, cell: Cell, u: usize) -> f32 {
        self.find(cell, u).unwrap_or(0.0)
    }

    fn find(&self, cell: Cell, u: usize) -> Option<f32> {
        let Cell { quantity, key: i, value: j, position: m } = cell;
        match self {
            Self::Lambda { layer, reading, keys } => {
                let dims = &layer.dims;
                let (k, v) = (dims.key_depth, dims.value_depth);
                if i >= k || j >= v || m >= dims.positions() || u >= dims.intra {
                    return None;
                }
                let (key, lambda) = (m * dims.intra * k + u * k, i * v + j);
                let [content, position] = [&reading.lambda_content, &reading.lambda_position].map(|l| l.data()[lambda]);
                let embedding = || self.embedding(m).map(|row| &row[u * k..(u + 1) * k]);
                Some(match quantity {
                    Quantity::Output => *reading.output.get(j)?,
                    Quantity::Lambda => content + position,
                    Quantity::Content => content,
                    Quantity::PositionLambda => position,
                    Quantity::Attention if u == reading.query.u => *reading.attention.total.get(m)?,
                    Quantity::Attention => {
                        let q = query_vector(layer, reading.query);
                        dot(q, keys.get(key..key + k)?) + embedding().map_or(0.0, |e| dot(q, e))
                    }
                    Quantity::Query => *reading.q.get(i)?,
                    Quantity::NormalisedKey => *keys.get(key + i)?,
                    Quantity::Key => layer.key.data()[key + i],
                    Quantity::Value => layer.value.row(m)[u * v + j],
                    Quantity::Embedding => embedding()?[i],
                    Quantity::Bias => layer.position_bias.data()[i],
                    _ => return None,
                })
            }
            Self::Attention { layer, reading } => {
                let dims = &layer.dims;
                let (k, v, Query { y, x, head, .. }) = (dims.key_depth, dims.value_depth, reading.query);
                if i >= k || j >= v || m >= dims.positions() {
                    return None;
                }
                let own = reading.heads.get(head)?;
                Some(match quantity {
                    Quantity::Output => *reading.output.get(j)?,
                    Quantity::Weight => own.weights[m],
                    Quantity::Score => own.content[m] + own.position[m],
                    Quantity::Query => softmax_attention::query_vector(layer, reading.query)[i],
                    Quantity::Key => layer.key.row(m)[head * k + i],
                    Quantity::Value => layer.value.row(m)[head * v + j],
                    Quantity::Relative => {
                        let vertical = layer.vertical.row(m / dims.width + dims.height - 1 - y);
                        vertical[i] + layer.horizontal.row(m % dims.width + dims.width - 1 - x)[i]
                    }
                    _ => return None,
                })
            }
        }
    }

    /// The row of E for a context position, `[u · k]`; `None` where the window does not reach or the mask hides.
    fn embedding(&self, m: usize) -> Option<&'a [f32]> {
        let Self::Lambda { layer, reading, .. } = self else { return None };
        let columns = layer.dims.context_width;
        let at = [m / columns, m % columns];
        let is_near = reach(layer, reading.query).iter().zip(at).all(|(range, at)| range.contains(&at));
        (is_near && self.is_seen(m)).then(|| layer.position.row(offset(layer, reading.query, at)))
    }

    /// Whether the layer has an embedding for a position as this query sees it.
    pub fn has_embedding(&self, m: usize) -> bool {
        match self {
            Self::Lambda { .. } => self.embedding(m).is_some(),
            Self::Attention { .. } => true,
        }
    }

    /// Whether the layer's mask shows a position to this query.
    pub fn is_seen(&self, m: usize) -> bool {
        match self {
            Self::Lambda { layer, reading, .. } => sees(layer, reading.query.n(layer), m),
            Self::Attention { .. } => true,
        }
    }

    /// How far a position is from the query, rows down and columns to the right.
    pub fn displacement(&self, m: usize) -> [isize; 2] {
        let columns = match self {
            Self::Lambda { layer, .. } => layer.dims.context_width,
            Self::Attention { layer, .. } => layer.dims.width,
        }
        .max(1);
        let Query { y, x, .. } = self.query();
        [(m / columns) as isize - y as isize, (m % columns) as isize - x as isize]
    }
}
