//! Parts that any view or the page around it is built of. They read and set the state; none knows a view.

pub mod choice;
pub mod display_choice;
pub mod dot_plot;
pub mod export;
pub mod figure;
pub mod focus;
pub mod guess_bars;
pub mod icon;
pub mod later;
pub mod overlay;
pub mod query_grid;
pub mod scale_bar;
pub mod still;
pub mod text_to_copy;
pub mod tiles;
