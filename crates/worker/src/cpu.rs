//! The CPU's kernels: which build of their module this browser takes, and the workers that help it.

use std::rc::Rc;
use std::time::Duration;

use futures_channel::mpsc::unbounded;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Worker, console};

use super::fetch::{fetch, read_body};
use super::scope::scope;
use lambdascope_core::backend::{CpuWish, MOST_THREADS};
use lambdascope_engine::cpu_module::{CpuModule, takes_relaxed_simd};

/// The build that every browser with WebAssembly's SIMD takes.
const PLAIN: &str = "cpu_plain.wasm";
/// The build for relaxed SIMD, on a memory that threads can share.
const THREADS: &str = "cpu_threads.wasm";
/// What a helper runs.
const HELPER: &str = "./cpu_helper.js";

/// Threads beyond which the maps of such networks are too small to share out.
const USEFUL_THREADS: usize = 4;

/// How long helpers are waited for; one that comes later counts from then on.
const WELCOME: Duration = Duration::from_millis(300);

/// Gets the fastest build that this browser takes, and helpers where the page may share memory.
///
/// # Errors
/// A sentence, if none can be had.
pub async fn start(wish: CpuWish) -> Result<(), String> {
    if wish != CpuWish::Plain && takes_relaxed_simd() {
        match get(THREADS, CpuModule::shared).await {
            Ok(module) => {
                Rc::clone(&module).install();
                hire(&module, threads(wish) - 1).await;
                return Ok(());
            }
            Err(cause) => {
                console::warn_1(&format!("{THREADS} cannot be used, so the CPU runs on one thread: {cause}.").into())
            }
        }
    }
    let module = get(PLAIN, CpuModule::alone).await;
    let module = module.map_err(|cause| format!("The engine cannot start: its kernels for the CPU: {cause}."))?;
    module.install();
    Ok(())
}

async fn get(url: &str, compile: fn(&[u8]) -> Result<CpuModule, String>) -> Result<Rc<CpuModule>, String> {
    let response = fetch(url).await.map_err(|error| error.to_string())?;
    let bytes = read_body(&response, |_| {}).await.map_err(|error| error.to_string())?;
    compile(&bytes).map(Rc::new)
}

/// How many threads there are to be: one where the page may not share memory, else a thread for each of the machine's cores,
/// most of which count twice.
fn threads(wish: CpuWish) -> usize {
    let may_share = Reflect::get(&scope(), &"crossOriginIsolated".into()).is_ok_and(|value| value.is_truthy());
    if !may_share {
        return 1;
    }
    match wish {
        CpuWish::Plain => 1,
        CpuWish::Threads(threads) => threads.clamp(1, MOST_THREADS),
        CpuWish::Fastest => {
            let at_a_time = scope().navigator().hardware_concurrency() as usize;
            (at_a_time.div_ceil(2)).max(at_a_time.min(2)).clamp(1, USEFUL_THREADS)
        }
    }
}

/// Starts helpers, and waits for them a while. Without them the module is as right, and slower.
async fn hire(module: &Rc<CpuModule>, helpers: usize) {
    let (sender, mut ready) = unbounded();
    let mut started = 0;
    for _ in 0..helpers {
        let sender = sender.clone();
        let counted = Rc::clone(module);
        let begin = || -> Result<(), JsValue> {
            let worker = Worker::new(HELPER)?;
            let equipment = module.equipment().map_err(|cause| JsValue::from_str(&cause))?;
            let arrived = Closure::<dyn FnMut()>::new(move || {
                counted.hire();
                // Who waited may have left.
                drop(sender.unbounded_send(()));
            });
            worker.set_onmessage(Some(arrived.as_ref().unchecked_ref()));
            arrived.forget();
            worker.post_message(&Array::from_iter(equipment))
        };
        match begin() {
            Ok(()) => started += 1,
            Err(cause) => console::warn_2(&"a thread could not be started:".into(), &cause),
        }
    }
    let all = async {
        for _ in 0..started {
            let _ = ready.recv().await;
        }
    };
    let late = TimeoutFuture::new(WELCOME.as_millis() as u32);
    futures_util::future::select(std::pin::pin!(all), late).await;
}
