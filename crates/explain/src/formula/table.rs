//! The table of a layer's quantities: the equations of each, from which everything else here follows.

// `Table::of`, for every kind of layer.
mod layers;

use crate::formula::quantity::{Cell, Index, Quantity};

/// One addend of a cell: a product of cells, summed over an index that the cell itself does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Addend {
    /// The index that is summed over.
    pub over: Option<Index>,
    /// What is multiplied.
    pub factors: Vec<Quantity>,
    /// Whether it is divided by √k.
    pub is_rooted: bool,
}

/// How a cell follows from other cells.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// It is the sum of addends.
    Sum(Vec<Addend>),
    /// It is the softmax over positions of another quantity.
    Softmax(Quantity),
}

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A quantity.
    Symbol(Quantity),
    /// A quantity's transpose.
    Transposed(Quantity),
    /// A quantity at a position that is summed over although the whole belongs to one.
    Other(Quantity),
    /// Σ over an index.
    Sum(Index),
    /// An operator or a bracket.
    Sign(&'static str),
    /// The name of a function or a matrix of weights.
    Word(&'static str),
    /// softmax over positions.
    Softmax,
    /// A vector of ones, transposed.
    Ones,
    /// √k.
    Root,
    /// One over the other.
    Quotient(Vec<Piece>, Vec<Piece>),
}

/// One equation, for the quantity as a whole and for one of its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The right-hand side in vectors and matrices.
    pub whole: Vec<Piece>,
    /// The right-hand side of one cell; `None` where it follows from what a run does not keep.
    pub cells: Option<Cells>,
}

impl Equation {
    /// The right-hand side of one cell; empty where there is none.
    pub fn parts(&self) -> Vec<Piece> {
        match &self.cells {
            None => Vec::new(),
            Some(Cells::Softmax(of)) => vec![Piece::Quotient(
                vec![Piece::Word("exp"), Piece::Symbol(*of)],
                vec![Piece::Sum(Index::Position), Piece::Word("exp"), Piece::Other(*of)],
            )],
            Some(Cells::Sum(addends)) => {
                let mut parts = Vec::new();
                for addend in addends {
                    if !parts.is_empty() {
                        parts.push(Piece::Sign("+"));
                    }
                    parts.extend(addend.over.map(Piece::Sum));
                    parts.extend(addend.factors.iter().map(|factor| Piece::Symbol(*factor)));
                    if addend.is_rooted {
                        parts.extend([Piece::Sign("/"), Piece::Root]);
                    }
                }
                parts
            }
        }
    }

    /// The quantities on its right.
    fn uses(&self) -> Vec<Quantity> {
        match &self.cells {
            Some(Cells::Softmax(of)) => vec![*of],
            Some(Cells::Sum(addends)) => addends.iter().flat_map(|addend| addend.factors.iter().copied()).collect(),
            None => quantities(&self.whole),
        }
    }
}

/// The quantities among some parts.
fn quantities(parts: &[Piece]) -> Vec<Quantity> {
    parts
        .iter()
        .flat_map(|part| match part {
            Piece::Symbol(of) | Piece::Transposed(of) | Piece::Other(of) => vec![*of],
            Piece::Quotient(above, below) => [quantities(above), quantities(below)].concat(),
            _ => Vec::new(),
        })
        .collect()
}

/// Where a quantity that follows from no other has its numbers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Projected from the layer's input, which a run does not keep.
    Projection,
    /// Learned: a row of a table.
    Learned,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub quantity: Quantity,
    /// The equations that give it; the first is the one that the layer computes by.
    pub equations: Vec<Equation>,
    /// Where its numbers come from if no equation gives them.
    pub origin: Option<Origin>,
}

/// The sizes that indices run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// k.
    pub key: usize,
    /// v.
    pub value: usize,
    /// Rows and columns of the context.
    pub context: [usize; 2],
    /// u.
    pub intra: usize,
}

impl Sizes {
    /// How far an index runs.
    pub fn of(&self, index: Index) -> usize {
        match index {
            Index::Key => self.key,
            Index::Value => self.value,
            Index::Position => self.context[0] * self.context[1],
        }
    }
}

/// A layer's quantities, what they are made of before what they make.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Row>,
    /// The sizes.
    pub sizes: Sizes,
    /// What must be said of this layer.
    pub notes: Vec<&'static str>,
    is_masked: bool,
    has_own_context: bool,
}

impl Table {
    /// A quantity's row; `None` where the layer has no such quantity.
    pub fn row(&self, quantity: Quantity) -> Option<&Row> {
        self.rows.iter().find(|row| row.quantity == quantity)
    }

    /// What a quantity is made of directly, by any of its equations.
    pub fn parts(&self, quantity: Quantity) -> Vec<Quantity> {
        let mut parts = Vec::new();
        for part in self.row(quantity).iter().flat_map(|row| &row.equations).flat_map(Equation::uses) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
    }

    /// Whether a quantity depends on another, directly or not.
    pub fn depends(&self, quantity: Quantity, on: Quantity) -> bool {
        self.parts(quantity).into_iter().any(|part| part == on || self.depends(part, on))
    }

    /// A cell that this layer has: the same where it does, else the nearest.
    pub fn nearest(&self, cell: Cell) -> Cell {
        let quantity = if self.row(cell.quantity).is_some() { cell.quantity } else { Quantity::Output };
        [Index::Key, Index::Value, Index::Position].into_iter().fold(cell.of(quantity), |cell, index| {
            cell.with(index, cell.at(index).min(self.sizes.of(index).saturating_sub(1)))
        })
    }

    /// The shape of a quantity for one query, in words: `k × v = 16 × 16`.
    pub fn shape(&self, quantity: Quantity) -> String {
        let Sizes { key, value, context: [rows, columns], intra } = self.sizes;
        let of = |index: &Index| match index {
            Index::Key => ("k", key.to_string()),
            Index::Value => ("v", value.to_string()),
            Index::Position if intra > 1 => ("m × u", format!("{rows}·{columns} × {intra}")),
            Index::Position => ("m", format!("{rows}·{columns}")),
        };
        let (letters, sizes): (Vec<&str>, Vec<String>) = quantity.axes().iter().map(of).unzip();
        if letters.is_empty() { String::new() } else { format!("{} = {}", letters.join(" × "), sizes.join(" × ")) }
    }

    /// The name of the summed index under a Σ.
    pub fn summed(&self, index: Index) -> &'static str {
        match index {
            Index::Key => "i",
            Index::Value => "j",
            Index::Position if self.sizes.intra > 1 => "m,u",
            Index::Position => "m",
        }
    }

    /// The letter with which a quantity is written, without what is above or below it.
    pub fn letter(&self, quantity: Quantity) -> &'static str {
        match quantity {
            Quantity::Content | Quantity::PositionLambda => "λ",
            Quantity::NormalisedKey => "k",
            Quantity::Context if self.has_own_context => "c",
            other => other.letter(),
        }
    }

    /// What is written below a quantity: the query, and its position where it has one. For a cell of `bound` also its
    /// indices: numbers where the bound cell has them, letters where they are summed over.
    pub fn below(&self, quantity: Quantity, bound: Option<(Cell, usize)>, is_other: bool) -> String {
        let mut parts = Vec::new();
        if self.belongs_to_query(quantity) {
            parts.push("n".to_owned());
        }
        match bound {
            None => {
                if quantity.axes().contains(&Index::Position) || quantity == Quantity::Context {
                    parts.push(
                        if self.sizes.intra > 1 && quantity != Quantity::Context { "mu" } else { "m" }.to_owned(),
                    );
                }
                parts.concat()
            }
            Some((cell, u)) => {
                for index in quantity.axes() {
                    let is_bound = cell.quantity.axes().contains(index);
                    match index {
                        Index::Position if is_other => parts.push("m′".to_owned()),
                        _ if is_bound => {
                            parts.push(cell.written(*index, self.sizes.context[1]));
                            if *index == Index::Position && self.sizes.intra > 1 {
                                parts.push(u.to_string());
                            }
                        }
                        _ => parts.push(self.summed(*index).to_owned()),
                    }
                }
                parts.join(",")
            }
        }
    }

    fn belongs_to_query(&self, quantity: Quantity) -> bool {
        match quantity {
            Quantity::Content | Quantity::NormalisedKey => self.is_masked,
            Quantity::Key | Quantity::Value | Quantity::Bias | Quantity::Context => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use lambdascope_core::nn::trace::LayerTrace;

    use super::*;
    use crate::fixture;

    fn of(kind: &str) -> Table {
        let (_, layer) = fixture::every_kind().into_iter().find(|(name, _)| *name == kind).unwrap();
        Table::of(&LayerTrace::Lambda(layer))
    }

    #[test]
    fn dependencies_follow_from_the_equations() {
        let table = of("local");
        use Quantity as Q;
        assert_eq!(table.parts(Q::Output), [Q::Query, Q::Lambda, Q::Attention, Q::Value, Q::Bias]);
        assert_eq!(table.parts(Q::PositionLambda), [Q::Embedding, Q::Value, Q::Bias]);
        assert!(table.depends(Q::Output, Q::Key) && table.depends(Q::Content, Q::Context));
        assert!(!table.depends(Q::Content, Q::Query) && !table.depends(Q::PositionLambda, Q::Key));
        assert!(!table.depends(Q::Query, Q::Query));
    }

    #[test]
    fn what_is_used_stands_before_what_uses_it() {
        let layers = fixture::every_kind().into_iter().map(|(_, layer)| LayerTrace::Lambda(layer));
        for layer in layers.chain([LayerTrace::Attention(fixture::attention(4, 5))]) {
            let table = Table::of(&layer);
            for (at, row) in table.rows.iter().enumerate() {
                for part in table.parts(row.quantity).into_iter().filter(|part| part.has_values()) {
                    assert!(table.rows[..at].iter().any(|row| row.quantity == part), "{:?} of {row:?}", part);
                }
            }
        }
    }

    #[test]
    fn the_table_fits_the_layer() {
        use Quantity as Q;
        let lacks = |kind: &str, quantity: Q| of(kind).row(quantity).is_none();
        assert!(lacks("position only", Q::NormalisedKey) && lacks("position only", Q::Content));
        assert!(lacks("content only", Q::Embedding) && !lacks("content only", Q::PositionLambda));
        assert_eq!(of("masked").below(Q::NormalisedKey, None, false), "nm");
        assert_eq!(of("local").below(Q::NormalisedKey, None, false), "m");
        assert_eq!(of("u = 3").below(Q::Embedding, None, false), "nmu");
        assert_eq!(of("another context").letter(Q::Context), "c");
        let shapes = [Q::Lambda, Q::Value].map(|quantity| of("u = 3").shape(quantity));
        assert_eq!(shapes, ["k × v = 3 × 4", "m × u × v = 5·6 × 3 × 4"]);
    }

    #[test]
    fn a_cells_formula_has_its_numbers_and_the_letters_that_are_summed_over() {
        let table = of("local");
        let cell = Cell { quantity: Quantity::Lambda, key: 2, value: 3, position: 7 };
        let below = |quantity, cell: Cell| table.below(quantity, Some((cell, 0)), false);
        assert_eq!(below(Quantity::PositionLambda, cell), "n,2,3");
        assert_eq!(below(Quantity::Embedding, cell.of(Quantity::PositionLambda)), "n,m,2");
        assert_eq!(below(Quantity::Lambda, cell.of(Quantity::Output)), "n,i,3");
        assert_eq!(below(Quantity::NormalisedKey, cell.of(Quantity::NormalisedKey)), "(1,1),2");
        assert_eq!(table.below(Quantity::Key, Some((cell.of(Quantity::NormalisedKey), 0)), true), "m′,2");
    }

    #[test]
    fn a_cell_of_another_layer_becomes_the_nearest() {
        let table = of("position only");
        let cell = Cell { quantity: Quantity::Content, key: 9, value: 1, position: 999 };
        assert_eq!(table.nearest(cell), Cell { quantity: Quantity::Output, key: 2, value: 1, position: 29 });
    }
}
