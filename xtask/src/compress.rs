//! Every file of the built page that gains by it once more, compressed with brotli, for servers that hand such files out as
//! they are (`index.html.br` for whoever asks for `index.html` and accepts brotli).

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;
use walkdir::WalkDir;

/// Brotli's best, with the largest window that every browser takes.
const QUALITY: u32 = 11;
const WINDOW: u32 = 24;

/// How an ending says that a file is compressed.
const ENDING: &str = "br";

/// The part of its bytes that a compressed file has at most; one that saves less is not worth a second file.
const WORTH: f64 = 0.95;

/// Writes the compressed files of the page in `dist` beside the others.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write_compressed(dist: &Path) -> Result<()> {
    let files: Vec<_> = WalkDir::new(dist).into_iter().collect::<Result<_, _>>()?;
    files.par_iter().filter(|entry| entry.file_type().is_file()).try_for_each(|entry| {
        let path = entry.path();
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let compressed = compressed(&bytes)?;
        if compressed.len() as f64 > WORTH * bytes.len() as f64 {
            return Ok(());
        }
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{ENDING}"));
        fs::write(&name, compressed).with_context(|| format!("cannot write {}", name.display()))
    })
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressor = brotli::CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW);
    compressor.write_all(bytes)?;
    Ok(compressor.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_gains_has_a_compressed_file_beside_it_and_what_does_not_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let text = "lambda ".repeat(1000);
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/text.js"), &text).unwrap();
        let noise = hashes(64);
        fs::write(folder.path().join("noise.bin"), &noise).unwrap();
        write_compressed(folder.path()).unwrap();
        let mut found = String::new();
        let packed = fs::read(folder.path().join("a/text.js.br")).unwrap();
        assert!(packed.len() < text.len() / 10);
        brotli::Decompressor::new(packed.as_slice(), 1 << 12).read_to_string(&mut found).unwrap();
        assert_eq!(found, text);
        assert!(!folder.path().join("noise.bin.br").exists());
    }

    /// Hashes of hashes: bytes that nothing compresses.
    fn hashes(count: usize) -> Vec<u8> {
        let next = |last: &Vec<u8>| Some(Sha256::digest(last).to_vec());
        std::iter::successors(Some(Vec::new()), next).take(count).flatten().collect()
    }
}
