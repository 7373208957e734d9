//! What a command is given: pictures, prepared tensors and places.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::npy;
use lambdascope_core::picture::Picture;
use lambdascope_core::tensor::Tensor;

/// A picture file's pixels.
///
/// # Errors
/// If it cannot be read or decoded.
pub fn decode(image: &Path) -> Result<Picture> {
    let bytes = std::fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
    lambdascope_picture::decode(&bytes).with_context(|| format!("cannot decode {}", image.display()))
}

/// The one map `[H, W, C]` of a prepared tensor's file.
///
/// # Errors
/// If it cannot be read, or holds several.
pub fn one_map(path: &Path) -> Result<Tensor> {
    let (mut maps, _) = npy::read_maps(path)?;
    ensure!(maps.len() == 1, "{} holds {} maps, expected one", path.display(), maps.len());
    maps.pop().context("no map was read")
}

/// A query's place, `Y,X`.
///
/// # Errors
/// If it is no such thing.
pub fn place(text: &str) -> Result<[usize; 2], String> {
    let expected = || format!("expected Y,X such as 3,5, found `{text}`");
    let (y, x) = text.split_once(',').ok_or_else(expected)?;
    match (y.trim().parse(), x.trim().parse()) {
        (Ok(y), Ok(x)) => Ok([y, x]),
        _ => Err(expected()),
    }
}
