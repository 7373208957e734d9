//! The WebGPU feature `subgroups`, which wgpu 30 knows natively and not in browsers: there it is asked for behind its back.

/// Calls what requests a device; in a browser the request asks for subgroups too, where the adapter offers them.
///
/// wgpu makes its request while it is called, so that nobody else's is changed.
#[cfg(target_family = "wasm")]
pub(super) fn asked_for<T>(request: impl FnOnce() -> T) -> T {
    use js_sys::{Array, Object, Proxy, Reflect};
    use wasm_bindgen::prelude::*;

    const METHOD: &str = "requestDevice";
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let prototype = get(&get(&js_sys::global(), "GPUAdapter"), "prototype");
    let method = get(&prototype, METHOD);
    let (Ok(own), true) = (method.clone().dyn_into::<js_sys::Function>(), prototype.is_object()) else {
        return request();
    };
    // What is called instead: the method, the adapter and the arguments.
    let apply = Closure::<dyn Fn(js_sys::Function, JsValue, Array) -> Result<JsValue, JsValue>>::new(
        move |method: js_sys::Function, adapter: JsValue, arguments: Array| {
            let features = get(&adapter, "features").unchecked_into::<js_sys::Set>();
            let descriptor = arguments.get(0);
            let required = get(&descriptor, "requiredFeatures");
            if features.has(&NAME.into())
                && let Some(required) = required.dyn_ref::<Array>()
            {
                required.push(&NAME.into());
            }
            Reflect::apply(&method, &adapter, &arguments)
        },
    );
    let handler = Object::new();
    let replaced = Reflect::set(&handler, &"apply".into(), apply.as_ref())
        .and_then(|_| Reflect::set(&prototype, &METHOD.into(), &Proxy::new(&own, &handler)));
    let requested = request();
    if replaced.is_ok() {
        let _ = Reflect::set(&prototype, &METHOD.into(), &method);
    }
    requested
}

/// Calls what requests a device.
#[cfg(not(target_family = "wasm"))]
pub(super) fn asked_for<T>(request: impl FnOnce() -> T) -> T {
    request()
}

/// Whether a device has them.
#[cfg(target_family = "wasm")]
pub(super) fn offered_by(device: &wgpu::Device) -> bool {
    use wasm_bindgen::{JsCast, JsValue};

    let features = device.as_webgpu().map(|device| js_sys::Reflect::get(device.as_ref(), &"features".into()));
    features.and_then(Result::ok).is_some_and(|features: JsValue| {
        features.is_object() && features.unchecked_ref::<js_sys::Set>().has(&NAME.into())
    })
}

/// Whether a device has them.
#[cfg(not(target_family = "wasm"))]
pub(super) fn offered_by(device: &wgpu::Device) -> bool {
    device.features().contains(wgpu::Features::SUBGROUP)
}

/// The feature's name.
#[cfg(target_family = "wasm")]
const NAME: &str = "subgroups";
