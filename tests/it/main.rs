//! The tests that reach over several crates, as one program: linking it once is a minute less than once a file.
//!
//! One file is one subject. What several of them use, and the browser's tests with them, is in `tests/common`.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/large_photograph.rs"]
mod large_photograph;

mod ablations;
mod attention;
mod checkpoints;
mod circles;
mod comparison;
mod contrast;
mod conv;
mod cost;
mod device_loss;
mod engine;
mod evidence;
mod family;
mod golden;
mod halves;
mod hostile_weights;
mod networks;
mod opening;
mod other_middles;
mod overflow;
mod parity;
mod picture;
mod precomputed;
mod profile;
mod replay;
mod seeded;
mod shader_edits;
mod shaders;
mod sizes;
mod ui_sources;
mod unusual_pictures;
mod web_app;
mod weights;
mod what_if;
