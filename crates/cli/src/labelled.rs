//! Folders of class folders: pictures whose class is known, and how high a network ranks it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::source::Model;
use crate::terminal::note;
use lambdascope_core::nn::imagenet;
use lambdascope_engine::ranked_softmax;

/// The arguments of commands that measure over such a folder.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub model: Model,
    /// The folder: DIR/<class>/*.{webp,jpg,jpeg,png,gif,bmp}. A class is one of the network's labels (case is ignored, and
    /// `_` counts as a space), the WordNet id of such a label in ImageNet or Imagenette (n03028079 is its church), or its
    /// index. What is hidden or left behind by file managers and notebooks (`._*`, `.DS_Store`, `.ipynb_checkpoints`,
    /// `__MACOSX`, `Thumbs.db` …) and what is named otherwise is passed over, and counted.
    #[arg(long)]
    pub data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What the names of pictures end with.
const PICTURES: [&str; 6] = ["webp", "jpg", "jpeg", "png", "gif", "bmp"];

/// What file managers, and the disks of network servers, leave behind besides hidden files; in lower case.
const LEFTOVERS: [&str; 7] =
    ["__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "system volume information"];

/// The pictures of a folder.
#[derive(Debug)]
pub struct Labelled {
    /// Every picture with its class's index, in a fixed order.
    pub files: Vec<(PathBuf, usize)>,
    /// How many files were passed over: leftovers, and what is not named as a picture or lies in no class folder.
    pub passed_over: usize,
}

/// Every picture below `data`, as [`Arguments::data`] says, for a network of these labels. How many files were passed over
/// is said on stderr.
///
/// # Errors
/// If a folder cannot be listed or is not named after a class, or there is no picture.
pub fn labelled_files(data: &Path, labels: &[String]) -> Result<Labelled> {
    let found = list(data, labels)?;
    let (count, formats) = (found.passed_over, PICTURES.join(", "));
    if count > 0 {
        let (files, were) = if count == 1 { ("file", "was") } else { ("files", "were") };
        note(format!(
            "{count} {files} in {} {were} passed over: hidden, a leftover or no picture by name ({formats})",
            data.display()
        ));
    }
    ensure!(!found.files.is_empty(), "{} contains no class folder with pictures ({formats})", data.display());
    Ok(found)
}

fn list(data: &Path, labels: &[String]) -> Result<Labelled> {
    let mut found = Labelled { files: Vec::new(), passed_over: 0 };
    for folder in entries(data)? {
        if is_leftover(&folder) || !folder.is_dir() {
            found.passed_over += count(&folder)?;
            continue;
        }
        let Some(label) = class_of(&name(&folder), labels) else {
            let some = labels.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!(
                "the folder {} is not named after any of the network's {} classes ({some} …)",
                folder.display(),
                labels.len()
            );
        };
        for path in entries(&folder)? {
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if !is_leftover(&path) && !path.is_dir() && PICTURES.contains(&extension.as_str()) {
                found.files.push((path, label));
            } else {
                found.passed_over += count(&path)?;
            }
        }
    }
    found.files.sort();
    Ok(found)
}

/// The class that a folder is named after.
fn class_of(folder: &str, labels: &[String]) -> Option<usize> {
    let plain = |label: &str| label.replace('_', " ").to_lowercase();
    let called = |name: &str| labels.iter().position(|label| plain(label) == plain(name));
    called(folder)
        .or_else(|| called(imagenet::label_of_synset(folder)?))
        .or_else(|| folder.parse().ok().filter(|index| *index < labels.len()))
}

fn is_leftover(path: &Path) -> bool {
    let name = name(path).to_lowercase();
    name.starts_with('.') || LEFTOVERS.contains(&name.as_str())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a folder holds.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    listed.with_context(|| format!("cannot list {}", folder.display()))
}

/// How many files there are in a folder and below, or 1 for a file. Links are not followed, since they may lead round.
fn count(path: &Path) -> Result<usize> {
    if path.is_symlink() || !path.is_dir() {
        return Ok(1);
    }
    entries(path)?.iter().map(|path| count(path)).sum()
}

/// At which place of the network's classes, the most probable one at 0, a picture's own class comes.
pub fn rank_of(label: usize, logits: &[f32]) -> usize {
    ranked_softmax(logits).iter().position(|(class, _)| *class == label).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_a_label_an_id_or_an_index() {
        let labels = ["chain_saw", "church", "english_springer", "7"].map(str::to_owned);
        for (folder, class) in [
            ("Chain Saw", Some(0)),
            ("n03000684", Some(0)),
            ("n03028079", Some(1)),
            ("n02102040", Some(2)),
            // A label comes before an index.
            ("7", Some(3)),
            ("1", Some(1)),
            ("4", None),
            // Of ImageNet, but none of this network's.
            ("n01440764", None),
            ("n99999999", None),
            ("", None),
        ] {
            assert_eq!(class_of(folder, &labels), class, "{folder}");
        }
        let labels = imagenet::labels();
        assert_eq!([class_of("n01440764", &labels), class_of("n15075141", &labels)], [Some(0), Some(999)]);
    }

    #[test]
    fn leftovers_are_passed_over_and_counted() {
        let folder = tempfile::TempDir::new().unwrap();
        for file in [
            "church/a.JPEG",
            "church/b.gif",
            "n03028079/c.png",
            "tench/d.webp",
            // Ten that are none.
            "church/._a.JPEG",
            "church/.ipynb_checkpoints/a-checkpoint.jpg",
            "church/Thumbs.db",
            "church/notes.txt",
            "church/more/e.png",
            ".DS_Store",
            ".ipynb_checkpoints/sub/f.png",
            "__MACOSX/church/._a.JPEG",
            "@eaDir/church/a.jpg",
            "labels.csv",
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::create_dir(folder.path().join("church/named.png")).unwrap();
        let Labelled { files, passed_over } = list(folder.path(), &["church", "tench"].map(str::to_owned)).unwrap();
        let short = |(path, label): (PathBuf, usize)| {
            (path.strip_prefix(folder.path()).unwrap().to_string_lossy().replace('\\', "/"), label)
        };
        let expected = [("church/a.JPEG", 0), ("church/b.gif", 0), ("n03028079/c.png", 0), ("tench/d.webp", 1)];
        assert_eq!(
            files.into_iter().map(short).collect::<Vec<_>>(),
            expected.map(|(path, label)| (path.to_owned(), label))
        );
        assert_eq!(passed_over, 10);
    }
}
