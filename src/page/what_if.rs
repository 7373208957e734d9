//! What the visitor has changed in the network and in the picture, and what came of it. [`text`] is its form in the address,
//! [`compare`] what is said of it and [`ablations`] what of all pictures.

pub mod ablations;
pub mod compare;
pub mod text;

use lambdascope_core::nn::edit::{Edits, LayerEdit, TableEdit};
use lambdascope_core::nn::trace::{LambdaTrace, Trace};
use lambdascope_core::picture::{CELLS, PictureEdit};

/// All that is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// In the network.
    pub edits: Edits,
    /// In the picture.
    pub picture: PictureEdit,
}

/// A change of a whole table of position embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Only the query's own place keeps its embedding.
    Centre,
    /// Left and right change places; a second time they change back.
    Mirror,
    /// No place has an embedding.
    Zero,
    /// As it was learned.
    Learned,
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.picture.is_empty()
    }

    /// What is changed in one layer.
    pub fn layer(&self, name: &str) -> LayerEdit {
        self.edits.layers.get(name).cloned().unwrap_or_default()
    }

    /// Changes one layer.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut LayerEdit)) {
        let mut edit = self.layer(name);
        change(&mut edit);
        if edit == LayerEdit::default() {
            self.edits.layers.remove(name);
        } else {
            self.edits.layers.insert(name.to_owned(), edit);
        }
    }

    /// As far as the network of this trace has what is changed: a link may come from another one.
    #[must_use]
    pub fn within(&self, trace: &Trace) -> Self {
        let mut fitting = Self { picture: self.picture.clone(), ..Self::default() };
        fitting.picture.erased.retain(|cell| *cell < CELLS * CELLS);
        for layer in trace.layers.iter().filter_map(|layer| layer.as_lambda()) {
            if let Some(edit) = self.edits.layers.get(&layer.name) {
                fitting.change(&layer.name, |own| *own = fit(edit, layer));
            }
        }
        fitting
    }
}

/// The part of a change that a layer can take.
fn fit(edit: &LayerEdit, layer: &LambdaTrace) -> LayerEdit {
    let dims = &layer.dims;
    let below = |found: &[usize], count: usize| found.iter().copied().filter(|at| *at < count).collect::<Vec<_>>();
    let (channels, cells) = (dims.intra * dims.key_depth, dims.window[0] * dims.window[1]);
    let table = edit.table.iter().filter(|table| table.channel.is_none_or(|channel| channel < channels));
    LayerEdit {
        silenced: below(&edit.silenced, dims.heads),
        erased: below(&edit.erased, dims.positions()),
        table: table
            .map(|table| TableEdit { cells: below(&table.cells, cells), ..table.clone() })
            .filter(|table| !table.cells.is_empty() && table.factor.is_finite())
            .collect(),
        ..*edit
    }
}

/// Puts numbers into a sorted list, or takes them out.
pub fn set(list: &mut Vec<usize>, items: &[usize], is_in: bool) {
    list.retain(|item| !items.contains(item));
    if is_in {
        list.extend(items);
        list.sort_unstable();
        list.dedup();
    }
}

/// Multiplies a cell of the table of `channel` (of all where there is none), or takes that back if it is so already.
pub fn touch(edit: &mut LayerEdit, channel: Option<usize>, cell: usize, factor: f32) {
    let own = |table: &&mut TableEdit| table.channel == channel && table.cells.contains(&cell);
    let before = edit.table.iter_mut().find(own).map(|table| {
        set(&mut table.cells, &[cell], false);
        table.factor
    });
    if before != Some(factor) {
        match edit.table.iter_mut().find(|table| table.channel == channel && table.factor == factor) {
            Some(table) => set(&mut table.cells, &[cell], true),
            None => edit.table.push(TableEdit { channel, cells: vec![cell], factor }),
        }
    }
    edit.table.retain(|table| !table.cells.is_empty());
}

/// Changes a whole table with this window and origin.
pub fn preset(edit: &mut LayerEdit, preset: Preset, window: [usize; 2], origin: [usize; 2]) {
    let all = 0..window[0] * window[1];
    let zero = |cells: Vec<usize>| vec![TableEdit { channel: None, cells, factor: 0.0 }];
    match preset {
        Preset::Centre => {
            let centre = origin[0] * window[1] + origin[1];
            edit.table = zero(all.filter(|cell| *cell != centre).collect());
        }
        Preset::Mirror => edit.mirrored = !edit.mirrored,
        Preset::Zero => edit.table = zero(all.collect()),
        Preset::Learned => {
            edit.table.clear();
            edit.mirrored = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_core::nn::trace::LayerTrace;
    use lambdascope_explain::fixture;

    #[test]
    fn what_another_network_lacks_is_left_out() {
        let layer = fixture::layer(3, 4);
        let trace = Trace { layers: vec![LayerTrace::Lambda(layer.clone())] };
        let mut changes = Changes::default();
        changes.change("nowhere", |edit| edit.content = false);
        changes.change(&layer.name, |edit| {
            edit.position = false;
            edit.silenced = vec![1, 2];
            edit.erased = vec![11, 12];
            edit.table = vec![
                TableEdit { channel: Some(3), cells: vec![0], factor: 0.0 },
                TableEdit { channel: None, cells: vec![24, 25], factor: 2.0 },
            ];
        });
        changes.picture.erased = vec![255, 256];
        let within = changes.within(&trace);
        assert_eq!(within.edits.layers.len(), 1);
        let edit = within.layer(&layer.name);
        assert!(edit.content && !edit.position);
        assert_eq!((edit.silenced, edit.erased), (vec![1], vec![11]));
        assert_eq!(edit.table, [TableEdit { channel: None, cells: vec![24], factor: 2.0 }]);
        assert_eq!(within.picture.erased, [255]);
        // A layer whose every change falls away is not changed.
        let mut beyond = Changes::default();
        beyond.change(&layer.name, |edit| edit.silenced = vec![7]);
        assert!(beyond.within(&trace).is_empty());
    }

    #[test]
    fn a_cell_is_touched_and_released() {
        let mut edit = LayerEdit::default();
        touch(&mut edit, None, 4, 0.0);
        touch(&mut edit, None, 2, 0.0);
        touch(&mut edit, Some(1), 4, 2.0);
        assert_eq!(edit.table.len(), 2);
        assert_eq!(edit.table[0].cells, [2, 4]);
        // Another factor takes the place of the first.
        touch(&mut edit, None, 4, -1.0);
        assert_eq!(edit.table[0].cells, [2]);
        for (channel, cell, factor) in [(None, 4, -1.0), (None, 2, 0.0), (Some(1), 4, 2.0)] {
            touch(&mut edit, channel, cell, factor);
        }
        assert_eq!(edit, LayerEdit::default());
    }

    #[test]
    fn presets_leave_the_centre_or_nothing() {
        let mut edit = LayerEdit::default();
        preset(&mut edit, Preset::Centre, [3, 3], [1, 1]);
        let mut cells = vec![1.0; 9];
        edit.change_table(&mut cells, 1, 3);
        assert_eq!(cells, [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        preset(&mut edit, Preset::Zero, [3, 3], [1, 1]);
        edit.change_table(&mut cells, 1, 3);
        assert_eq!(cells, [0.0; 9]);
        preset(&mut edit, Preset::Mirror, [3, 3], [1, 1]);
        assert!(edit.mirrored);
        preset(&mut edit, Preset::Learned, [3, 3], [1, 1]);
        assert_eq!(edit, LayerEdit::default());
    }
}
