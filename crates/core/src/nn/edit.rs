//! Interventions in a network's lambda layers: parts switched off, heads silenced, context erased, embeddings changed. What
//! they do is done to a layer's parameters when the graph is built; the weights stay as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::nn::graph::{Graph, LambdaSite, Site};
use crate::nn::lambda_layer::LambdaLayer;
use crate::nn::mask::Mask;

/// What is changed, by block, such as `stages.1.1`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    /// One entry a layer that is changed.
    pub layers: BTreeMap<String, LayerEdit>,
}

/// What is changed in one lambda layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerEdit {
    /// Whether the content lambda is added, as far as the layer has one.
    pub content: bool,
    /// Whether the position lambdas are added, with their convolution's bias, as far as the layer has any.
    pub position: bool,
    /// Heads whose queries are zero, and so their outputs.
    pub silenced: Vec<usize>,
    /// Context positions that no query sees; the keys' softmax runs over the others.
    pub erased: Vec<usize>,
    /// Whether the table of position embeddings is mirrored left to right.
    pub mirrored: bool,
    /// Cells of the (mirrored) table that are multiplied, one after the other.
    pub table: Vec<TableEdit>,
}

/// Cells of the table of position embeddings, multiplied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableEdit {
    /// The key channel, of u · k; all where there is none.
    pub channel: Option<usize>,
    /// Cells of the window, row by row.
    pub cells: Vec<usize>,
    /// What they are multiplied by.
    pub factor: f32,
}

/// Why a network cannot be changed so.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// There is no such layer.
    #[error("expected a lambda layer to change, one of {expected}, found `{found}`")]
    Layer {
        /// The network's lambda layers.
        expected: String,
        /// What was named.
        found: String,
    },
    /// A layer has no such part.
    #[error("the {what} of `{layer}` must be below {expected}, found {found}")]
    Range {
        /// The layer.
        layer: String,
        /// What was counted.
        what: &'static str,
        /// How many there are.
        expected: usize,
        /// What was asked for.
        found: usize,
    },
    /// A factor is no number.
    #[error("expected a finite factor for the position embeddings of `{layer}`, found {found}")]
    Factor {
        /// The layer.
        layer: String,
        /// What was asked for.
        found: f32,
    },
    /// Context is to be erased where a mask rules already.
    #[error("expected a layer that sees all of its context for erasing, found `{layer}`, which has a mask of its own")]
    Masked {
        /// The layer.
        layer: String,
    },
}

impl Default for LayerEdit {
    fn default() -> Self {
        Self {
            content: true,
            position: true,
            silenced: Vec::new(),
            erased: Vec::new(),
            mirrored: false,
            table: Vec::new(),
        }
    }
}

impl Edits {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.layers.values().all(|edit| *edit == LayerEdit::default())
    }

    /// Whether a network that becomes this graph has what is to be changed.
    ///
    /// # Errors
    /// The first thing that it does not have.
    pub fn check(&self, graph: &Graph) -> Result<(), EditError> {
        let lambdas =
            || graph.layers.iter().filter_map(|site| if let Site::Lambda(site) = site { Some(site) } else { None });
        for (name, edit) in &self.layers {
            let Some(site) = lambdas().find(|site| site.name == *name) else {
                let names: Vec<String> = lambdas().map(|site| format!("`{}`", site.name)).collect();
                let expected = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(EditError::Layer { expected, found: name.clone() });
            };
            edit.check(site)?;
        }
        Ok(())
    }
}

impl LayerEdit {
    fn check(&self, site: &LambdaSite) -> Result<(), EditError> {
        let params = &site.params;
        let layer = || site.name.clone();
        let within = |what, expected: u64, found: &[usize]| match found.iter().find(|at| **at as u64 >= expected) {
            Some(found) => Err(EditError::Range { layer: layer(), what, expected: expected as usize, found: *found }),
            None => Ok(()),
        };
        within("head", params.heads.into(), &self.silenced)?;
        within("context position", params.positions(), &self.erased)?;
        if !self.erased.is_empty() && site.mask != Mask::None {
            return Err(EditError::Masked { layer: layer() });
        }
        for TableEdit { channel, cells, factor } in &self.table {
            within("key channel", u64::from(params.intra) * u64::from(params.key_depth), channel.as_slice())?;
            within("table cell", u64::from(params.window_height) * u64::from(params.window_width), cells)?;
            if !factor.is_finite() {
                return Err(EditError::Factor { layer: layer(), found: *factor });
            }
        }
        Ok(())
    }

    /// Changes a layer's parameters. What the layer does not have is passed over; [`Edits::check`] has refused it.
    pub fn apply(&self, layer: &mut LambdaLayer) {
        layer.content &= self.content;
        if !self.position {
            layer.position = None;
            layer.bias.data_mut().fill(0.0);
        }
        let (key_depth, inputs) = (layer.shape.key_depth, layer.query.inputs);
        for head in self.silenced.iter().copied().filter(|head| *head < layer.shape.heads) {
            let rows = head * key_depth..(head + 1) * key_depth;
            layer.query.weight[rows.start * inputs..rows.end * inputs].fill(0.0);
            layer.query.affine.scale[rows.clone()].fill(0.0);
            layer.query.affine.shift[rows].fill(0.0);
        }
        if let Some(table) = &mut layer.position {
            self.change_table(table.cells.data_mut(), layer.shape.keys(), table.size[1]);
        }
    }

    /// Changes a table of embeddings `[rows · columns, channels]`.
    pub fn change_table(&self, cells: &mut [f32], channels: usize, columns: usize) {
        if self.mirrored {
            for row in cells.chunks_exact_mut(columns * channels) {
                for x in 0..columns / 2 {
                    let (left, right) = row.split_at_mut((columns - 1 - x) * channels);
                    left[x * channels..][..channels].swap_with_slice(&mut right[..channels]);
                }
            }
        }
        for edit in &self.table {
            for cell in &edit.cells {
                let values = cells.iter_mut().skip(cell * channels).take(channels).enumerate();
                for (_, value) in values.filter(|(channel, _)| edit.channel.is_none_or(|own| own == *channel)) {
                    *value *= edit.factor;
                }
            }
        }
    }

    /// What each of `queries` queries sees of `positions` context positions.
    pub fn mask(&self, queries: usize, positions: usize) -> Mask {
        if self.erased.is_empty() {
            return Mask::None;
        }
        let mut seen = vec![1; positions];
        for erased in &self.erased {
            if let Some(seen) = seen.get_mut(*erased) {
                *seen = 0;
            }
        }
        Mask::Given(seen.repeat(queries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_mirrored_before_its_cells_are_multiplied() {
        // Two rows of three offsets, two channels.
        let mut cells: Vec<f32> = (1..=12).map(|value| value as f32).collect();
        let table = vec![
            TableEdit { channel: Some(1), cells: vec![0, 5], factor: 0.0 },
            TableEdit { channel: None, cells: vec![0, 1], factor: -2.0 },
        ];
        let edit = LayerEdit { mirrored: true, table, ..LayerEdit::default() };
        edit.change_table(&mut cells, 2, 3);
        assert_eq!(cells, [-10.0, 0.0, -6.0, -8.0, 1.0, 2.0, 11.0, 12.0, 9.0, 10.0, 7.0, 0.0]);
    }

    #[test]
    fn a_mask_hides_what_is_erased_from_every_query() {
        let edit = LayerEdit { erased: vec![2], ..LayerEdit::default() };
        assert_eq!(edit.mask(2, 3), Mask::Given(vec![1, 1, 0, 1, 1, 0]));
        assert_eq!(LayerEdit::default().mask(2, 3), Mask::None);
    }

    #[test]
    fn untouched_layers_are_no_edit() {
        let mut edits = Edits::default();
        edits.layers.insert("stages.1.1".into(), LayerEdit::default());
        assert!(edits.is_empty());
        edits.layers.insert("stages.2.1".into(), LayerEdit { content: false, ..LayerEdit::default() });
        assert!(!edits.is_empty());
    }
}
