//! What each view of the page shows, worked out from a trace: one module a view.

pub mod anatomy;
pub mod atlas;
pub mod cost;
pub mod evidence;
pub mod lens;
pub mod networks;
pub mod orders;
pub mod positions;
pub mod shader_change;
pub mod summary;
pub mod what_if;
