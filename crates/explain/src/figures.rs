//! Drawings of values: a grid with its scale as cells, marks, words, a table and a file, whatever it is of. What is drawn is
//! for [`crate::views`] to say.

pub mod colour;
pub mod display;
pub mod figure;
pub mod grid;
pub mod pixels;
pub mod sheet;
pub mod subject;
