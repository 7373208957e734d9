//! The worker's loop: what occupies the thread, one piece at a time. Of several waiting pictures only the latest runs.

use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent};

use super::answer::{Given, Wanted, answer};
use super::hub;
use super::job::{Job, LoadedWeights};
use super::loads::{Loads, known, offer, report};
use super::scope::{post, read, scope};
use super::shaders;
use super::what_if::{Question, what_if};
use lambdascope_core::catalogue::Source;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::nn::network::Network;
use lambdascope_engine::{Edited, Engine, Seen};
use lambdascope_protocol::{LoadStep, Request, Response};

/// Listens for requests; returns at once.
pub fn start() {
    let (jobs, waiting) = unbounded();
    let loads = Loads::new(jobs.clone());
    let listener = {
        let loads = Rc::clone(&loads);
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match read(&event) {
            Ok((request, file)) => take(&loads, &jobs, request, file),
            Err(error) => post(&Response::Failed {
                message: format!("The page and its engine are different versions ({error}). Reload the page."),
            }),
        })
    };
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    post(&Response::Started);
    spawn_local(serve(waiting, loads));
}

/// Begins at once what does not occupy the thread, and queues the rest.
fn take(loads: &Rc<Loads>, jobs: &UnboundedSender<Job>, request: Request, file: Option<Blob>) {
    // The receiver lives as long as the worker.
    let queue = |id, picture| drop(jobs.unbounded_send(Job::Answer(Wanted { id, picture })));
    match request {
        Request::Start { choice, network } => loads.start(choice, network),
        Request::Load { id, source } => loads.begin(id, source, file),
        Request::CancelLoad { id } => loads.cancel(id),
        Request::Remove { name } => spawn_local(async move {
            if let Some(known) = known(&name) {
                hub::remove(known).await;
            }
            offer().await;
        }),
        Request::Classify { id, region } => queue(id, Given::Own { file, region }),
        Request::ClassifySample { id, file } => queue(id, Given::Sample(file)),
        Request::WhatIf { id, answer, edits, picture } => {
            drop(jobs.unbounded_send(Job::WhatIf(Question { id, answer, edits, picture })));
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
    seen: Option<Seen>,
    /// The network as it was changed last.
    twin: Option<Edited>,
}

async fn serve(mut waiting: UnboundedReceiver<Job>, loads: Rc<Loads>) {
    let mut running = None;
    while let Ok(job) = waiting.recv().await {
        // Let messages that already wait be delivered, so that the latest picture wins.
        TimeoutFuture::new(0).await;
        let (mut loaded, mut wanted, mut question) = (None, None, None);
        let (mut layer, mut checked, mut edited) = (None, None, None);
        let mut next = Some(job);
        while let Some(job) = next {
            match job {
                Job::Build(built) => loaded = Some(built),
                Job::Answer(picture) => wanted = Some(picture),
                Job::WhatIf(asked) => question = Some(asked),
                Job::Shaders(asked) => layer = Some(asked),
                Job::CheckShader(edit) => checked = Some(edit),
                Job::RunShader(edit) => edited = Some(edit),
            }
            next = waiting.try_recv().ok();
        }
        if let Some(loaded) = loaded.filter(|loaded| loads.is_current(loaded.load)) {
            replace(&mut running, loaded, &loads).await;
        }
        let Some(Running { engine, load, seen, twin }) = &mut running else { continue };
        if let Some(wanted) = wanted {
            *seen = answer(engine, *load, wanted).await.or(seen.take());
        }
        if let Some(question) = question {
            what_if(engine, seen.as_ref(), twin, question).await;
        }
        if let Some(layer) = layer {
            shaders::text(engine, *load, layer);
        }
        if let Some(edit) = checked {
            shaders::check(engine, &edit);
        }
        if let Some(edit) = edited {
            shaders::run(engine, seen.as_ref(), edit).await;
        }
    }
}

/// Puts the network that arrived in the place of the present one, unless it cannot be used.
async fn replace(running: &mut Option<Running>, loaded: LoadedWeights, loads: &Rc<Loads>) {
    let (load, source) = (loaded.load, loaded.source.clone());
    match build(loaded, loads).await {
        // It can be given up while shaders compile.
        Ok(_) if !loads.is_current(load) => {}
        Ok((engine, card)) => {
            loads.end();
            post(&Response::Ready { load, source, card, report: engine.report().clone() });
            *running = Some(Running { engine, load, seen: None, twin: None });
        }
        Err(message) => loads.failed(load, source, message),
    }
}

async fn build(loaded: LoadedWeights, loads: &Loads) -> Result<(Engine, NetworkCard), String> {
    let LoadedWeights { load, source, file, fetched } = loaded;
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
    let engine = Engine::new(network, loads.choice()).await.map_err(|e| match source {
        Source::Shipped { .. } if load == 0 => format!("The engine cannot start with {title}: {e}."),
        _ => format!("{title} cannot run here: {e}."),
    })?;
    let card = NetworkCard::new(engine.network(), engine.graph(), length, sha256);
    Ok((engine, card))
}
