//! The GPU: a device, the pipelines of the shaders, the plan a graph becomes, and sessions that replay it.
//!
//! The same code drives WebGPU in the browser and Vulkan, Metal or Direct3D natively. What a kernel computes stands in
//! its shader and its twin in [`crate::cpu`]; nothing here knows it.

mod adapter;
mod device;
mod dispatch;
mod error;
mod fastest;
mod patience;
mod pipelines;
mod plan;
mod profile;
mod session;
mod shader_edit;
mod subgroups;

pub use adapter::Adapter;
pub use device::Device;
pub use dispatch::{Dispatch, Operand, dispatch};
pub use error::GpuError;
pub use fastest::{know, known};
pub use session::{Replacement, Session};
pub use shader_edit::{check, variables};
