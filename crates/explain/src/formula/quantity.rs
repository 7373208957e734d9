//! What a layer computes with: its quantities, their indices, and a cell of one of them.

use std::fmt::Write;
use std::str::FromStr;

use lambdascope_core::text::short_cell;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An index of a quantity. The query n and the head are those on screen and stand in no cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// i: a key channel, below k.
    Key,
    /// j: a value channel, below v.
    Value,
    /// m: a position of the context; with an intra-depth, a position and its u.
    Position,
}

/// A quantity of a lambda or an attention layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
pub enum Quantity {
    /// y_n: what the layer gives the query.
    #[default]
    #[strum(serialize = "y")]
    Output,
    /// λ_n.
    #[strum(serialize = "lambda")]
    Lambda,
    /// λᶜ.
    #[strum(serialize = "content")]
    Content,
    /// λᵖ_n.
    #[strum(serialize = "position")]
    PositionLambda,
    /// a_nm: the implicit attention.
    #[strum(serialize = "a")]
    Attention,
    /// q_n.
    #[strum(serialize = "q")]
    Query,
    /// k̄_m.
    #[strum(serialize = "kbar")]
    NormalisedKey,
    /// k_m, before any softmax.
    #[strum(serialize = "k")]
    Key,
    /// v_m.
    #[strum(serialize = "v")]
    Value,
    /// e_nm: the embedding of the offset from the query to m.
    #[strum(serialize = "e")]
    Embedding,
    /// b: the position convolution's bias.
    #[strum(serialize = "b")]
    Bias,
    /// w_nm: an attention layer's softmax weight.
    #[strum(serialize = "w")]
    Weight,
    /// s_nm: what the softmax of an attention layer is taken of.
    #[strum(serialize = "s")]
    Score,
    /// r_nm: an attention layer's embedding of the offset from the query to m.
    #[strum(serialize = "r")]
    Relative,
    /// x_n: the layer's input at the query.
    #[strum(serialize = "x")]
    Input,
    /// x_m, or c_m of another context: what keys and values are projected from.
    #[strum(serialize = "c")]
    Context,
}

impl Quantity {
    /// Its name in the address and in code.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Lambda => "lambda",
            Self::Content => "content lambda",
            Self::PositionLambda => "position lambda",
            Self::Attention => "implicit attention",
            Self::Query => "query",
            Self::NormalisedKey => "softmaxed keys",
            Self::Key => "keys",
            Self::Value => "values",
            Self::Embedding => "position embeddings",
            Self::Bias => "position bias",
            Self::Weight => "attention weights",
            Self::Score => "scores",
            Self::Relative => "relative positions",
            Self::Input => "input at the query",
            Self::Context => "input at the context",
        }
    }

    /// Its letter in running text.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Output => "y",
            Self::Lambda => "λ",
            Self::Content => "λᶜ",
            Self::PositionLambda => "λᵖ",
            Self::Attention => "a",
            Self::Query => "q",
            Self::NormalisedKey => "k̄",
            Self::Key => "k",
            Self::Value => "v",
            Self::Embedding => "e",
            Self::Bias => "b",
            Self::Weight => "w",
            Self::Score => "s",
            Self::Relative => "r",
            Self::Input | Self::Context => "x",
        }
    }

    /// The indices of its cells, in the order written.
    pub fn axes(self) -> &'static [Index] {
        use Index::{Key, Position, Value};
        match self {
            Self::Output => &[Value],
            Self::Lambda | Self::Content | Self::PositionLambda => &[Key, Value],
            Self::Attention | Self::Weight | Self::Score => &[Position],
            Self::Query | Self::Bias => &[Key],
            Self::NormalisedKey | Self::Key | Self::Embedding | Self::Relative => &[Position, Key],
            Self::Value => &[Position, Value],
            Self::Input | Self::Context => &[],
        }
    }

    /// Whether a run keeps its values: it does not keep the layer's input.
    pub fn has_values(self) -> bool {
        !self.axes().is_empty()
    }
}

/// A cell of a quantity, with the indices that it lacks as they were chosen elsewhere: they say which channel of keys,
/// values and embeddings is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Of what.
    pub quantity: Quantity,
    /// i.
    pub key: usize,
    /// j.
    pub value: usize,
    /// m.
    pub position: usize,
}

impl Cell {
    /// The cell of another quantity with the same indices.
    #[must_use]
    pub fn of(self, quantity: Quantity) -> Self {
        Self { quantity, ..self }
    }

    /// The same cell with one index changed.
    #[must_use]
    pub fn with(self, index: Index, at: usize) -> Self {
        match index {
            Index::Key => Self { key: at, ..self },
            Index::Value => Self { value: at, ..self },
            Index::Position => Self { position: at, ..self },
        }
    }

    /// One of its indices.
    pub fn at(self, index: Index) -> usize {
        match index {
            Index::Key => self.key,
            Index::Value => self.value,
            Index::Position => self.position,
        }
    }

    /// It in an address: `kbar.i5.j3.m17`; indices that are 0 are left out.
    pub fn address(self) -> String {
        let mut text = self.quantity.id().to_owned();
        for (letter, at) in [('i', self.key), ('j', self.value), ('m', self.position)] {
            if at > 0 {
                // Writing to a String cannot fail.
                let _ = write!(text, ".{letter}{at}");
            }
        }
        text
    }

    /// It in running text, positions as row and column of a context that many columns wide: `k̄[(1,1), 5]`.
    pub fn label(self, columns: usize) -> String {
        let indices: Vec<String> = self.quantity.axes().iter().map(|index| self.written(*index, columns)).collect();
        format!("{}[{}]", self.quantity.letter(), indices.join(", "))
    }

    /// One of its indices as it is written.
    pub fn written(self, index: Index, columns: usize) -> String {
        match index {
            Index::Position => {
                let columns = columns.max(1);
                format!("({})", short_cell([self.position / columns, self.position % columns]))
            }
            Index::Key | Index::Value => self.at(index).to_string(),
        }
    }
}

/// The address named no cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cell is a quantity with its indices, such as lambda.i5.j3")]
pub struct NoCell;

impl FromStr for Cell {
    type Err = NoCell;

    fn from_str(text: &str) -> Result<Self, NoCell> {
        let mut parts = text.split('.');
        let id = parts.next().unwrap_or_default();
        let quantity = id.parse().ok().filter(|quantity: &Quantity| quantity.has_values());
        let mut cell = Self { quantity: quantity.ok_or(NoCell)?, ..Self::default() };
        for part in parts {
            let index = match part.as_bytes().first() {
                Some(b'i') => Index::Key,
                Some(b'j') => Index::Value,
                Some(b'm') => Index::Position,
                _ => return Err(NoCell),
            };
            cell = cell.with(index, part[1..].parse().map_err(|_| NoCell)?);
        }
        Ok(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_comes_back_from_its_address() {
        let cell = Cell { quantity: Quantity::NormalisedKey, key: 5, value: 3, position: 17 };
        assert_eq!(cell.address(), "kbar.i5.j3.m17");
        for quantity in Quantity::VARIANTS.iter().copied().filter(|quantity| quantity.has_values()) {
            assert_eq!(cell.of(quantity).address().parse(), Ok(cell.of(quantity)));
        }
        assert_eq!("y".parse(), Ok(Cell::default()));
        for wrong in ["", "x", "kbar.5", "y.j", "y.j-1", "y.jé", "z.j1"] {
            assert_eq!(wrong.parse::<Cell>(), Err(NoCell), "{wrong}");
        }
    }

    #[test]
    fn positions_are_written_as_row_and_column() {
        let cell = Cell { quantity: Quantity::NormalisedKey, key: 5, value: 3, position: 17 };
        assert_eq!(cell.label(16), "k̄[(1,1), 5]");
        assert_eq!(cell.of(Quantity::Lambda).label(16), "λ[5, 3]");
    }
}
