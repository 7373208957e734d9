//! A worker as a laboratory: it loads no network, and times layers one after the other. The page ends the whole worker where a
//! measurement is not wanted any more, and with it goes all that was made for it.

use futures_channel::mpsc::{UnboundedSender, unbounded};
use wasm_bindgen_futures::spawn_local;

use super::cpu;
use super::scope::post;
use lambdascope_core::backend::{Backend, CpuWish};
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_engine::cost::Lab;
use lambdascope_protocol::Response;

/// Bytes that a layer may take on the CPU: browsers give a module 4 GiB at most, and few devices have that to spare.
const MEMORY: u64 = 1_500_000_000;

/// A measurement that waits for its turn.
pub struct Measurement {
    /// Which layer.
    pub contestant: Contestant,
    /// Its sizes.
    pub setting: Setting,
    /// Maps that a time is of.
    pub batch: usize,
}

/// Opens the laboratory, and says so or why not; what is sent is measured from then on.
pub fn open(backend: Backend, wish: CpuWish) -> UnboundedSender<Measurement> {
    let (sender, mut waiting) = unbounded();
    spawn_local(async move {
        let mut lab = match lab(backend, wish).await {
            Ok(lab) => lab,
            Err(message) => return post(&Response::LabClosed { message }),
        };
        post(&Response::LabOpen { device: lab.device() });
        while let Ok(Measurement { contestant, setting, batch }) = waiting.recv().await {
            post(&Response::Measured(Box::new(lab.measure(contestant, &setting, batch).await)));
        }
    });
    sender
}

async fn lab(backend: Backend, wish: CpuWish) -> Result<Lab, String> {
    match backend {
        Backend::Cpu => cpu::start(wish).await.map(|()| Lab::on_cpu(MEMORY)),
        Backend::Gpu => Lab::on_gpu().await.map_err(|error| format!("There is no GPU to measure on: {error}.")),
    }
}
