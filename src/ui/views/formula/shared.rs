//! What the formula's parts share: the selected cell, what is lit, the numbers.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_explain::formula::quantity::{Cell, Quantity};
use lambdascope_explain::formula::table::Table;
use lambdascope_explain::formula::values::Values;

/// Where the selected cell stands in the address.
pub const PARAMETER: &str = "cell";

/// What the parts of the view share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub state: State,
    /// The layer's table; none before the first answer.
    pub table: Memo<Option<Arc<Table>>>,
    /// The cell whose numbers are shown.
    pub selected: Memo<Cell>,
    /// The quantity under the pointer or in focus.
    pub lit: RwSignal<Option<Quantity>>,
    /// The cells that were selected before, each with its u, the last one last.
    pub before: RwSignal<Vec<(Cell, usize)>>,
}

impl Shared {
    /// Selects a cell of one u, and keeps the one before it for the way back.
    pub fn select(self, cell: Cell, u: usize) {
        let own = (self.selected.get_untracked(), self.u());
        if own != (cell, u) {
            self.before.update(|before| before.push(own));
            self.go(cell, u);
        }
    }

    /// The way back.
    pub fn back(self) {
        if let Some((cell, u)) = self.before.try_update(Vec::pop).flatten() {
            self.go(cell, u);
        }
    }

    fn go(self, cell: Cell, u: usize) {
        self.state.choose_u(u);
        self.state.set_parameter(PARAMETER, Some(cell.address()));
    }

    /// The u on screen.
    pub fn u(self) -> usize {
        self.state.selection.place.read_untracked().as_ref().map_or(0, |place| place.query.u)
    }

    /// How a quantity stands to the one in focus, or else to the selected one: `own`, `part` or `other`.
    pub fn standing(self, quantity: Quantity) -> &'static str {
        let of = self.lit.get().unwrap_or(self.selected.get().quantity);
        let table = self.table.read();
        if of == quantity {
            "own"
        } else if table.as_ref().is_some_and(|table| table.depends(of, quantity)) {
            "part"
        } else {
            "other"
        }
    }

    /// Reads something of the numbers at the place on screen; `None` before there are any.
    pub fn with_values<T>(self, read: impl FnOnce(&Table, &Values) -> T) -> Option<T> {
        let state = self.state;
        let (table, place) = (self.table.get()?, state.selection.shown.get()?);
        let answer = state.answer.read();
        Some(match answer.as_ref()?.trace.layers.get(place.layer)? {
            LayerTrace::Lambda(layer) => read(&table, &Values::lambda(layer, state.selection.reading.get()?.as_ref())),
            LayerTrace::Attention(layer) => {
                read(&table, &Values::attention(layer, state.selection.attention.get()?.as_ref()))
            }
        })
    }
}
