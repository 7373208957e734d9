//! The page: what it remembers and says, and the leptos components that wire it to the document.
//!
//! Nothing of the engine belongs here: it answers from its worker, through [`lambdascope_protocol`]. What is drawn is worked
//! out in [`lambdascope_explain`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod page;
#[cfg(target_family = "wasm")]
pub mod ui;
