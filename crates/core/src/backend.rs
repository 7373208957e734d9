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
    /// The same with the convolutions' weights in half precision: half the memory, and numbers that differ in the third
    /// digit or the fourth.
    GpuHalves,
    /// The CPU.
    Cpu,
}

impl BackendChoice {
    /// Whether it is the GPU that was asked for, in whichever precision.
    pub fn is_gpu(self) -> bool {
        matches!(self, Self::Gpu | Self::GpuHalves)
    }

    /// Whether the GPU is to have its weights in half precision.
    pub fn halves(self) -> bool {
        self == Self::GpuHalves
    }
}

/// How the CPU is to compute in a browser: for whoever measures, or looks for a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CpuWish {
    /// As fast as the browser lets it.
    #[default]
    Fastest,
    /// With no more than every browser has: plain SIMD, one thread.
    Plain,
    /// As fast as the browser lets it on so many threads, if it lets there be so many.
    Threads(usize),
}

/// The most threads that can be wished for.
pub const MOST_THREADS: usize = 16;

impl CpuWish {
    /// A wish as an address spells it; none where that is no wish.
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "plain" => Some(Self::Plain),
            _ => id.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads)).map(Self::Threads),
        }
    }

    /// As an address spells it; nothing where nothing is wished for.
    pub fn id(self) -> Option<String> {
        match self {
            Self::Fastest => None,
            Self::Plain => Some("plain".into()),
            Self::Threads(threads) => Some(threads.to_string()),
        }
    }
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
    /// The adapter, such as `google SwiftShader`, or `2 threads, WebAssembly`.
    pub device: String,
    /// One sentence: why this backend and not the other.
    pub reason: String,
}
