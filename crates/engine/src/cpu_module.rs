//! The CPU's executor in a WebAssembly module of its own: `crates/cpu-module`, whose builds for relaxed SIMD and for threads
//! only some browsers take. Which of them there is, and who helps it, is for whoever installs it.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use js_sys::WebAssembly::Memory;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::guest::{Guest, said};
use lambdascope_core::nn::graph::{Graph, ValueId};
use lambdascope_core::nn::liveness::assign;

#[wasm_bindgen]
unsafe extern "C" {
    /// What the module exports; each function throws where the module traps.
    type Exports;
    #[wasm_bindgen(method, catch)]
    fn load(this: &Exports, at: u32, bytes: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set_constant(this: &Exports, executor: u32, id: u32, at: u32, values: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn unload(this: &Exports, executor: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn value(this: &Exports, executor: u32, id: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn run(this: &Exports, executor: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn step(this: &Exports, executor: u32, at: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn hire(this: &Exports) -> Result<(), JsValue>;
}

/// Bytes of a helper's stack.
const STACK: u32 = 1 << 20;

/// Pages of 64 KiB that a shared memory begins with and may grow to, as the module was linked (xtask/src/modules.rs).
const PAGES: [u32; 2] = [32, 65536];

/// An instance of the module.
pub struct CpuModule {
    guest: Guest,
    is_relaxed: bool,
    helpers: Cell<usize>,
}

thread_local! {
    static INSTALLED: OnceCell<Rc<CpuModule>> = const { OnceCell::new() };
}

/// The module that graphs are loaded into, if there is one.
pub(crate) fn installed() -> Option<Rc<CpuModule>> {
    INSTALLED.with(|module| module.get().cloned())
}

/// Whether the browser takes relaxed SIMD, by a module of one such instruction.
pub fn takes_relaxed_simd() -> bool {
    // A function [] -> [v128] of i8x16.relaxed_swizzle.
    const MODULE: [u8; 36] = [
        0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253,
        15, 253, 128, 2, 11,
    ];
    let bytes = Uint8Array::from(MODULE.as_slice());
    js_sys::WebAssembly::validate(&bytes).unwrap_or(false)
}

impl CpuModule {
    /// Compiles the build for one thread.
    ///
    /// # Errors
    /// What the browser says against it, as a clause.
    pub fn alone(bytes: &[u8]) -> Result<Self, String> {
        Self::new(bytes, None).map_err(|thrown| said(&thrown))
    }

    /// Compiles the build for relaxed SIMD and threads; [`CpuModule::hire`] adds these.
    ///
    /// # Errors
    /// What the browser says against it, as a clause: above all, that it shares no memory.
    pub fn shared(bytes: &[u8]) -> Result<Self, String> {
        let memory = || {
            let wishes = Object::new();
            Reflect::set(&wishes, &"initial".into(), &PAGES[0].into())?;
            Reflect::set(&wishes, &"maximum".into(), &PAGES[1].into())?;
            Reflect::set(&wishes, &"shared".into(), &true.into())?;
            Memory::new(&wishes)
        };
        memory().and_then(|memory| Self::new(bytes, Some(memory))).map_err(|thrown| said(&thrown))
    }

    fn new(bytes: &[u8], shared: Option<Memory>) -> Result<Self, JsValue> {
        let is_relaxed = shared.is_some();
        let imported = match shared {
            Some(memory) => Some((memory.clone(), host(&memory)?)),
            None => None,
        };
        Ok(Self { guest: Guest::new(bytes, imported)?, is_relaxed, helpers: Cell::new(0) })
    }

    fn exports(&self) -> &Exports {
        self.guest.exports()
    }

    /// From now on graphs are loaded into this module. The first one stays.
    pub fn install(self: Rc<Self>) {
        // A second one is dropped.
        let _ = INSTALLED.with(|module| module.set(self));
    }

    /// What a helper needs to hold an instance of its own: the module, its memory and where its stack begins. It is another
    /// worker's (`www/cpu_helper.js`), and counts once [`CpuModule::hire`] is called for it.
    ///
    /// # Errors
    /// What stands against it, as a clause.
    pub fn equipment(&self) -> Result<[JsValue; 3], String> {
        let Guest { module, memory, .. } = &self.guest;
        let stack = self.guest.room(STACK)?;
        Ok([module.clone().into(), memory.clone().into(), (stack + STACK).into()])
    }

    /// Counts a helper that is ready.
    pub fn hire(&self) {
        if self.exports().hire().is_ok() {
            self.helpers.set(self.helpers.get() + 1);
        }
    }

    /// What it is called in a report.
    pub(crate) fn name(&self) -> String {
        let simd = if self.is_relaxed { "" } else { " without relaxed SIMD" };
        // The threads first, since a narrow badge cuts the rest off.
        match self.helpers.get() {
            0 => format!("1 thread, WebAssembly{simd}"),
            helpers => format!("{} threads, WebAssembly{simd}", helpers + 1),
        }
    }

    /// Lays out a graph in the module.
    ///
    /// # Errors
    /// What stands against it, as a clause.
    pub(crate) fn load(self: Rc<Self>, graph: &Graph, kept: &[ValueId]) -> Result<Executor, String> {
        let written =
            postcard::to_allocvec(&(graph, graph.constants.len(), kept)).map_err(|error| error.to_string())?;
        let address = self.guest.lend(&written, |at, bytes| self.exports().load(at, bytes))?;
        if address == 0 {
            return Err("it is another version than the engine; reload the page".into());
        }
        // Ends what was begun, whatever happens next.
        // It lays arrays out by the same assignment.
        let numbers: usize = assign(graph, kept).lengths.iter().sum();
        let executor = Executor { module: self, address, array_bytes: (numbers * size_of::<f32>()) as u64 };
        for (id, constant) in graph.constants.iter().enumerate() {
            executor.set_constant(id, constant.data())?;
        }
        Ok(executor)
    }
}

/// What a module on a shared memory imports: the memory, and the two things that WASM cannot do on stable Rust.
fn host(memory: &Memory) -> Result<JsValue, JsValue> {
    // Whoever sleeps holds on to a view of the whole memory, which a shared one stays behind.
    let words = js_sys::Int32Array::new(&memory.buffer());
    let ring = {
        let words = words.clone();
        Closure::<dyn Fn(u32)>::new(move |bell: u32| {
            // Nobody to wake is no fault.
            let _ = js_sys::Atomics::notify(&words, bell / 4);
        })
    };
    // The first word is nobody's: the first instance's stack ends there.
    let rest = Closure::<dyn Fn()>::new(move || {
        let _ = js_sys::Atomics::wait_with_timeout(&words, 0, 0, 1.0);
    });
    let env = Object::new();
    Reflect::set(&env, &"memory".into(), memory)?;
    Reflect::set(&env, &"ring".into(), &ring.into_js_value())?;
    Reflect::set(&env, &"rest".into(), &rest.into_js_value())?;
    Ok(env.into())
}

/// A graph in the module. As long as it is there the module is.
pub(crate) struct Executor {
    module: Rc<CpuModule>,
    address: u32,
    array_bytes: u64,
}

impl Executor {
    fn set_constant(&self, id: usize, values: &[f32]) -> Result<(), String> {
        let module = &self.module;
        let set = |at, _| module.exports().set_constant(self.address, id as u32, at, values.len() as u32);
        module.guest.lend(bytemuck::cast_slice(values), set)
    }

    /// Bytes of its arrays.
    pub fn array_bytes(&self) -> u64 {
        self.array_bytes
    }

    /// Runs the graph on what its input holds.
    ///
    /// # Panics
    /// If the module traps, as it would here.
    pub fn run_ops(&mut self) {
        ran(self.module.exports().run(self.address));
    }

    /// Runs one of the graph's ops.
    ///
    /// # Panics
    /// If the module traps, as it would here.
    pub fn step(&mut self, at: usize) {
        ran(self.module.exports().step(self.address, at as u32));
    }

    /// A value of so many numbers.
    pub fn read(&self, value: ValueId, length: usize) -> Vec<f32> {
        self.module.guest.values(self.place(value), length).to_vec()
    }

    /// Writes a value before a run.
    pub fn write(&mut self, value: ValueId, values: &[f32]) {
        self.module.guest.values(self.place(value), values.len()).copy_from(values);
    }

    fn place(&self, value: ValueId) -> u32 {
        ran(self.module.exports().value(self.address, value as u32))
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // A module that has trapped is not used again.
        let _ = self.module.exports().unload(self.address);
    }
}

/// What a call into the module gives.
fn ran<T>(result: Result<T, JsValue>) -> T {
    match result {
        Ok(value) => value,
        Err(thrown) => panic!("the CPU's kernels stopped: {}", said(&thrown)),
    }
}
