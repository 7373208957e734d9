//! The worker's loop: what occupies the thread, one piece at a time. Of several waiting pictures only the latest runs.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent};

use super::answer::{Given, Looked, Wanted, answer};
use super::beside::Beside;
use super::cpu;
use super::frames::Frame;
use super::hub;
use super::job::{Job, LoadedWeights, ReadyNetwork, Slot};
use super::lab;
use super::lab::Measurement;
use super::loads::{Loads, known, offer, report};
use super::resize::{Size, resize};
use super::scope::{post, read, scope};
use super::shaders;
use super::shipped;
use super::ways;
use super::what_if::{Question, what_if};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::Source;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::network::Network;
use lambdascope_engine::{Candidate, Edited, Engine, Pace};
use lambdascope_protocol::{LoadStep, Request, Response};

/// Listens for requests; returns at once.
pub fn start() {
    let (jobs, waiting) = unbounded();
    let loads = Loads::new(jobs.clone());
    let (given, kernels) = oneshot::channel();
    let given = Cell::new(Some(given));
    let mut lab = None;
    let listener = {
        let (loads, jobs) = (Rc::clone(&loads), jobs.clone());
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match read(&event) {
            Ok((request, enclosed)) => take(&loads, &jobs, &given, &mut lab, request, enclosed),
            Err(error) => post(&Response::Failed {
                message: format!("The page and its engine are different versions ({error}). Reload the page."),
            }),
        })
    };
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    post(&Response::Started);
    spawn_local(async move {
        match kernels.await {
            Ok(Err(message)) => post(&Response::Failed { message }),
            // It is given before the listener goes.
            _ => serve(waiting, jobs, loads).await,
        }
    });
}

/// Begins at once what does not occupy the thread, and queues the rest.
fn take(
    loads: &Rc<Loads>,
    jobs: &UnboundedSender<Job>,
    kernels: &Cell<Option<oneshot::Sender<Result<(), String>>>>,
    lab: &mut Option<UnboundedSender<Measurement>>,
    request: Request,
    enclosed: JsValue,
) {
    let file = enclosed.dyn_ref::<Blob>().cloned();
    // The receiver lives as long as the worker.
    let queue = |id, picture| drop(jobs.unbounded_send(Job::Answer(Wanted { id, picture })));
    match request {
        Request::Start { choice, network, cpu } => {
            loads.start(choice, network);
            // They come while the network does.
            if let Some(kernels) = kernels.take() {
                spawn_local(async move { drop(kernels.send(cpu::start(cpu).await)) });
            }
        }
        Request::Load { id, source } => loads.begin(Slot::Main, id, source, file),
        Request::LoadBeside { id, source } => loads.begin(Slot::Beside, id, source, file),
        Request::AnswerBeside { answer } => drop(jobs.unbounded_send(Job::Beside { answer })),
        Request::EndBeside => {
            loads.end(Slot::Beside);
            drop(jobs.unbounded_send(Job::EndBeside));
        }
        Request::CancelLoad { id } => loads.cancel(id),
        Request::Backend { choice } => {
            loads.choose(choice);
            drop(jobs.unbounded_send(Job::Choose(choice)));
        }
        Request::Remove { name } => spawn_local(async move {
            if let Some(known) = known(&name) {
                hub::remove(known).await;
            }
            offer().await;
        }),
        Request::KeepNetworks => spawn_local(async {
            shipped::keep_all(offer).await;
            // The page's default may have come with the page's files.
            offer().await;
        }),
        Request::Classify { id, region } => queue(id, Given::Own { file, region }),
        Request::ClassifySample { id, file } => queue(id, Given::Sample(file)),
        Request::Frame { id, mirrored } => match enclosed.dyn_into() {
            Ok(bitmap) => queue(id, Given::Frame(Rc::new(Frame::new(bitmap, mirrored)))),
            Err(_) => post(&Response::PictureFailed {
                id,
                message: "A frame did not reach the engine.".into(),
                is_file: false,
            }),
        },
        Request::WhatIf { id, answer, edits, picture } => {
            drop(jobs.unbounded_send(Job::WhatIf(Question { id, answer, edits, picture })));
        }
        Request::Evidence { answer, class } => drop(jobs.unbounded_send(Job::Evidence { answer, class })),
        Request::Resize { answer, side, layer } => {
            drop(jobs.unbounded_send(Job::Resize(Size { answer, side, layer })));
        }
        Request::OpenLab { backend, cpu } => {
            lab.get_or_insert_with(|| lab::open(backend, cpu));
        }
        Request::Measure { contestant, setting, batch } => {
            if let Some(lab) = lab {
                // It takes what is sent as long as the worker lives.
                drop(lab.unbounded_send(Measurement { contestant, setting, batch }));
            }
        }
        Request::LayerShaders { layer } => drop(jobs.unbounded_send(Job::Shaders(layer))),
        Request::CheckShader(edit) => drop(jobs.unbounded_send(Job::CheckShader(edit))),
        Request::RunShader(edit) => drop(jobs.unbounded_send(Job::RunShader(edit))),
    }
}

/// The engine, and the load that its network came with.
struct Running {
    engine: Engine,
    load: u64,
    looked: Option<Looked>,
    /// The network as it was changed last.
    twin: Option<Edited>,
    /// What the network took at another size.
    pace: Option<Pace>,
}

/// What the loop holds beside the engine.
struct Desk {
    loads: Rc<Loads>,
    jobs: UnboundedSender<Job>,
    /// Trials of a GPU that were begun; the last one counts.
    trials: u64,
}

async fn serve(mut waiting: UnboundedReceiver<Job>, jobs: UnboundedSender<Job>, loads: Rc<Loads>) {
    let mut desk = Desk { loads, jobs, trials: 0 };
    let mut running = None;
    let mut second = None;
    while let Ok(job) = waiting.recv().await {
        // Let messages that already wait be delivered, so that the latest picture wins.
        TimeoutFuture::new(0).await;
        let (mut loaded, mut ready, mut wanted, mut question) = (None, None, None, None);
        let (mut loaded_second, mut beside) = (None, None);
        let (mut chosen, mut tried) = (None, None);
        let (mut layer, mut checked, mut edited, mut size) = (None, None, None, None);
        let mut classes = Vec::new();
        let mut next = Some(job);
        while let Some(job) = next {
            match job {
                Job::Build(built) if built.slot == Slot::Beside => loaded_second = Some(built),
                Job::Build(built) => loaded = Some(built),
                Job::Replace(network) => ready = Some(network),
                Job::Choose(choice) => chosen = Some(choice),
                Job::Tried { trial, candidate } if trial == desk.trials => tried = Some(candidate),
                Job::Tried { .. } => {}
                Job::Answer(picture) => wanted = Some(picture),
                Job::WhatIf(asked) => question = Some(asked),
                Job::Beside { answer } => beside = Some(answer),
                Job::EndBeside => second = None,
                Job::Evidence { answer, class } => classes.push((answer, class)),
                Job::Resize(asked) => size = Some(asked),
                Job::Shaders(asked) => layer = Some(asked),
                Job::CheckShader(edit) => checked = Some(edit),
                Job::RunShader(edit) => edited = Some(edit),
            }
            next = waiting.try_recv().ok();
        }
        if let Some(loaded) = loaded.filter(|loaded| desk.loads.is_current(loaded.load)) {
            ready = desk.build(loaded).await.or(ready);
        }
        if let Some(ready) = ready.filter(|ready| desk.loads.is_current(ready.load)) {
            running = Some(desk.replace(*ready));
        }
        if let Some(loaded) = loaded_second.filter(|loaded| desk.loads.is_current(loaded.load)) {
            // Three networks would be one too many.
            drop(second.take());
            second = desk.build_second(loaded).await;
        }
        let Some(running) = &mut running else { continue };
        if let Some(choice) = chosen {
            desk.choose(running, choice);
        }
        if let Some(candidate) = tried {
            desk.settle(running, *candidate).await;
        }
        let Running { engine, load, looked, twin, pace } = running;
        if let Some(wanted) = wanted {
            *looked = answer(engine, *load, wanted).await.or(looked.take());
        }
        if let (Some(second), Some(answer)) = (&mut second, beside) {
            second.answer(engine, looked.as_ref(), answer).await;
        }
        let seen = looked.as_ref().map(|looked| &looked.seen);
        if let Some(seen) = seen {
            // Of another picture nobody wants it any more.
            let classes = classes.into_iter().filter(|(answer, _)| *answer == seen.id).map(|(_, class)| class);
            for evidence in engine.evidence(&seen.features, &seen.logits, classes).classes {
                post(&Response::Evidence { answer: seen.id, evidence });
            }
        }
        if let Some(question) = question {
            what_if(engine, seen, twin, question).await;
        }
        if let Some(size) = size {
            resize(engine, looked.as_ref(), pace, size).await;
        }
        if let Some(layer) = layer {
            shaders::text(engine, *load, layer).await;
        }
        if let Some(edit) = checked {
            shaders::check(engine, &edit).await;
        }
        if let Some(edit) = edited {
            shaders::run(engine, seen, edit).await;
        }
    }
}

impl Desk {
    /// Builds a network on the CPU, where it can answer at once. One whose visitor asked for the GPU is not ready before that
    /// is; it comes back as a job of its own, and the present network goes on answering.
    async fn build(&self, loaded: LoadedWeights) -> Option<Box<ReadyNetwork>> {
        let (load, source) = (loaded.load, loaded.source.clone());
        match build(loaded).await {
            Ok(mut ready) if self.loads.choice().is_gpu() => {
                let (jobs, choice) = (self.jobs.clone(), self.loads.choice());
                spawn_local(async move {
                    let candidate = ways::tried(ready.engine.candidate(choice.halves())).await;
                    // Where the GPU cannot be used, the engine's report says why.
                    let _ = ready.engine.settle(choice, candidate).await;
                    drop(jobs.unbounded_send(Job::Replace(ready)));
                });
                None
            }
            Ok(ready) => Some(ready),
            Err(message) => {
                self.loads.failed(load, source, message);
                None
            }
        }
    }

    /// Builds a second network.
    async fn build_second(&self, loaded: LoadedWeights) -> Option<Beside> {
        let (load, source) = (loaded.load, loaded.source.clone());
        match build(loaded).await {
            Ok(ready) => {
                self.loads.end(Slot::Beside);
                Some(Beside::new(*ready))
            }
            Err(message) => {
                self.loads.failed(load, source, message);
                None
            }
        }
    }

    /// Puts a network in the place of the present one. Where the backend is for the engine to choose, the GPU is tried from
    /// now on.
    fn replace(&mut self, ReadyNetwork { load, source, mut engine, card }: ReadyNetwork) -> Running {
        self.loads.end(Slot::Main);
        let choice = self.loads.choice();
        match choice {
            BackendChoice::Auto => engine.take_cpu(TRYING.into()),
            // It may have been chosen while the GPU was being started.
            BackendChoice::Cpu => engine.take_cpu(REQUESTED.into()),
            BackendChoice::Gpu | BackendChoice::GpuHalves => {}
        }
        let (notes, report) = (engine.network().notes().to_vec(), engine.report().clone());
        post(&Response::Ready { load, source, card, notes, report });
        // A trial for the network before this one counts no more.
        self.trials += 1;
        if choice == BackendChoice::Auto {
            self.try_gpu(&engine);
        }
        Running { engine, load, looked: None, twin: None, pace: None }
    }

    /// Goes over to the visitor's backend; to a GPU once that has been tried.
    fn choose(&mut self, running: &mut Running, choice: BackendChoice) {
        self.trials += 1;
        if choice == BackendChoice::Cpu {
            running.engine.take_cpu(REQUESTED.into());
            self.settled(running);
        } else {
            self.try_gpu(&running.engine);
        }
    }

    /// Starts a GPU for the engine's network; what comes of it arrives as a job.
    fn try_gpu(&self, engine: &Engine) {
        let (trial, jobs, candidate) = (self.trials, self.jobs.clone(), engine.candidate(self.loads.choice().halves()));
        spawn_local(async move {
            let candidate = Box::new(ways::tried(candidate).await);
            drop(jobs.unbounded_send(Job::Tried { trial, candidate }));
        });
    }

    /// Takes what came of a trial.
    async fn settle(&self, running: &mut Running, candidate: Result<Candidate, String>) {
        // Where the GPU cannot be used, the engine's report says why.
        let _ = running.engine.settle(self.loads.choice(), candidate).await;
        self.settled(running);
    }

    fn settled(&self, Running { engine, load, twin, pace, .. }: &mut Running) {
        // They are of the other backend.
        (*twin, *pace) = (None, None);
        post(&Response::Backend { load: *load, report: engine.report().clone() });
    }
}

/// The reason for the CPU as long as the GPU is being tried.
const TRYING: &str = "The CPU answers while the GPU is being started and checked.";

/// The reason for the CPU where the visitor chose it.
const REQUESTED: &str = "The CPU was requested.";

async fn build(LoadedWeights { load, source, file, fetched, .. }: LoadedWeights) -> Result<Box<ReadyNetwork>, String> {
    let mut progress = report(load);
    progress(LoadStep::Checking, 0, 0);
    let network = Network::from_safetensors(&file.bytes).map_err(|error| match &source {
        Source::Shipped { name } | Source::Known { name } => format!("What arrived as {name} cannot be used: {error}."),
        Source::File { name } => format!("{name} cannot be used: {error}."),
    })?;
    if let Source::Known { name } = &source
        && network.description.name != *name
    {
        let found = &network.description.title;
        return Err(format!("What arrived as {name} cannot be used: it is another network, {found}."));
    }
    if let (true, Source::Known { name }) = (fetched, &source)
        && let Some(known) = known(name)
    {
        if !hub::keep(known, &file).await {
            post(&Response::Notice {
                message: format!(
                    "{} could not be kept in this browser: it has no room or stores nothing.",
                    known.title
                ),
            });
        }
        offer().await;
    }
    let (length, sha256) = (file.bytes.len() as u64, file.sha256);
    // The engine holds the numbers now.
    drop(file.bytes);
    progress(LoadStep::Warming, 0, 0);
    let title = network.description.title.clone();
    let side = network.description.input.crop;
    let engine = Engine::on_cpu(network, [side; 2]).map_err(|e| match &source {
        Source::Shipped { .. } if load == 0 => format!("The engine cannot start with {title}: {e}."),
        _ => format!("{title} cannot run here: {e}."),
    })?;
    let card = NetworkCard::new(engine.network(), engine.graph(), length, sha256);
    Ok(Box::new(ReadyNetwork { load, source, engine, card }))
}
