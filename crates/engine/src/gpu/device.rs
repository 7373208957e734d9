//! A device and what became of it: adapter, limits, loss, and errors nobody else caught.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_channel::oneshot;

use super::adapter::Adapter;
use super::error::GpuError;
use super::fastest;
use super::patience;
use super::patience::within;
use super::subgroups;
use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::shader_edit::{Fault, SourcePlace};

/// A GPU device with its queue. Clones share the device.
#[derive(Clone, Debug)]
pub struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    adapter: Adapter,
    subgroups: bool,
    fate: Arc<Mutex<Fate>>,
}

/// How a wait for the GPU ends: the work is done (or its result cannot be had), or the device is gone.
pub(super) type Outcome = Result<(), GpuError>;

/// What the callbacks report.
#[derive(Debug, Default)]
struct Fate {
    /// Why the device was lost, once it is.
    lost: Option<String>,
    /// The first error outside any error scope since the last look.
    uncaught: Option<String>,
    /// Whoever waits for the GPU now, by ticket.
    waiting: BTreeMap<u64, oneshot::Sender<Outcome>>,
    /// The next ticket.
    ticket: u64,
}

/// What a device should do once it was given a run.
const ANSWER: &str = "return its results";

impl Device {
    /// Asks for the fastest adapter and a device with WebGPU's default limits.
    ///
    /// # Errors
    /// [`GpuError::NoAdapter`], [`GpuError::NoDevice`], or [`GpuError::Silent`] where the browser answers nothing at all.
    pub async fn request() -> Result<Self, GpuError> {
        Self::with_limits(|_| wgpu::Limits::default()).await
    }

    /// As [`Device::request`], with all that the adapter offers.
    ///
    /// # Errors
    /// As [`Device::request`].
    pub async fn request_whole() -> Result<Self, GpuError> {
        Self::with_limits(wgpu::Adapter::limits).await
    }

    /// Bytes of the largest array that a shader can be given.
    pub fn largest_binding(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    async fn with_limits(limits: fn(&wgpu::Adapter) -> wgpu::Limits) -> Result<Self, GpuError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = within(patience::REQUEST, "name an adapter", instance.request_adapter(&options)).await?;
        let adapter = adapter.map_err(|error| GpuError::NoAdapter(no_adapter(&error)))?;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("lambdascope"),
            // Only profiles need timestamps, and only one way of convolving subgroups.
            required_features: adapter.features() & (wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SUBGROUP),
            required_limits: limits(&adapter),
            ..Default::default()
        };
        let request = subgroups::asked_for(|| adapter.request_device(&descriptor));
        let (device, queue) = within(patience::REQUEST, "provide a device", request)
            .await?
            .map_err(|error| GpuError::NoDevice { adapter: adapter.get_info().name, reason: error.to_string() })?;

        let fate = Arc::new(Mutex::new(Fate::default()));
        let on_lost = Arc::clone(&fate);
        device.set_device_lost_callback(move |reason, message| {
            let message = if message.is_empty() { format!("{reason:?}") } else { message };
            lock(&on_lost).lose(message);
        });
        let on_error = Arc::clone(&fate);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            lock(&on_error).uncaught.get_or_insert_with(|| describe(&error));
        }));
        let adapter = Adapter::of(&adapter.get_info(), &device);
        let subgroups = subgroups::offered_by(&device);
        Ok(Self { device, queue, adapter, subgroups, fate })
    }

    /// Whether shaders that use subgroups run on it.
    pub fn has_subgroups(&self) -> bool {
        self.subgroups
    }

    /// How its convolutions may run: the one that was the fastest for the last graph, or those of which it is to be found.
    pub fn strategies(&self) -> Vec<Strategy> {
        let all = Strategy::choices(self.adapter.software, self.subgroups);
        match fastest::of(&self.adapter) {
            // Another device of the adapter may have been made without subgroups.
            Some(fastest) if all.contains(&Strategy { cuts: false, halves: false, ..fastest }) => vec![fastest],
            _ => all.to_vec(),
        }
    }

    /// Notes which was the fastest, for all devices of the adapter.
    pub(super) fn note_fastest(&self, strategy: Strategy) {
        fastest::note(&self.adapter, strategy);
    }

    /// The same as if it had no subgroups.
    pub fn strategies_without_subgroups(&self) -> Vec<Strategy> {
        Strategy::choices(self.adapter.software, false).to_vec()
    }

    /// The adapter behind it.
    pub fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    /// Gives the device up. Every session on it reports [`GpuError::DeviceLost`] from now on, a waiting one at once.
    pub fn destroy(&self) {
        self.device.destroy();
        lock(&self.fate).lose("it was destroyed".into());
    }

    /// The device's state.
    ///
    /// # Errors
    /// [`GpuError::DeviceLost`], or [`GpuError::Refused`] with an error that arrived since the last call.
    pub(super) fn check(&self) -> Outcome {
        let mut fate = lock(&self.fate);
        let uncaught = fate.uncaught.take();
        match (&fate.lost, uncaught) {
            (Some(reason), _) => Err(GpuError::DeviceLost(reason.clone())),
            (None, Some(reason)) => Err(GpuError::Refused(reason)),
            (None, None) => Ok(()),
        }
    }

    /// Registers a wait, ended by the returned [`Completion`] or by the loss of the device, whichever comes first.
    fn wait(&self) -> (Completion, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        let mut fate = lock(&self.fate);
        let ticket = fate.ticket;
        fate.ticket += 1;
        match &fate.lost {
            // The receiver is right here, so that sending cannot fail.
            Some(reason) => drop(sender.send(Err(GpuError::DeviceLost(reason.clone())))),
            None => drop(fate.waiting.insert(ticket, sender)),
        }
        (Completion { fate: Arc::clone(&self.fate), ticket }, receiver)
    }

    /// Waits until the first `size` bytes of a buffer can be read, but no longer than `limit`.
    ///
    /// Natively this blocks until the device is done; in the browser it waits for the map's callback.
    pub(super) async fn map(&self, buffer: &wgpu::Buffer, size: u64, limit: Duration) -> Outcome {
        let (completion, done) = self.wait();
        buffer.map_async(wgpu::MapMode::Read, ..size, |mapped| {
            completion.report(mapped.map_err(|_| GpuError::Refused("the results could not be read back".into())));
        });
        #[cfg(not(target_family = "wasm"))]
        match self.device.poll(wgpu::PollType::Wait { submission_index: None, timeout: Some(limit) }) {
            Ok(_) => {}
            Err(wgpu::PollError::Timeout) => return Err(patience::silent(ANSWER, limit)),
            Err(error) => {
                self.check()?;
                return Err(GpuError::Refused(error.to_string()));
            }
        }
        match within(limit, ANSWER, done).await? {
            Ok(Ok(())) => Ok(()),
            // An error scope or the loss of the device says more than a failed map.
            Ok(Err(error)) => self.check().and(Err(error)),
            Err(_) => self.check().and(Err(GpuError::DeviceLost("it stopped answering".into()))),
        }
    }

    /// What the device's compiler has against a source, if anything.
    pub async fn fault(&self, source: &str) -> Option<Fault> {
        let mut module = None;
        let compiled = self.scoped(|device| {
            let descriptor =
                wgpu::ShaderModuleDescriptor { label: Some("edited"), source: wgpu::ShaderSource::Wgsl(source.into()) };
            module = Some(device.create_shader_module(descriptor));
        });
        let reason = compiled.await.err()?;
        let messages = module?.get_compilation_info().await.messages;
        let first = messages.into_iter().find(|m| m.message_type == wgpu::CompilationMessageType::Error);
        let Some(first) = first else { return Some(Fault::of(&reason)) };
        let place = first.location.and_then(|location| {
            let line = source.lines().nth(location.line_number.checked_sub(1)? as usize)?;
            let before = line.get(..(location.line_position as usize).saturating_sub(1)).unwrap_or_default();
            let marked = source.get(location.offset as usize..(location.offset + location.length) as usize);
            let length = marked.and_then(|marked| marked.lines().next()).map_or(0, |marked| marked.chars().count());
            Some(SourcePlace { line: location.line_number as usize, column: before.chars().count() + 1, length })
        });
        Some(Fault { message: first.message, notes: Vec::new(), place })
    }

    /// Runs `make` under error scopes.
    ///
    /// # Errors
    /// What `make` provoked, as text. The future may be awaited later and in any order.
    pub(super) fn scoped<T: 'static>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> Scoped<T> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make(&self.device);
        let (validation, memory) = (validation.pop(), memory.pop());
        Box::pin(async move {
            let (validation, memory) = (validation.await, memory.await);
            validation.or(memory).map_or(Ok(made), |error| Err(describe(&error)))
        })
    }
}

/// What was made under error scopes, once the device has said whether it is good.
type Scoped<T> = Pin<Box<dyn Future<Output = Result<T, String>>>>;

/// Ends the wait that [`Device::wait`] registered.
struct Completion {
    fate: Arc<Mutex<Fate>>,
    ticket: u64,
}

impl Completion {
    /// Reports the outcome, unless the device's loss was reported before.
    fn report(self, outcome: Outcome) {
        if let Some(waiting) = lock(&self.fate).waiting.remove(&self.ticket) {
            // Nobody listens any more if the run's future was dropped.
            let _ = waiting.send(outcome);
        }
    }
}

impl Fate {
    fn lose(&mut self, reason: String) {
        let reason = self.lost.get_or_insert(reason).clone();
        for waiting in std::mem::take(&mut self.waiting).into_values() {
            let _ = waiting.send(Err(GpuError::DeviceLost(reason.clone())));
        }
    }
}

/// Why there is no adapter, for people: wgpu's own words list what it was compiled with.
fn no_adapter(error: &wgpu::RequestAdapterError) -> String {
    match error {
        wgpu::RequestAdapterError::NotFound { .. } if is_insecure() => {
            "browsers offer it only to pages opened over https, and this one came over plain http".to_owned()
        }
        wgpu::RequestAdapterError::NotFound { .. } if cfg!(target_family = "wasm") => {
            "this browser offers pages no GPU".to_owned()
        }
        wgpu::RequestAdapterError::NotFound { .. } => "no GPU was found".to_owned(),
        error => error.to_string(),
    }
}

/// Whether this runs in a page that browsers keep WebGPU from since it was not opened safely.
#[cfg(target_family = "wasm")]
fn is_insecure() -> bool {
    let secure = js_sys::Reflect::get(&js_sys::global(), &"isSecureContext".into());
    secure.ok().and_then(|secure| secure.as_bool()) == Some(false)
}

#[cfg(not(target_family = "wasm"))]
fn is_insecure() -> bool {
    false
}

/// The first line that says something: wgpu's own description is a chain of causes.
fn describe(error: &wgpu::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A panic elsewhere leaves the state whole: every change is one assignment.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
