//! The service worker that keeps the page on this device (`www/sw.js`): registering it, and hearing how it stands.

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MessageChannel, MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
};

const SCRIPT: &str = "./sw.js";

/// The page's service worker, of this version and of a newer one.
#[derive(Clone)]
pub struct Keeper(ServiceWorkerRegistration);

fn container() -> Option<ServiceWorkerContainer> {
    // Where the page is not secure there is no such property; in a frame without rights of its own reading it throws.
    Reflect::get(&window().navigator(), &"serviceWorker".into()).ok()?.dyn_into().ok()
}

/// Reloads the page as soon as a newer version has taken over, in whichever tab that was asked for: from then on this
/// version's files are no longer given.
pub fn follow_newer() {
    // A page that came from the network is in nobody's charge, and stays what it is.
    let Some(container) = container().filter(|container| container.controller().is_some()) else { return };
    let changed = Closure::<dyn Fn()>::new(reload);
    container.set_oncontrollerchange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

fn reload() {
    // Nothing is left to do where even this fails.
    let _ = window().location().reload();
}

impl Keeper {
    /// Registers it; `None` where the browser has no such thing or refuses, as in some private windows.
    pub async fn register() -> Option<Self> {
        let registered = JsFuture::from(container()?.register(SCRIPT)).await.ok()?;
        registered.dyn_into().ok().map(Self)
    }

    /// Calls `heard` now and whenever something has changed in how it stands.
    pub fn watch(&self, heard: impl Fn() + Clone + 'static) {
        let registration = self.0.clone();
        let follow = {
            let heard = heard.clone();
            move || {
                if let Some(newest) = registration.installing().or_else(|| registration.waiting()) {
                    let changed = Closure::<dyn Fn()>::new(heard.clone());
                    newest.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
                    changed.forget();
                }
                heard();
            }
        };
        follow();
        let found = Closure::<dyn Fn()>::new(follow);
        self.0.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
        found.forget();
    }

    /// Whether the page is whole on this device, in whichever version.
    pub fn is_whole(&self) -> bool {
        self.present().is_some_and(|worker| worker.state() == ServiceWorkerState::Activated)
    }

    /// Whether the page's files are on their way.
    pub fn is_fetching(&self) -> bool {
        self.0.installing().is_some()
    }

    /// The worker of the present version.
    pub fn present(&self) -> Option<ServiceWorker> {
        self.0.active()
    }

    /// Whether a version is there that is newer than the one of `first`, a worker that was [`Self::present`] before.
    pub fn has_newer(&self, first: &ServiceWorker) -> bool {
        let is_replaced = self.present().is_some_and(|now| !Object::is(&now, first));
        is_replaced || self.0.waiting().is_some()
    }

    /// Lets the newer version take over, and reloads the page with it.
    pub fn take_newer(&self) {
        let Some(newer) = self.0.waiting() else { return reload() };
        // In a page in a worker's charge `follow_newer` does it.
        if container().is_none_or(|container| container.controller().is_none()) {
            let registration = self.0.clone();
            let changed = Closure::<dyn Fn()>::new(move || {
                if registration.waiting().is_none() {
                    reload();
                }
            });
            newer.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
            changed.forget();
        }
        // A worker that is gone by now has been replaced by another, which the next press finds.
        let _ = newer.post_message(&"take over".into());
    }

    /// Asks the site whether there is a newer version; where it cannot be reached, that waits for the next time.
    pub fn look_for_newer(&self) {
        if let Ok(asked) = self.0.update() {
            spawn_local(async move { drop(JsFuture::from(asked).await) });
        }
    }

    /// Tells in how many tabs this version is open.
    pub fn count_tabs(&self, told: impl FnOnce(usize) + 'static) {
        let (Some(present), Ok(channel)) = (self.present(), MessageChannel::new()) else { return told(1) };
        let answered = Closure::once_into_js(move |event: MessageEvent| {
            told(event.data().as_f64().map_or(1, |tabs| tabs as usize));
        });
        channel.port1().set_onmessage(Some(answered.unchecked_ref()));
        let _ = present.post_message_with_transferable(&"count tabs".into(), &Array::of1(&channel.port2()));
    }
}

/// Whether this connection is one to fetch nothing unasked over, as far as the browser tells: the visitor asks to save data, or
/// pays for them as a rule.
pub fn is_sparing() -> bool {
    let read = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let connection = read(&window().navigator(), "connection");
    connection.is_object()
        && (read(&connection, "saveData").is_truthy()
            || read(&connection, "type").as_string().is_some_and(|kind| kind == "cellular"))
}
