//! The views: one module each, over the same place in the same answer. None knows another.

pub mod anatomy;
pub mod atlas;
pub mod cost;
pub mod evidence;
pub mod formula;
pub mod lens;
pub mod nothing_inside;
pub mod orders;
pub mod positions;
pub mod questions;
pub mod shader;
pub mod what_if;
