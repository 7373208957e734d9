//! A WebAssembly module without JavaScript, as its host sees it: an instance, its memory, and room in it
//! (`lambdascope_module_memory`).

use js_sys::WebAssembly::{Instance, Memory, Module};
use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
unsafe extern "C" {
    /// What every such module exports; each function throws where the module traps.
    type Exports;
    #[wasm_bindgen(method, catch)]
    fn allocate(this: &Exports, bytes: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn release(this: &Exports, at: u32, bytes: u32) -> Result<(), JsValue>;
}

/// An instance.
pub(crate) struct Guest {
    pub module: Module,
    pub memory: Memory,
    exports: Exports,
}

/// What a thrown value says.
pub(crate) fn said(thrown: &JsValue) -> String {
    thrown.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{thrown:?}"), |error| String::from(error.message()))
}

impl Guest {
    /// Compiles a module and makes an instance; `memory` is its own unless it imports one, with what else it imports as `env`.
    pub fn new(bytes: &[u8], imported: Option<(Memory, JsValue)>) -> Result<Self, JsValue> {
        let module = Module::new(&Uint8Array::from(bytes))?;
        let imports = Object::new();
        if let Some((_, env)) = &imported {
            Reflect::set(&imports, &"env".into(), env)?;
        }
        let exports = Instance::new(&module, &imports)?.exports();
        let memory = match imported {
            Some((memory, _)) => memory,
            None => Reflect::get(&exports, &"memory".into())?.dyn_into()?,
        };
        Ok(Self { module, memory, exports: exports.unchecked_into() })
    }

    /// Its exports by what is known of them.
    pub fn exports<T: JsCast>(&self) -> &T {
        self.exports.unchecked_ref()
    }

    /// Room for so many bytes.
    ///
    /// # Errors
    /// What stands against it, as a clause.
    pub fn room(&self, bytes: u32) -> Result<u32, String> {
        match self.exports.allocate(bytes).map_err(|thrown| said(&thrown))? {
            0 => Err(format!("there is no memory for {bytes} bytes more")),
            at => Ok(at),
        }
    }

    /// Lends the module some bytes for a call, which is given their place and number.
    ///
    /// # Errors
    /// What stands against it, as a clause.
    pub fn lend<T>(&self, bytes: &[u8], call: impl FnOnce(u32, u32) -> Result<T, JsValue>) -> Result<T, String> {
        let length = bytes.len() as u32;
        let at = self.room(length)?;
        self.bytes(at, bytes.len()).copy_from(bytes);
        let result = call(at, length);
        result.and_then(|result| self.exports.release(at, length).map(|()| result)).map_err(|thrown| said(&thrown))
    }

    /// Takes an answer that a call has left, its length before it.
    ///
    /// # Errors
    /// If there is none, as a clause.
    pub fn take(&self, at: u32) -> Result<Vec<u8>, String> {
        if at == 0 {
            return Err("it is another version than the engine; reload the page".into());
        }
        let mut length = [0; 4];
        self.bytes(at, 4).copy_to(&mut length);
        let length = u32::from_le_bytes(length);
        let answer = self.bytes(at + 4, length as usize).to_vec();
        self.exports.release(at, 4 + length).map_err(|thrown| said(&thrown))?;
        Ok(answer)
    }

    /// A view of so many bytes.
    pub fn bytes(&self, at: u32, length: usize) -> Uint8Array {
        Uint8Array::new_with_byte_offset_and_length(&self.buffer(at as usize + length), at, length as u32)
    }

    /// A view of so many numbers.
    pub fn values(&self, at: u32, length: usize) -> Float32Array {
        let buffer = self.buffer(at as usize + size_of::<f32>() * length);
        Float32Array::new_with_byte_offset_and_length(&buffer, at, length as u32)
    }

    /// The memory as it is now, of so many bytes at least.
    fn buffer(&self, bytes: usize) -> JsValue {
        let buffer = self.memory.buffer();
        let length = Reflect::get(&buffer, &"byteLength".into()).ok().and_then(|length| length.as_f64());
        if length.is_some_and(|length| length < bytes as f64) {
            // Another thread's instance has made it grow, of which this thread's object may not have heard yet.
            self.memory.grow(0);
            return self.memory.buffer();
        }
        buffer
    }
}
