//! A layer's table of position embeddings as it is after a change.

use crate::figures::figure::Figure;
use crate::figures::grid::Grid;
use crate::figures::subject::Subject;
use crate::views::positions::TileKind;
use crate::views::positions::figures;
use lambdascope_core::nn::edit::LayerEdit;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;

/// One key channel's tile of the subject's u after the change, on the scale of the learned table; `None` where the layer has
/// no such tile.
pub fn edited_figure(layer: &LambdaTrace, edit: &LayerEdit, subject: &Subject, channel: usize) -> Option<Figure> {
    let own = subject.query.u * layer.dims.key_depth + channel;
    let grid = edited_tile(layer, edit, own)?;
    let is_learned = edited_tile(layer, &LayerEdit::default(), own).is_some_and(|learned| learned == grid);
    let mut figure = figures::tile(subject, TileKind::Embedding, channel, grid, max_abs(layer.position.data()));
    if !is_learned {
        figure.name.push_str("_changed");
        figure.title.push_str(", changed");
    }
    Some(figure)
}

/// One key channel's tile (of u · k) after the change; `None` where the layer has no such tile.
fn edited_tile(layer: &LambdaTrace, edit: &LayerEdit, channel: usize) -> Option<Grid> {
    let [rows, columns] = layer.dims.window;
    let channels = layer.dims.intra * layer.dims.key_depth;
    if rows * columns == 0 || channel >= channels {
        return None;
    }
    let mut table = layer.position.data().to_vec();
    edit.change_table(&mut table, channels, columns);
    let values = table.chunks_exact(channels).map(|cell| cell[channel]).collect();
    Some(Grid::new(values, columns).counted_from(layer.dims.origin.map(|at| -(at as isize))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::query::Query;
    use crate::views::positions::{TileKind, tiles};
    use lambdascope_core::nn::edit::TableEdit;

    #[test]
    fn no_change_is_the_learned_tile_in_every_kind_of_layer() {
        for (name, layer) in fixture::every_kind() {
            for u in 0..layer.dims.intra {
                let learned = tiles(&layer, Query { u, ..Query::default() }, TileKind::Embedding);
                for (channel, tile) in learned.into_iter().enumerate() {
                    let channel = u * layer.dims.key_depth + channel;
                    assert_eq!(edited_tile(&layer, &LayerEdit::default(), channel), Some(tile), "{name}");
                }
            }
            assert_eq!(edited_tile(&layer, &LayerEdit::default(), layer.dims.intra * layer.dims.key_depth), None);
        }
    }

    #[test]
    fn a_change_shows_in_its_channel_alone() {
        let layer = fixture::layer(5, 6);
        let edit = LayerEdit {
            table: vec![TableEdit { channel: Some(1), cells: vec![7], factor: 0.0 }],
            ..LayerEdit::default()
        };
        let (mut plain, other) = (edited_tile(&layer, &LayerEdit::default(), 1), edited_tile(&layer, &edit, 2));
        assert_eq!(other, edited_tile(&layer, &LayerEdit::default(), 2));
        if let Some(plain) = &mut plain {
            plain.values[7] = 0.0;
        }
        assert_eq!(edited_tile(&layer, &edit, 1), plain);
    }
}
