//! LambdaNetworks (Bello 2021) in the browser: an engine for lambda layers on WebGPU and on the CPU, and the pure
//! functions behind the page that explains them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod explain;
pub mod kernels;
pub mod nn;
pub mod picture;
pub mod protocol;
pub mod tensor;
