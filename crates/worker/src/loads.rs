//! Loads under way: weights come while the present networks go on answering; one load a slot at a time, the latest.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::mpsc::UnboundedSender;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal, Blob};

use super::cache::Hashed;
use super::fetch::read_stream;
use super::hub;
use super::job::{Job, LoadedWeights, Slot};
use super::scope::post;
use super::shipped;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family;
use lambdascope_core::catalogue::family::default_source;
use lambdascope_core::nn::known::{KNOWN, KnownNetwork};
use lambdascope_core::text::bytes as amount;
use lambdascope_protocol::{LoadStep, Offers, Response};

/// The largest file of a visitor's that is read, in bytes: its numbers must fit into memory several times over, as f32.
const LARGEST: u64 = 500_000_000;

/// The loads.
pub struct Loads {
    current: RefCell<Vec<Current>>,
    choice: Cell<BackendChoice>,
    jobs: UnboundedSender<Job>,
}

struct Current {
    slot: Slot,
    load: u64,
    // A browser that cannot stop a request lets it run to its end, unheeded.
    stop: Option<AbortController>,
}

impl Loads {
    /// No load; what comes will be sent to `jobs`.
    pub fn new(jobs: UnboundedSender<Job>) -> Rc<Self> {
        Rc::new(Self { current: RefCell::default(), choice: Cell::default(), jobs })
    }

    /// The visitor's backend.
    pub fn choice(&self) -> BackendChoice {
        self.choice.get()
    }

    /// Takes the visitor's backend for this network and those to come.
    pub fn choose(&self, choice: BackendChoice) {
        self.choice.set(choice);
    }

    /// Begins the first load: the network of this name if it lies beside the page or is a public one on this device, else
    /// the page's default.
    pub fn start(self: &Rc<Self>, choice: BackendChoice, network: Option<String>) {
        self.choice.set(choice);
        self.replace(Slot::Main, 0);
        let loads = Rc::clone(self);
        spawn_local(async move {
            let known = network.as_deref().and_then(known);
            let kept = match known {
                Some(known) => hub::kept(known, report(0)).await,
                None => None,
            };
            // Afterwards, since a damaged entry has been dropped by now.
            offer().await;
            match (known, kept) {
                (Some(known), Some(file)) => {
                    let source = Source::Known { name: known.name.into() };
                    loads.loaded(LoadedWeights { slot: Slot::Main, load: 0, source, file, fetched: false });
                }
                _ => {
                    let sibling = network.as_deref().and_then(family::find);
                    let source = sibling.map_or_else(default_source, family::Member::source);
                    loads.begin(Slot::Main, 0, source, None);
                }
            }
        });
    }

    /// Begins a load; the one before it in its slot is given up. `file` is the visitor's own, for [`Source::File`].
    pub fn begin(self: &Rc<Self>, slot: Slot, load: u64, source: Source, file: Option<Blob>) {
        let stop = self.replace(slot, load);
        let loads = Rc::clone(self);
        spawn_local(async move {
            match obtain(load, &source, file, stop.as_ref()).await {
                Ok((file, fetched)) => loads.loaded(LoadedWeights { slot, load, source, file, fetched }),
                Err(message) => loads.failed(load, source, message),
            }
        });
    }

    /// Gives a load up.
    pub fn cancel(&self, load: u64) {
        self.end_where(|current| current.load == load);
    }

    /// Whether this load has neither been given up nor ended.
    pub fn is_current(&self, load: u64) -> bool {
        self.current.borrow().iter().any(|current| current.load == load)
    }

    /// Ends the present load of a slot.
    pub fn end(&self, slot: Slot) {
        self.end_where(|current| current.slot == slot);
    }

    fn end_where(&self, is_it: impl Fn(&Current) -> bool) {
        let ended: Vec<Current> = self.current.borrow_mut().extract_if(.., |current| is_it(current)).collect();
        ended.into_iter().filter_map(|current| current.stop).for_each(|stop| stop.abort());
    }

    /// Ends a load that came to nothing, and says so, unless it was given up. A page that cannot open with the network it
    /// was asked for opens with its default; without that it cannot be.
    pub fn failed(self: &Rc<Self>, load: u64, source: Source, message: String) {
        if !self.is_current(load) {
            return;
        }
        self.cancel(load);
        let opening = load == 0;
        if opening && source == default_source() {
            post(&Response::Failed { message });
            return;
        }
        post(&Response::LoadFailed { load, source, message });
        if opening {
            self.begin(Slot::Main, 0, default_source(), None);
        }
    }

    fn replace(&self, slot: Slot, load: u64) -> Option<AbortSignal> {
        self.end(slot);
        let stop = AbortController::new().ok();
        let signal = stop.as_ref().map(AbortController::signal);
        self.current.borrow_mut().push(Current { slot, load, stop });
        signal
    }

    fn loaded(&self, loaded: LoadedWeights) {
        // The receiver lives as long as the worker.
        drop(self.jobs.unbounded_send(Job::Build(loaded)));
    }
}

/// The public network of exactly this name.
pub fn known(name: &str) -> Option<&'static KnownNetwork> {
    KNOWN.iter().find(|known| known.name == name)
}

/// Posts which networks can be loaded, and which of them are on this device.
pub async fn offer() {
    post(&Response::Networks(Offers { kept: shipped::kept().await, public: hub::offers().await }));
}

/// Posts the progress of a load, in steps that can be seen.
pub fn report(load: u64) -> impl FnMut(LoadStep, u64, u64) {
    let mut last = None;
    move |step, done, total| {
        let seen = (step, done.saturating_mul(200).checked_div(total));
        if last != Some(seen) {
            last = Some(seen);
            post(&Response::Progress { load, step, done, total });
        }
    }
}

/// The weights, and whether they were not on this device before; the error is a sentence.
async fn obtain(
    load: u64,
    source: &Source,
    file: Option<Blob>,
    stop: Option<&AbortSignal>,
) -> Result<(Hashed, bool), String> {
    let mut progress = report(load);
    match source {
        Source::Shipped { name } => {
            family::family().map_err(ToString::to_string)?;
            let member =
                family::find(name).ok_or_else(|| format!("There is no network called {name} beside the page."))?;
            let (file, fetched) = shipped::load(member, stop, progress).await.map_err(|e| e.to_string())?;
            if fetched {
                offer().await;
            }
            Ok((file, fetched))
        }
        Source::Known { name } => {
            let known = known(name).ok_or_else(|| format!("There is no public network called {name}."))?;
            if let Some(file) = hub::kept(known, &mut progress).await {
                return Ok((file, false));
            }
            let bytes = hub::fetch(known, stop, &mut progress).await.map_err(|e| e.to_string())?;
            progress(LoadStep::Checking, 0, 0);
            Ok((Hashed::new(bytes), true))
        }
        Source::File { name } => {
            let file = file.ok_or_else(|| format!("{name} did not reach the engine. Choose it again."))?;
            let size = file.size() as u64;
            if size > LARGEST {
                let (size, largest) = (amount(size), amount(LARGEST));
                return Err(format!(
                    "{name} cannot be used: it has {size}, and only files of up to {largest} can be read."
                ));
            }
            let read = read_stream(&file.stream(), size, LARGEST, |done| progress(LoadStep::Reading, done, size)).await;
            let bytes = read.map_err(|_| format!("{name} could not be read from this device. Choose it again."))?;
            progress(LoadStep::Checking, 0, 0);
            Ok((Hashed::new(bytes), false))
        }
    }
}
