//! How long the GPU is waited for. Drivers and browsers have been seen that never answer a request, neither with a result
//! nor with an error; what waits for one would wait for ever.
//!
//! The limits are generous: on the machines that this was measured on (README, 'Speed') an adapter and a device come within
//! half a second and shaders compile within a few, on a software adapter too. Natively only the wait for results is
//! limited: drivers make all else in calls that block.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::error::GpuError;

/// For an adapter, and for a device.
pub(super) const REQUEST: Duration = Duration::from_secs(10);

/// For a plan with its shaders, and for a run's results, while nothing is known of the device.
const FIRST_LOAD: Duration = Duration::from_secs(60);
const FIRST_RUN: Duration = Duration::from_secs(60);

/// Once it is known how long the slowest took: so many times that, and these at least. Compiling is the steadier of the two,
/// and a visitor waits for it.
const SLOWER_LOAD: u32 = 4;
const LOAD: Duration = Duration::from_secs(15);
const SLOWER_RUN: u32 = 10;
const RUN: Duration = Duration::from_secs(8);

/// How long the slowest plan took to be loaded, in milliseconds; 0 if none was. Of all devices, since a network that replaces
/// another gets one of its own, of the same adapter.
static SLOWEST_LOAD: AtomicU64 = AtomicU64::new(0);

/// How long the slowest plan took to be loaded; nothing if none was.
pub(super) fn slowest_load() -> Option<Duration> {
    Some(SLOWEST_LOAD.load(Ordering::Relaxed)).filter(|&took| took > 0).map(Duration::from_millis)
}

/// Notes how long a plan took to be loaded.
pub(super) fn note_load(took: Duration) {
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    SLOWEST_LOAD.fetch_max(took, Ordering::Relaxed);
}

/// How long to wait for a plan with its shaders, by how long the slowest took.
pub(super) fn for_load(slowest: Option<Duration>) -> Duration {
    slowest.map_or(FIRST_LOAD, |slowest| (slowest * SLOWER_LOAD).clamp(LOAD, FIRST_LOAD))
}

/// How long to wait for a run, by how long the session's slowest took but for its first.
pub(super) fn for_run(slowest: Option<Duration>) -> Duration {
    slowest.map_or(FIRST_RUN, |slowest| (slowest * SLOWER_RUN).max(RUN))
}

/// What has not come in time; `what` as in 'did not answer'.
pub(super) fn silent(what: &'static str, limit: Duration) -> GpuError {
    GpuError::Silent { what, seconds: limit.as_secs() }
}

/// Waits for a future no longer than `limit`.
///
/// # Errors
/// [`GpuError::Silent`] after that; the future is dropped.
#[cfg(target_family = "wasm")]
pub(super) async fn within<T>(
    limit: Duration,
    what: &'static str,
    future: impl Future<Output = T>,
) -> Result<T, GpuError> {
    use futures_util::future::{Either, select};

    // Counted in short steps, of which a machine that falls asleep in between loses one and not all.
    const STEP: Duration = Duration::from_millis(500);
    let mut future = Box::pin(future);
    for _ in 0..limit.div_duration_f32(STEP).ceil() as u32 {
        match select(future, gloo_timers::future::sleep(STEP)).await {
            Either::Left((result, _)) => return Ok(result),
            Either::Right((_, waiting)) => future = waiting,
        }
    }
    Err(silent(what, limit))
}

/// Waits for a future; natively it does not wait.
///
/// # Errors
/// None.
#[cfg(not(target_family = "wasm"))]
pub(super) async fn within<T>(_: Duration, _: &'static str, future: impl Future<Output = T>) -> Result<T, GpuError> {
    Ok(future.await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_device_tells_how_long_to_wait() {
        assert_eq!(for_load(None), FIRST_LOAD);
        assert_eq!(for_load(Some(Duration::from_millis(100))), LOAD);
        assert_eq!(for_load(Some(Duration::from_secs(5))), Duration::from_secs(20));
        assert_eq!(for_load(Some(Duration::from_secs(50))), FIRST_LOAD);
        assert_eq!(for_run(None), FIRST_RUN);
        assert_eq!(for_run(Some(Duration::from_millis(10))), RUN);
        assert_eq!(for_run(Some(Duration::from_secs(2))), Duration::from_secs(20));
    }

    #[test]
    fn what_did_not_come_is_said() {
        let error = silent("give a device", REQUEST);
        assert_eq!(error.to_string(), "the GPU did not give a device within 10 s");
    }
}
