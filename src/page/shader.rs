//! What is said of each kernel beside its shader. The text of a shader itself comes from the engine.

pub mod kernel_text;
pub mod kernels;
pub mod steps;
