//! Which GPU it is, in words for people.

use serde::{Deserialize, Serialize};

/// Which GPU, as people know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Adapter {
    /// The driver's or browser's name for it; browsers often give no more than vendor and architecture.
    pub name: String,
    /// `webgpu`, `vulkan`, `metal` or `dx12`.
    pub backend: String,
    /// Whether it is a CPU behind a GPU's interface; then the CPU twins are faster.
    pub software: bool,
}

impl std::fmt::Display for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let software = if self.software { ", software" } else { "" };
        write!(f, "{} ({}{software})", self.name, self.backend)
    }
}

impl Adapter {
    /// The adapter behind a device.
    pub(super) fn of(info: &wgpu::AdapterInfo, device: &wgpu::Device) -> Self {
        let name = if info.name.is_empty() { browser_name(device) } else { info.name.clone() };
        let known = name.to_lowercase();
        let software = info.device_type == wgpu::DeviceType::Cpu
            || ["swiftshader", "llvmpipe", "lavapipe", "basic render"].iter().any(|cpu| known.contains(cpu));
        let name = if name.is_empty() { nameless(software).to_owned() } else { name };
        let backend = match info.backend {
            wgpu::Backend::BrowserWebGpu => "webgpu".into(),
            backend => backend.to_string(),
        };
        Self { name, backend, software }
    }
}

/// Vendor and architecture, which browsers give where they keep the name to themselves; empty where they keep these
/// too.
#[cfg(target_family = "wasm")]
fn browser_name(device: &wgpu::Device) -> String {
    use wasm_bindgen::JsValue;

    let get = |object: &JsValue, key: &str| js_sys::Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let info = device.as_webgpu().map_or(JsValue::UNDEFINED, |device| get(device.as_ref(), "adapterInfo"));
    let parts: Vec<String> = ["vendor", "architecture"]
        .iter()
        .filter_map(|key| get(&info, key).as_string())
        .filter(|s| !s.is_empty())
        .collect();
    parts.join(" ")
}

#[cfg(not(target_family = "wasm"))]
fn browser_name(_: &wgpu::Device) -> String {
    String::new()
}

/// What is said of an adapter without a name: Firefox tells pages nothing of who made it, since visitors could be told
/// apart by it, but whether it is a CPU.
fn nameless(software: bool) -> &'static str {
    if software { "a software adapter without a name" } else { "a GPU without a name" }
}
