//! Which side computes: what may be asked for, what ran, and why. What a backend does is not known here.

use serde::{Deserialize, Serialize};

/// Which backend the visitor (or a test) asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The fastest one whose numbers are right.
    #[default]
    Auto,
    /// WebGPU (natively Vulkan, Metal or DX12), even where the CPU is faster.
    Gpu,
    /// The CPU.
    Cpu,
}

/// The backend that computed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    /// Compute shaders.
    Gpu,
    /// WASM SIMD, or native code.
    Cpu,
}

/// What runs, and why: shown as the page's badge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackendReport {
    /// The backend that ran last (before the first picture: the one the start-up check ran).
    pub backend: Backend,
    /// The adapter, such as `google SwiftShader`, or `WebAssembly SIMD`.
    pub device: String,
    /// One sentence: why this backend and not the other.
    pub reason: String,
}
