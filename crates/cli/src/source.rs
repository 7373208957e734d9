//! Where a network comes from: the family in the program, a name with its weights, or a file.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use include_dir::{Dir, include_dir};

use lambdascope_core::catalogue::family;
use lambdascope_core::catalogue::family::Member;
use lambdascope_core::nn::known;
use lambdascope_core::nn::known::KnownNetwork;
use lambdascope_core::nn::network::{Network, sha256};
use lambdascope_core::picture::Preprocessing;

use crate::terminal::note;

/// Which network.
#[derive(clap::Args, Clone)]
pub struct Model {
    /// A name that `models` lists, or a weights file; by default, the first network that `models` lists.
    #[arg(long)]
    pub model: Option<String>,
    /// A weights file for the network named by --model, in place of the one in the program, if it has one.
    #[arg(long)]
    pub weights: Option<PathBuf>,
}

/// The weights of the networks that the project ships, as they lie beside the page.
static WEIGHTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../www/weights");

/// The networks that the project ships, the one that runs where none is named first.
///
/// # Errors
/// If the program was built with a broken list of them.
pub fn shipped() -> Result<&'static [Member]> {
    Ok(family::family()?)
}

/// The bytes of a weights file, and where they were found.
pub struct WeightsFile {
    bytes: Cow<'static, [u8]>,
    place: String,
    /// The network that they must be of, if one was named.
    name: Option<String>,
}

impl WeightsFile {
    /// Reads a file.
    fn read(path: &Path, name: Option<&str>) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { bytes: bytes.into(), place: path.display().to_string(), name: name.map(str::to_owned) })
    }

    /// One of [`shipped`], from the program itself.
    fn in_program(member: &Member) -> Result<Self> {
        let file = WEIGHTS.get_file(&member.file);
        let file = file.with_context(|| format!("this program was built without {}", member.file))?;
        let place = format!("{} in this program", member.file);
        Ok(Self { bytes: file.contents().into(), place, name: Some(member.name.clone()) })
    }

    /// Its SHA-256, lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }

    /// Its network. What was chosen in the file or left out of it is said on stderr.
    ///
    /// # Errors
    /// If the file cannot be used, or is of another network than the one that was named.
    pub fn network(&self) -> Result<Network> {
        let network = Network::from_safetensors(&self.bytes).with_context(|| format!("cannot use {}", self.place))?;
        let found = &network.description.name;
        if let Some(name) = &self.name {
            ensure!(found == name, "the weights are those of `{found}`, expected those of `{name}`");
        }
        network.notes().iter().for_each(note);
        Ok(network)
    }
}

/// One of [`shipped`], from the program itself.
///
/// # Errors
/// If the program was built without its weights, or with broken ones.
pub fn from_program(member: &Member) -> Result<Network> {
    WeightsFile::in_program(member)?.network()
}

/// The network that the arguments ask for.
///
/// # Errors
/// If its weights are not at hand, or do not make the network that was named.
pub fn network(model: &Model) -> Result<Network> {
    weights_file(model)?.network()
}

/// How the network that the arguments ask for takes a picture. A network known by name needs no weights for that.
///
/// # Errors
/// As [`network`], where weights are needed.
pub fn preprocessing(model: &Model) -> Result<Preprocessing> {
    let known = model.model.as_deref().filter(|_| model.weights.is_none()).and_then(known::find);
    match known {
        Some(known) => Ok(known.preprocessing()),
        None => Ok(network(model)?.description.input),
    }
}

/// The weights file that the arguments ask for.
///
/// # Errors
/// If it is not at hand.
pub fn weights_file(model: &Model) -> Result<WeightsFile> {
    let family = shipped()?;
    let name = model.model.as_deref().or(family.first().map(|member| member.name.as_str())).unwrap_or_default();
    let (known, member) = (known::find(name), family::find(name));
    match (&model.weights, member, known) {
        (weights, None, None) => {
            let path = Path::new(name);
            ensure!(
                path.exists(),
                "`{name}` is neither a file nor a network known by name (`models` lists them: {}, {})",
                family.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(", "),
                known::KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(", ")
            );
            ensure!(
                weights.is_none(),
                "--model already names the weights file {name}, so --weights must not be given as well"
            );
            WeightsFile::read(path, None)
        }
        (Some(weights), ..) => WeightsFile::read(weights, Some(name)),
        (None, Some(member), _) => WeightsFile::in_program(member),
        (None, None, Some(known)) => match downloaded(known) {
            Some(path) => WeightsFile::read(&path, Some(name)),
            None => bail!(
                "the weights of {name} are not on this machine: fetch {} ({:.0} MB) and give the file with --weights",
                known.url(),
                known.bytes as f64 / 1e6
            ),
        },
    }
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
