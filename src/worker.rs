//! The engine behind the page: answers [`crate::protocol`] messages in a Web Worker.
//!
//! Nothing here draws or computes: it fetches, decodes, asks the [`crate::engine::Engine`] and posts what it says.
//! [`loads`] gets weights while the present network goes on answering ([`shipped`] and [`hub`] know where they lie);
//! [`serve`] does the work that occupies the thread, one piece at a time.

mod answer;
mod cache;
mod fetch;
mod hub;
mod loads;
mod scope;
mod serve;
mod shaders;
mod shipped;
mod what_if;

pub use serve::start;
