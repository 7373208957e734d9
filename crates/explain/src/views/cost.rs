//! A sweep of the laboratory: two charts, time and memory over the map's size, both axes logarithmic; its numbers as a table; what
//! it tells in sentences. And what a lambda layer pays for being cheap.

pub mod catch;
pub mod chart;
pub mod said;
pub mod sheet;
pub mod table;
