//! The lambda layer's own parameters, whatever implementation they come from: the projections with their norms, the table
//! of position embeddings and the bias. `state_dict` reads them; `nn::builder` turns them into kernels.

mod state_dict;

use crate::nn::description::Position;
use crate::nn::error::WeightsError;
use crate::nn::fold::{Affine, FoldedConv, fold_conv};
use crate::tensor::Tensor;

/// The tensor by which a layer's state dict is recognised, as timm and as lambda-networks call it.
pub const FIRST_TENSORS: [&str; 2] = ["qkv.weight", "to_q.weight"];

/// Sizes of a lambda layer that do not depend on the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LambdaShape {
    /// Channels of the input, from which the queries come.
    pub dim: usize,
    /// Channels of the context, from which keys and values come.
    pub context_dim: usize,
    /// h.
    pub heads: usize,
    /// k.
    pub key_depth: usize,
    /// v; the output has h · v channels.
    pub value_depth: usize,
    /// u, the intra-depth.
    pub intra: usize,
}

impl LambdaShape {
    /// h · k, the channels of all queries.
    pub fn queries(&self) -> usize {
        self.heads * self.key_depth
    }

    /// u · k, the channels of the keys.
    pub fn keys(&self) -> usize {
        self.intra * self.key_depth
    }

    /// u · v, the channels of the values.
    pub fn values(&self) -> usize {
        self.intra * self.value_depth
    }

    /// h · v, the channels of the output.
    pub fn outputs(&self) -> usize {
        self.heads * self.value_depth
    }
}

/// A linear map followed by a norm: a 1×1 convolution.
#[derive(Clone, Debug)]
pub struct Projection {
    /// Input channels.
    pub inputs: usize,
    /// `[outputs, inputs]`
    pub weight: Vec<f32>,
    /// What follows, `[outputs]`.
    pub affine: Affine,
}

impl Projection {
    /// Output channels.
    pub fn outputs(&self) -> usize {
        self.affine.scale.len()
    }

    /// Both maps of the same input, their outputs side by side.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        Self {
            inputs: self.inputs,
            weight: [self.weight.as_slice(), &other.weight].concat(),
            affine: self.affine.clone().concat(other.affine.clone()),
        }
    }

    /// As the convolution kernel wants it: inputs and outputs padded with zeros to multiples of 4.
    pub fn fold(&self) -> FoldedConv {
        let (outputs, padded) = (self.outputs(), self.outputs().next_multiple_of(4));
        let mut weight = self.weight.clone();
        weight.resize(padded * self.inputs, 0.0);
        let affine = self.affine.clone().concat(Affine::identity(padded - outputs));
        fold_conv(&weight, [padded, self.inputs, 1], self.inputs.next_multiple_of(4), &affine)
    }
}

/// The position embeddings: one row of E for every offset between a query and a context position.
#[derive(Clone, Debug)]
pub struct PositionTable {
    /// Whether the offsets are those of a window or all within a map.
    pub scope: Scope,
    /// Vertical and horizontal offsets.
    pub size: [usize; 2],
    /// E, `[size[0] · size[1], u · k]`, row-major offsets, context minus query, the most negative first.
    pub cells: Tensor,
}

/// How far a table of position embeddings reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A window around the query (lambda convolution, paper section 3.2).
    Local,
    /// The whole map, whose size the table fixes.
    Global,
}

/// A lambda layer's parameters.
#[derive(Clone, Debug)]
pub struct LambdaLayer {
    /// Its sizes.
    pub shape: LambdaShape,
    /// To the queries, `[h · k, dim]`, head-major, its norm beside it.
    pub query: Projection,
    /// To the keys (no norm) and then the values (normed), `[u · k + u · v, context_dim]`, intra-major.
    pub context: Projection,
    /// E; none for a layer with content alone.
    pub position: Option<PositionTable>,
    /// b, `[k]`: what the public implementations' convolution adds to every column of λᵖ, and zeros elsewhere.
    pub bias: Tensor,
    /// Whether the content lambda is added.
    pub content: bool,
}

impl LambdaLayer {
    /// The table's window and the cell of the query's own place in it, for queries on one map and context on another,
    /// all `[vertical, horizontal]`.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] if the table was made for maps of another size.
    pub fn window(&self, name: &str, map: [usize; 2], context: [usize; 2]) -> Result<[[usize; 2]; 2], WeightsError> {
        let unsupported = |what: String, expected: String, found: String| {
            Err(WeightsError::Unsupported { what: format!("{what} of `{name}`"), expected, found })
        };
        match &self.position {
            None => Ok([[0, 0], [0, 0]]),
            Some(PositionTable { scope: Scope::Local, size, .. }) => {
                if map != context {
                    let expected = format!("the queries' {map:?}, since its position window is local");
                    return unsupported("the context's map".into(), expected, format!("{context:?}"));
                }
                Ok([*size, size.map(|side| side / 2)])
            }
            Some(PositionTable { scope: Scope::Global, size, .. }) => {
                let offsets = [map[0] + context[0] - 1, map[1] + context[1] - 1];
                if *size != offsets {
                    let what = format!("the position table for queries on {map:?} and context on {context:?}");
                    return unsupported(what, format!("{offsets:?} offsets"), format!("{size:?}"));
                }
                Ok([*size, map.map(|side| side - 1)])
            }
        }
    }

    /// How it tells context positions apart.
    pub fn kind(&self) -> Position {
        match &self.position {
            None => Position::None,
            Some(PositionTable { scope: Scope::Local, size, .. }) => Position::Local { r: size[0] },
            Some(PositionTable { scope: Scope::Global, .. }) => Position::Global,
        }
    }

    /// Whether the parameters are those that a network's description asks for.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] names the first size that differs.
    pub fn check(&self, name: &str, asked: &AskedFor) -> Result<(), WeightsError> {
        let LambdaShape { dim, context_dim, heads, key_depth, intra, .. } = self.shape;
        let kind = self.kind();
        let sizes = [
            ("input channels", asked.channels, dim),
            ("context channels", asked.channels, context_dim),
            ("output channels", asked.channels, self.shape.outputs()),
            ("heads", asked.heads, heads),
            ("key depth", asked.key_depth, key_depth),
            ("intra-depth", asked.intra, intra),
        ];
        for (what, expected, found) in sizes {
            if expected != found {
                return Err(WeightsError::Unsupported {
                    what: format!("the number of {what} of `{name}`"),
                    expected: format!("{expected} as described"),
                    found: found.to_string(),
                });
            }
        }
        if *asked.position != kind {
            return Err(WeightsError::Unsupported {
                what: format!("the position embedding of `{name}`"),
                expected: format!("{} as described", asked.position),
                found: kind.to_string(),
            });
        }
        Ok(())
    }
}

/// What a network's description says of a lambda layer.
#[derive(Clone, Copy, Debug)]
pub struct AskedFor<'a> {
    /// Channels of input and output.
    pub channels: usize,
    /// h.
    pub heads: usize,
    /// k.
    pub key_depth: usize,
    /// u.
    pub intra: usize,
    /// The kind of table.
    pub position: &'a Position,
}
