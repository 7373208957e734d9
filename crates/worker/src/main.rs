//! The engine behind the page: answers [`lambdascope_protocol`] messages in a Web Worker.
//!
//! Nothing here draws or computes: it fetches, decodes, asks the [`lambdascope_engine::Engine`] and posts what it says.
//! [`loads`] gets weights while the present network goes on answering ([`shipped`] and [`hub`] know where they lie);
//! [`serve`] does the work that occupies the thread, one piece at a time. A worker that is asked to be a laboratory ([`lab`]) is
//! nothing else.

#[cfg(target_family = "wasm")]
mod answer;
#[cfg(target_family = "wasm")]
mod beside;
#[cfg(target_family = "wasm")]
mod by_browser;
#[cfg(target_family = "wasm")]
mod cache;
#[cfg(target_family = "wasm")]
mod cpu;
#[cfg(target_family = "wasm")]
mod fetch;
#[cfg(target_family = "wasm")]
mod frames;
#[cfg(target_family = "wasm")]
mod hub;
#[cfg(target_family = "wasm")]
mod job;
#[cfg(target_family = "wasm")]
mod lab;
#[cfg(target_family = "wasm")]
mod loads;
#[cfg(target_family = "wasm")]
mod resize;
#[cfg(target_family = "wasm")]
mod scope;
#[cfg(target_family = "wasm")]
mod serve;
#[cfg(target_family = "wasm")]
mod shaders;
#[cfg(target_family = "wasm")]
mod shipped;
#[cfg(target_family = "wasm")]
mod ways;
#[cfg(target_family = "wasm")]
mod what_if;

fn main() {
    #[cfg(target_family = "wasm")]
    {
        console_error_panic_hook::set_once();
        serve::start();
    }
}
