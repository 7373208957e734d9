//! What a command is given: pictures and places.

use std::path::Path;

use anyhow::{Context, Result};

use lambdascope_core::picture::Picture;

/// A picture file's pixels.
///
/// # Errors
/// If it cannot be read or decoded.
pub fn decode(image: &Path) -> Result<Picture> {
    let bytes = std::fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
    lambdascope_picture::decode(&bytes).with_context(|| format!("cannot decode {}", image.display()))
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
