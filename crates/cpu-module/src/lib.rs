//! The CPU's executor as a WebAssembly module of its own, which the engine's worker drives (`lambdascope_engine::cpu_module`).
//!
//! It is apart from the engine since it comes in builds: for plain SIMD, and for relaxed SIMD on a memory that threads share.
//! A browser refuses a module as a whole for one instruction that it does not know; and an engine on a shared memory would need
//! a standard library built for threads. So nothing here knows of JavaScript: numbers and addresses go in and out. Nothing
//! is computed here either, which is `lambdascope_cpu`'s.
//!
//! Addresses given to it are those that it has handed out; it trusts its host.

#![cfg(target_family = "wasm")]

use std::sync::Arc;

pub use lambdascope_module_memory::{allocate, release};

use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::tensor::Tensor;
use lambdascope_cpu::Executor;
use talc::sync::TalcLock;
use talc::wasm::{WasmBinning, WasmGrowAndClaim};

#[global_allocator]
static ALLOCATOR: TalcLock<spin::Mutex<()>, WasmGrowAndClaim, WasmBinning> = TalcLock::new(WasmGrowAndClaim);

/// An executor of a graph without its constants, written down in postcard with the values to be kept; null where it cannot
/// be read.
///
/// # Safety
/// So many bytes lie there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load(at: *const u8, bytes: usize) -> *mut Executor {
    // SAFETY: as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts(at, bytes) };
    let Ok((mut graph, constants, kept)) = postcard::from_bytes::<(Graph, usize, Vec<ValueId>)>(bytes) else {
        return std::ptr::null_mut();
    };
    graph.constants = (0..constants).map(|_| Tensor::zeros(vec![0])).collect();
    Box::into_raw(Box::new(Executor::without_constants(Arc::new(graph), &kept)))
}

/// Gives an executor one of its graph's constants: so many values, in memory that stays the host's.
///
/// # Safety
/// The executor is [`load`]'s, and so many values lie there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn set_constant(executor: *mut Executor, id: usize, at: *const f32, values: usize) {
    // SAFETY: as the caller promises.
    let (executor, values) = unsafe { (&mut *executor, std::slice::from_raw_parts(at, values)) };
    executor.set_constant(id, values);
}

/// Ends an executor.
///
/// # Safety
/// It is [`load`]'s, and not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unload(executor: *mut Executor) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(executor) });
}

/// Where a value's numbers stand: to be read after a run, or written before it.
///
/// # Safety
/// The executor is [`load`]'s.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn value(executor: *mut Executor, id: ValueId) -> *mut f32 {
    // SAFETY: as the caller promises.
    unsafe { &mut *executor }.value_mut(id).as_mut_ptr()
}

/// Runs all of the graph's ops.
///
/// # Safety
/// The executor is [`load`]'s and has all its constants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn run(executor: *mut Executor) {
    // SAFETY: as the caller promises.
    unsafe { &mut *executor }.run_ops();
}

/// Runs one of the graph's ops.
///
/// # Safety
/// As [`run`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn step(executor: *mut Executor, at: usize) {
    // SAFETY: as the caller promises.
    unsafe { &mut *executor }.step(at);
}

#[cfg(feature = "threads")]
mod threads {
    use lambdascope_cpu::crew;

    /// Counts a helper that is ready.
    #[unsafe(no_mangle)]
    pub extern "C" fn hire() {
        crew::hire();
    }

    /// Where the word stands that a helper sleeps on.
    #[unsafe(no_mangle)]
    pub extern "C" fn bell() -> usize {
        crew::bell() as usize
    }

    /// A helper's work, on its own instance and stack; see [`crew::help`].
    #[unsafe(no_mangle)]
    pub extern "C" fn help(known: u32) -> u32 {
        crew::help(known)
    }
}
