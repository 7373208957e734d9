//! The laboratory as the page remembers it.

pub mod linked;
pub mod plan;
