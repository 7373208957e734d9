//! The engine behind the page: answers [`crate::protocol`] messages in a Web Worker.
//!
//! Nothing here draws or computes: it fetches, decodes, asks the [`crate::engine::Engine`] and posts what it says.

mod fetch;
mod serve;
mod weights;

pub use serve::start;
