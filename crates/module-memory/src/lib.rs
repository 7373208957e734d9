//! How a WebAssembly module without JavaScript and its host (`lambdascope_engine::guest`) lend each other memory: the host asks
//! for room, writes there, and gives it back; what a module answers with lies in such room too, its length before it.

#![cfg(target_family = "wasm")]

use std::alloc::{Layout, alloc, dealloc};

/// What vectors and stacks are aligned to.
const ALIGNMENT: usize = 16;

/// Room for so many bytes, 16-byte aligned; null where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(bytes: usize) -> *mut u8 {
    match Layout::from_size_align(bytes.max(1), ALIGNMENT) {
        // SAFETY: it is not of size zero.
        Ok(layout) => unsafe { alloc(layout) },
        Err(_) => std::ptr::null_mut(),
    }
}

/// Gives back what [`allocate`] has handed out, of the same size.
///
/// # Safety
/// It was handed out for so many bytes, and is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(at: *mut u8, bytes: usize) {
    if let Ok(layout) = Layout::from_size_align(bytes.max(1), ALIGNMENT) {
        // SAFETY: as the caller promises.
        unsafe { dealloc(at, layout) }
    }
}

/// An answer in room of its own, four bytes of length before it, for the host to release; null where there is none.
pub fn handed_out(answer: Option<Vec<u8>>) -> *mut u8 {
    let Some(answer) = answer else { return std::ptr::null_mut() };
    let at = allocate(4 + answer.len());
    if !at.is_null() {
        // SAFETY: there is room for both.
        unsafe {
            at.cast::<u32>().write(answer.len() as u32);
            at.add(4).copy_from_nonoverlapping(answer.as_ptr(), answer.len());
        }
    }
    at
}
