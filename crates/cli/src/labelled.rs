//! Folders of class folders: pictures whose class is known, and how high a network ranks it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::source::Model;
use lambdascope_engine::ranked_softmax;

/// The arguments of commands that measure over such a folder.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub model: Model,
    /// The folder: DIR/<class>/*.{webp,jpg,jpeg,png}. A class is one of the network's labels (case is ignored, and `_`
    /// counts as a space) or its index.
    #[arg(long)]
    pub data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Every picture below `data` with its class's index, in a fixed order: DIR/<class>/*.{webp,jpg,jpeg,png}. A class is one
/// of the network's labels (case is ignored, and `_` counts as a space) or its index.
///
/// # Errors
/// If a folder cannot be listed or is not named after a class, or there is no picture.
pub fn labelled_files(data: &Path, labels: &[String]) -> Result<Vec<(PathBuf, usize)>> {
    let plain = |label: &str| label.replace('_', " ").to_lowercase();
    let class_of = |folder: &str| {
        let named = labels.iter().position(|label| plain(label) == plain(folder));
        named.or_else(|| folder.parse().ok().filter(|index| *index < labels.len()))
    };
    let mut files = Vec::new();
    let folders = fs::read_dir(data).with_context(|| format!("cannot list {}", data.display()))?;
    for folder in folders {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        let Some(label) = class_of(&folder.file_name().unwrap_or_default().to_string_lossy()) else {
            let some = labels.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!(
                "the folder {} is not named after any of the network's {} classes ({some} …)",
                folder.display(),
                labels.len()
            );
        };
        for file in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = file?.path();
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if ["webp", "jpg", "jpeg", "png"].contains(&extension.as_str()) {
                files.push((path, label));
            }
        }
    }
    ensure!(!files.is_empty(), "{} contains no class folder with pictures", data.display());
    files.sort();
    Ok(files)
}

/// At which place of the network's classes, the most probable one at 0, a picture's own class comes.
pub fn rank_of(label: usize, logits: &[f32]) -> usize {
    ranked_softmax(logits).iter().position(|(class, _)| *class == label).unwrap_or(usize::MAX)
}
