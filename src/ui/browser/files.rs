//! Files that the browser keeps for the page, with their names: a cache of their own, from which only the visitor takes.

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Request, Response, Url};

use crate::ui::browser::describe;

/// The cache's name.
const STORE: &str = "lambdascope-pictures";

fn storage() -> Result<CacheStorage, String> {
    // Where the page is not secure there is no such property, and the binding would call into nothing.
    match Reflect::has(&window(), &"caches".into()) {
        Ok(true) => window().caches().map_err(|error| describe(&error)),
        _ => Err("browsers keep files only for https pages".to_owned()),
    }
}

async fn store() -> Result<Cache, String> {
    let store = JsFuture::from(storage()?.open(STORE)).await.map_err(|error| describe(&error))?;
    Ok(store.unchecked_into())
}

/// The address that a file is kept under: its key, and its name in the fragment of a path.
fn address(key: u32, name: &str) -> String {
    format!("/kept/{key}/{}", String::from(js_sys::encode_uri_component(name)))
}

/// What stands in such an address.
fn parts(address: &str) -> Option<(u32, String)> {
    let path = Url::new(address).ok()?.pathname();
    let (key, name) = path.strip_prefix("/kept/")?.split_once('/')?;
    Some((key.parse().ok()?, js_sys::decode_uri_component(name).ok()?.into()))
}

/// Keeps a file under a key that no other has.
///
/// # Errors
/// A sentence's end saying why it could not be kept.
pub async fn keep(key: u32, name: &str, file: &Blob) -> Result<(), String> {
    let put = async {
        let response = Response::new_with_opt_blob(Some(file))?;
        JsFuture::from(store().await?.put_with_str(&address(key, name), &response)).await
    };
    put.await.map(drop).map_err(|error: JsValue| describe(&error))
}

/// Drops the file of this key and name, if it is kept.
pub async fn drop_file(key: u32, name: &str) {
    if let Ok(store) = store().await {
        // What is not there need not go.
        let _ = JsFuture::from(store.delete_with_str(&address(key, name))).await;
    }
}

/// Drops all of them.
pub async fn drop_all() {
    if let Ok(storage) = storage() {
        let _ = JsFuture::from(storage.delete(STORE)).await;
    }
}

/// All that is kept, by key, with names; nothing where the browser keeps nothing.
pub async fn kept() -> Vec<(u32, String, Blob)> {
    let mut files = Vec::new();
    // Asking for the store would make it.
    let is_there = async { JsFuture::from(storage()?.has(STORE)).await.map_err(|error| describe(&error)) };
    if !is_there.await.is_ok_and(|is_there| is_there.is_truthy()) {
        return files;
    }
    let Ok(store) = store().await else { return files };
    let Ok(keys) = JsFuture::from(store.keys()).await else { return files };
    for request in keys.unchecked_into::<Array>().iter() {
        let Some((key, name)) = request.dyn_ref::<Request>().and_then(|request| parts(&request.url())) else {
            continue;
        };
        let found = async {
            let response = JsFuture::from(store.match_with_str(&address(key, &name))).await.ok()?;
            let blob = response.dyn_ref::<Response>()?.blob().ok()?;
            JsFuture::from(blob).await.ok()?.dyn_into::<Blob>().ok()
        };
        if let Some(blob) = found.await {
            files.push((key, name, blob));
        }
    }
    files.sort_by_key(|(key, ..)| *key);
    files
}
