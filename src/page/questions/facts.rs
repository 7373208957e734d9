//! The numbers that answers are made of.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::text::{grouped, whole_percent};
use lambdascope_explain::read::reading::Reading;

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

    /// Whether the window reaches over the whole map from everywhere.
    pub fn is_global(&self) -> bool {
        let dims = &self.layer.dims;
        dims.window[0] + 1 >= 2 * dims.context_height && dims.window[1] + 1 >= 2 * dims.context_width
    }

    /// Whether there are position embeddings.
    pub fn has_positions(&self) -> bool {
        self.layer.dims.window != [0, 0]
    }

    /// The share of this query's |a| that its position part has, written.
    pub fn position_share(&self) -> String {
        let mass = |map: &[f32]| map.iter().map(|weight| weight.abs()).sum::<f32>();
        let (content, position) = (mass(&self.reading.attention.content), mass(&self.reading.attention.position));
        whole_percent(position / (content + position).max(f32::MIN_POSITIVE))
    }

    /// The share of this query's |a| that is negative, written.
    pub fn negative_share(&self) -> String {
        let total = &self.reading.attention.total;
        let size: f32 = total.iter().map(|weight| weight.abs()).sum();
        let negative: f32 = total.iter().map(|weight| (-weight).max(0.0)).sum();
        whole_percent(negative / size.max(f32::MIN_POSITIVE))
    }

    /// The sum of this query's weights.
    pub fn sum(&self) -> f32 {
        self.reading.attention.total.iter().sum()
    }
}
