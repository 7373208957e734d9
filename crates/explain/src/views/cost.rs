//! A sweep of the laboratory as two charts, time and memory over the map's size, both axes logarithmic.

pub mod chart;
pub mod sheet;
