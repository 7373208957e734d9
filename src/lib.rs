//! LambdaNetworks (Bello 2021) in the browser: an engine for lambda layers on WebGPU and on the CPU, and the pure
//! functions behind the page that explains them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(not(target_family = "wasm"))]
pub mod cli;
pub mod cpu;
pub mod engine;
pub mod explain;
pub mod gpu;
pub mod kernels;
pub mod nn;
pub mod page;
pub mod picture;
pub mod protocol;
pub mod tensor;
#[cfg(target_family = "wasm")]
pub mod ui;
#[cfg(target_family = "wasm")]
pub mod worker;
