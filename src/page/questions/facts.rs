//! The numbers that answers are made of.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::text::{grouped, whole_percent};
use lambdascope_explain::read::reading::Reading;
use lambdascope_explain::views::orders::cost::is_global;
use lambdascope_explain::views::positions::has_positions;

/// The layer and query on screen.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The layer.
    pub layer: &'a LambdaTrace,
    /// The query, read.
    pub reading: &'a Reading,
    /// Milliseconds that the network took for the picture, and what ran it, where it ran on this visit.
    pub took: Option<(f64, &'a str)>,
}

impl Facts<'_> {
    /// n, written.
    pub fn n(&self) -> String {
        grouped(self.layer.dims.queries() as u64)
    }

    /// m, written.
    pub fn m(&self) -> String {
        grouped(self.layer.dims.positions() as u64)
    }

    /// k.
    pub fn k(&self) -> usize {
        self.layer.dims.key_depth
    }

    /// v.
    pub fn v(&self) -> usize {
        self.layer.dims.value_depth
    }

    /// h.
    pub fn h(&self) -> usize {
        self.layer.dims.heads
    }

    /// Rows and columns of offsets that have an embedding, written: `9 × 9`.
    pub fn window(&self) -> String {
        let [rows, columns] = self.layer.dims.window;
        format!("{rows} × {columns}")
    }

    /// Whether there is an embedding for every offset of the map.
    pub fn is_global(&self) -> bool {
        is_global(&self.layer.dims)
    }

    /// Whether there are position embeddings.
    pub fn has_positions(&self) -> bool {
        has_positions(self.layer)
    }

    /// The share of this query's |a| that its position part has, written.
    pub fn position_share(&self) -> String {
        whole_percent(self.reading.attention.position_share())
    }

    /// The share of this query's |a| that is negative, written.
    pub fn negative_share(&self) -> String {
        whole_percent(self.reading.attention.negative_share())
    }
}
