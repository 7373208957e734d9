//! The list of all files of the built page, by content, for its service worker: `www/sw.js` with this list before it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The service worker, in `www/` and in the built page.
const WORKER: &str = "sw.js";

/// The list of networks in the built page, the page's default first.
const NETWORKS: &str = "weights/networks.json";

/// A file of the page as the service worker reads it: its path from the page, its SHA-256 (lower-case hexadecimal), and
/// whether it is kept as soon as the page is.
type Listed = (String, String, bool);

#[derive(Deserialize)]
struct Network {
    file: String,
}

/// Writes the service worker of the page in `dist` from `source`, the file in `www/`.
///
/// # Errors
/// When a file cannot be read or written, or has a name that an address would spell differently.
pub fn write_worker(source: &Path, dist: &Path) -> Result<()> {
    let code = fs::read_to_string(source).with_context(|| format!("cannot read {}", source.display()))?;
    let list = serde_json::to_string(&list(dist)?)?;
    let worker = dist.join(WORKER);
    fs::write(&worker, format!("const FILES = {list};\n\n{code}"))
        .with_context(|| format!("cannot write {}", worker.display()))
}

/// Every file of the page but the service worker, sorted by path. Of the networks only the page's default is kept at once:
/// the others are most of the page's bytes.
fn list(dist: &Path) -> Result<Vec<Listed>> {
    let networks =
        fs::read(dist.join(NETWORKS)).with_context(|| format!("cannot read {NETWORKS} in the built page"))?;
    let networks: Vec<Network> =
        serde_json::from_slice(&networks).with_context(|| format!("{NETWORKS} is no list of networks"))?;
    let others: Vec<String> = networks.iter().skip(1).map(|network| format!("weights/{}", network.file)).collect();
    let mut files = Vec::new();
    for entry in WalkDir::new(dist).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = path_of(dist, entry.path())?;
        if path == WORKER {
            continue;
        }
        let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let at_once = !others.contains(&path);
        files.push((path, hash, at_once));
    }
    Ok(files)
}

/// Where a file lies from the page, as an address says it.
fn path_of(dist: &Path, file: &Path) -> Result<String> {
    let parts: Option<Vec<_>> = file.strip_prefix(dist)?.iter().map(|part| part.to_str()).collect();
    let path = parts.map(|parts| parts.join("/")).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if path.is_empty() || !path.bytes().all(is_plain) {
        bail!("{} has a name that addresses spell differently: expected letters, digits and -_. alone", file.display());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of these files, with the networks `first` and `second`.
    fn page(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let networks = r#"[{"file": "first.safetensors", "bytes": 1}, {"file": "second.safetensors"}]"#;
        for (path, text) in files.iter().chain(&[(NETWORKS, networks)]) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn every_file_but_the_worker_is_listed_by_content_and_only_the_first_network_comes_at_once() {
        let page = page(&[
            ("index.html", "abc"),
            ("sw.js", "the last build's"),
            ("weights/first.safetensors", "1"),
            ("weights/second.safetensors", "2"),
        ]);
        let list = list(page.path()).unwrap();
        let found: Vec<_> = list.iter().map(|(path, _, at_once)| (path.as_str(), *at_once)).collect();
        let expected = [
            ("index.html", true),
            ("weights/first.safetensors", true),
            (NETWORKS, true),
            ("weights/second.safetensors", false),
        ];
        assert_eq!(found, expected);
        // FIPS 180-2's example.
        assert_eq!(list[0].1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn another_content_is_another_worker_and_the_same_is_the_same() {
        let source = tempfile::NamedTempFile::new().unwrap();
        fs::write(source.path(), "serve(FILES);\n").unwrap();
        let built = |text| {
            let page = page(&[("index.html", text)]);
            write_worker(source.path(), page.path()).unwrap();
            fs::read_to_string(page.path().join(WORKER)).unwrap()
        };
        let one = built("one");
        assert!(one.starts_with(r#"const FILES = [["index.html",""#), "{one}");
        assert!(one.ends_with("];\n\nserve(FILES);\n"), "{one}");
        assert_eq!(built("one"), one);
        assert_ne!(built("two"), one);
    }

    #[test]
    fn a_name_that_an_address_spells_differently_is_refused() {
        let error = list(page(&[("a b.js", "")]).path()).unwrap_err();
        assert!(error.to_string().contains("a b.js"), "{error}");
    }
}
