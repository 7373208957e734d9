//! Threads in WASM: web workers that each hold an instance of the same module on the same memory, and help its first
//! instance with whatever is cut into blocks.
//!
//! A helper looks for work for a while, then sleeps in the host (WASM's own wait is not in stable Rust) until the bell rings.
//! Instances share all statics, so a helper touches nothing but atomics, what the job lends it and the allocator, which has a
//! lock of its own. Each needs a stack of its own (`__stack_pointer`); that is for its host to give.

use std::hint::spin_loop;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// What is to be done: `work` for every number below `count`.
struct Job<'a> {
    work: &'a (dyn Fn(usize) + Sync),
    count: usize,
    next: AtomicUsize,
}

impl Job<'_> {
    /// Works until nothing is left that nobody has begun.
    fn work(&self) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= self.count {
                return;
            }
            (self.work)(i);
        }
    }
}

/// Helpers there are.
static HELPERS: AtomicUsize = AtomicUsize::new(0);
/// Counts the jobs.
static BELL: AtomicU32 = AtomicU32::new(0);
/// The job that is open to helpers, null where there is none.
static OPEN: AtomicPtr<Job> = AtomicPtr::new(ptr::null_mut());
/// Helpers that may hold the open job.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// Looks at the bell without sleeping: a few tenths of a millisecond, as long as a kernel takes that is not shared out.
const LOOKS: usize = 1 << 18;

/// Looks for the last helper to come out without resting: a few milliseconds.
const PATIENCE: usize = 1 << 21;

/// Rests of a millisecond before a helper is given up; blocks take a few milliseconds at most.
const RESTS: usize = 20_000;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Wakes all that sleep on the bell.
    safe fn ring(bell: *const AtomicU32);
    /// Sleeps for a millisecond.
    safe fn rest();
}

/// Counts a helper that is ready.
pub fn hire() {
    HELPERS.fetch_add(1, Ordering::SeqCst);
}

/// The helpers, and the one who calls.
pub fn threads() -> usize {
    HELPERS.load(Ordering::Relaxed) + 1
}

/// Where the bell hangs.
pub fn bell() -> *const AtomicU32 {
    &raw const BELL
}

/// Calls `work` for every number below `count`, on all threads. It returns when all is done. Only the first instance calls it.
///
/// # Panics
/// If a helper stays in the middle of its work for [`RESTS`] milliseconds.
pub fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    let job = Job { work, count, next: AtomicUsize::new(0) };
    if count < 2 || HELPERS.load(Ordering::Relaxed) == 0 {
        return job.work();
    }
    OPEN.store((&raw const job).cast_mut().cast(), Ordering::SeqCst);
    BELL.fetch_add(1, Ordering::SeqCst);
    ring(bell());
    job.work();
    // Who comes in from now on finds nothing; who is inside is waited for, since the job ends here.
    OPEN.store(ptr::null_mut(), Ordering::SeqCst);
    let mut looks = 0;
    while INSIDE.load(Ordering::SeqCst) > 0 {
        spin_loop();
        looks += 1;
        if looks > PATIENCE {
            rest();
            assert!(looks - PATIENCE < RESTS, "a thread stopped in the middle of its work");
        }
    }
}

/// A helper's work: jobs as they come, until the bell has been silent for a while. Takes the number of the last job that the
/// helper knows of, 0 at first, and returns it, for the host to sleep until it changes.
pub fn help(mut known: u32) -> u32 {
    let mut looks = 0;
    while looks < LOOKS {
        let rung = BELL.load(Ordering::SeqCst);
        if rung == known {
            looks += 1;
            spin_loop();
            continue;
        }
        (known, looks) = (rung, 0);
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let job = OPEN.load(Ordering::SeqCst);
        // SAFETY: a job that is open after one has come in stays until one has gone out.
        if let Some(job) = unsafe { job.as_ref() } {
            job.work();
        }
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
    known
}
