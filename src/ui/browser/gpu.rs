//! What the browser says of the GPU without one being started.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The largest amounts that the adapter allows, in bytes, each with its name in a sentence; nothing where there is no WebGPU.
pub async fn limits() -> Option<Vec<(String, u64)>> {
    let gpu = Reflect::get(&window().navigator(), &"gpu".into()).ok()?;
    let request: Function = Reflect::get(&gpu, &"requestAdapter".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok()?;
    let limits = Reflect::get(&adapter, &"limits".into()).ok()?;
    let limit = |key: &str| Reflect::get(&limits, &key.into()).ok()?.as_f64().filter(|limit| *limit > 0.0);
    let said = |(key, title): (&str, &str)| limit(key).map(|limit| (title.to_owned(), limit as u64));
    let named = [
        ("maxStorageBufferBindingSize", "what this GPU binds at once, through WebGPU"),
        ("maxBufferSize", "the largest buffer of this GPU, through WebGPU"),
    ];
    Some(named.into_iter().filter_map(said).collect())
}
