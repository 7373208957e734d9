//! The CPU: a twin of every kernel under the same name, and the executor that runs a graph with them.
//!
//! The twins are what the shaders are tested against and what runs where there is no (or only a slow) GPU. Convolutions, which
//! take nearly all of the time, are written for vectors of any length (`pulp`); the other matrix products go through
//! `matrixmultiply`, which LLVM vectorises for WASM SIMD as well.
//!
//! Whoever runs networks goes through the engine, which chooses between this and the GPU. Files, pictures, clocks and a browser
//! do not belong here.

mod activation;
pub mod attention;
pub mod attention_map;
pub mod attention_values;
mod blocks;
pub mod conv;
#[cfg(all(target_family = "wasm", feature = "threads"))]
pub mod crew;
pub mod executor;
mod gemm;
pub mod lambda_apply;
pub mod lambda_build;
pub mod lambda_content;
pub mod lambda_masked;
pub mod max_pool;
pub mod mean_pool;
pub mod pool_affine;
mod spares;
mod vector;

pub use executor::Executor;
