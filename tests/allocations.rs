//! What pictures and weights take of memory: what a file claims of its own size must not become any, and a large photograph
//! must fit.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use lambdascope_core::nn::network::Network;
use lambdascope_picture::decode;

#[path = "common/large_photograph.rs"]
mod large_photograph;

struct Recording;

/// The largest allocation, what is allocated now, and the most that ever was, in bytes.
static LARGEST: AtomicUsize = AtomicUsize::new(0);
static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn allocated(bytes: usize) {
    LARGEST.fetch_max(bytes, Ordering::Relaxed);
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(now, Ordering::Relaxed);
}

#[global_allocator]
static ALLOCATOR: Recording = Recording;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Recording {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        allocated(size);
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(old, layout) }
    }
}

/// A lossless WebP with EXIF metadata that claim four gigabytes.
fn picture() -> Vec<u8> {
    let still = include_bytes!("fixtures/pictures/lossless.webp");
    let bitstream = &still[12..];
    // After the chunk's header and a signature byte: width − 1 and height − 1 in 14 bits each.
    let bits = u32::from_le_bytes(bitstream[9..13].try_into().unwrap());
    let mut extended = b"VP8X\x0A\0\0\0\x08\0\0\0".to_vec();
    for side in [bits & 0x3FFF, bits >> 14 & 0x3FFF] {
        extended.extend(&side.to_le_bytes()[..3]);
    }
    extended.extend(bitstream);
    extended.extend(b"EXIF\xF0\xFF\xFF\xFFII*\0");
    [b"RIFF", &(extended.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &extended].concat()
}

/// A weights file of one tensor that claims all there is to address.
fn weights() -> Vec<u8> {
    let header = format!(r#"{{"a":{{"dtype":"F32","shape":[{0}],"data_offsets":[0,{0}]}}}}"#, u64::MAX);
    [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()
}

// One test, since the allocator counts for all threads.
#[test]
fn memory_is_bounded() {
    claims_become_no_memory();
    a_photograph_of_108_megapixels_takes_little_more_than_its_half();
}

fn a_photograph_of_108_megapixels_takes_little_more_than_its_half() {
    let file = large_photograph::repeated(include_bytes!("fixtures/pictures/unusual/strip.jpg"));
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let picture = decode(&file).unwrap();
    let most = MOST.load(Ordering::Relaxed) - before;
    // 81 MB of pixels.
    assert!(most < 300 << 20, "{} MB for {} MB of pixels", most >> 20, picture.rgb.len() >> 20);
}

fn claims_become_no_memory() {
    let (picture, weights) = (picture(), weights());
    LARGEST.store(0, Ordering::Relaxed);
    assert_eq!(decode(&picture).unwrap(), decode(include_bytes!("fixtures/pictures/lossless.webp")).unwrap());
    assert!(Network::from_safetensors(&weights).is_err());
    assert!(Network::from_safetensors(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat()).is_err());
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest < 1 << 20, "{largest} bytes at once");
}
