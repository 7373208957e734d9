//! What one layer costs as its map grows: who is compared, what each is predicted to take, what was measured or refused, and
//! what measurements tell. Nothing here runs a layer.

pub mod contestant;
pub mod fit;
pub mod formula;
pub mod graph;
pub mod need;
pub mod report;
