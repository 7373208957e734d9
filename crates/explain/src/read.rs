//! Reading a trace: which output is looked at, what it takes from where, and how far that is from what the layer put out.
//! Nothing here is drawn.

pub mod implicit_attention;
pub mod lambda;
pub mod measures;
pub mod query;
pub mod reading;
pub mod scale;
pub mod softmax_attention;
pub mod sources;
pub mod spread;
