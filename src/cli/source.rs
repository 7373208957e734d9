//! Where a network comes from: the one in the program, a name with its weights, or a file.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::Model;
use crate::nn::known::{self, KnownNetwork};
use crate::nn::network::Network;

/// The network that the project ships, by its name and with its weights.
pub const SHIPPED: (&str, &[u8]) =
    ("lambda_resnet_mini", include_bytes!("../../www/weights/lambda_resnet_mini.safetensors"));

/// The network that the arguments ask for.
///
/// # Errors
/// If its weights are not at hand, or do not make the network that was named.
pub fn network(model: &Model) -> Result<Network> {
    let name = model.model.as_deref().unwrap_or(SHIPPED.0);
    let known = known::find(name);
    if known.is_none() && name != SHIPPED.0 {
        let path = Path::new(name);
        ensure!(
            path.exists(),
            "`{name}` is neither a file nor a network known by name (`models` lists them: {}, {})",
            SHIPPED.0,
            known::KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(", ")
        );
        ensure!(
            model.weights.is_none(),
            "--model is the weights file {name} already, so that --weights is one too many"
        );
        return read(path);
    }
    let network = match (&model.weights, known) {
        (Some(weights), _) => read(weights)?,
        (None, None) => Network::from_safetensors(SHIPPED.1).context("cannot use the network in this program")?,
        (None, Some(known)) => match downloaded(known) {
            Some(path) => read(&path)?,
            None => bail!(
                "the weights of {name} are not on this machine: fetch {} ({:.0} MB) and name the file with --weights",
                known.url(),
                known.bytes as f64 / 1e6
            ),
        },
    };
    let found = &network.description.name;
    ensure!(found == name, "the weights are those of `{found}`, expected those of `{name}`");
    Ok(network)
}

fn read(path: &Path) -> Result<Network> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Network::from_safetensors(&bytes).with_context(|| format!("cannot use {}", path.display()))
}

/// The file where the hub's own tools keep it, if they have fetched it.
fn downloaded(known: &KnownNetwork) -> Option<PathBuf> {
    let hub = env::var_os("HF_HUB_CACHE").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HF_HOME").map(PathBuf::from);
        Some(home.or_else(|| Some(env::home_dir()?.join(".cache/huggingface")))?.join("hub"))
    })?;
    let snapshots = hub.join(format!("models--{}", known.hub.replace('/', "--"))).join("snapshots");
    let file = |entry: fs::DirEntry| Some(entry.path().join(known.file)).filter(|path| path.is_file());
    fs::read_dir(snapshots).ok()?.filter_map(|entry| file(entry.ok()?)).next()
}
