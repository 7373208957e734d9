//! What is pointed at in one drawing of the anatomy and lit in all.

use leptos::prelude::*;

/// Channels and cells under the pointer, shared by all drawings of the view: a row of the lambdas is a key channel, a
/// column a value channel.
#[derive(Clone, Copy)]
pub struct Linked {
    /// The cell that is pointed at in one of the lambdas, `[key channel, value channel]`.
    pub cell: RwSignal<Option<[usize; 2]>>,
    /// The cell of the queries, `[key channel, head]`.
    pub query: RwSignal<Option<[usize; 2]>>,
    /// The cell of the outputs, `[value channel, head]`.
    pub output: RwSignal<Option<[usize; 2]>>,
    /// The key map under the pointer or in focus.
    pub key_map: RwSignal<Option<usize>>,
    /// The value map.
    pub value_map: RwSignal<Option<usize>>,
}

impl Linked {
    /// Nothing is pointed at.
    pub fn new() -> Self {
        Self {
            cell: RwSignal::new(None),
            query: RwSignal::new(None),
            output: RwSignal::new(None),
            key_map: RwSignal::new(None),
            value_map: RwSignal::new(None),
        }
    }

    /// The key channel that is lit.
    pub fn key(self) -> Option<usize> {
        let row = |cell: Option<[usize; 2]>| cell.map(|cell| cell[0]);
        row(self.cell.get()).or(row(self.query.get())).or(self.key_map.get())
    }

    /// The value channel that is lit.
    pub fn value(self) -> Option<usize> {
        let [in_cell, in_output] = [self.cell.get().map(|cell| cell[1]), self.output.get().map(|cell| cell[0])];
        in_cell.or(in_output).or(self.value_map.get())
    }
}
