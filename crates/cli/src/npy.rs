//! NumPy's files: f32 arrays in and out, u8 masks in, and the way between `[C, H, W]` and this crate's `[H, W, C]`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use npyz::{Deserialize, NpyFile, Order, WriterBuilder};

use lambdascope_core::tensor::{Tensor, transposed};

/// An array in C order.
pub struct Array<T> {
    /// The extent of each axis.
    pub shape: Vec<usize>,
    /// Row-major.
    pub data: Vec<T>,
}

/// Reads an f32 array.
///
/// # Errors
/// If the file cannot be read, or is not an f32 array in C order.
pub fn read(path: &Path) -> Result<Array<f32>> {
    let array = read_as::<f32>(path, "f32")?;
    if let Some(at) = array.data.iter().position(|value| !value.is_finite()) {
        bail!("{} holds {} at position {at}, expected finite numbers only", path.display(), array.data[at]);
    }
    Ok(array)
}

/// Reads a mask: an array of u8.
///
/// # Errors
/// If the file cannot be read, or is not a u8 array in C order.
pub fn read_mask(path: &Path) -> Result<Array<u8>> {
    read_as(path, "u8")
}

fn read_as<T: Deserialize>(path: &Path, name: &str) -> Result<Array<T>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = NpyFile::new(&bytes[..]).with_context(|| format!("{} is not a .npy file", path.display()))?;
    ensure!(
        file.order() == Order::C || file.shape().len() < 2,
        "{} is in Fortran order, expected C order (numpy.ascontiguousarray converts it)",
        path.display()
    );
    let shape: Vec<usize> = file.shape().iter().map(|side| *side as usize).collect();
    // A header may claim anything; the file's own length bounds what is read.
    let expected = shape.iter().try_fold(size_of::<T>(), |product, side| product.checked_mul(*side));
    let fits = expected.is_some_and(|expected| expected <= bytes.len());
    ensure!(
        fits,
        "{} has shape {shape:?} in its header, which is more than its {} bytes hold",
        path.display(),
        bytes.len()
    );
    let dtype = file.dtype().descr();
    let data =
        file.try_data::<T>().ok().with_context(|| format!("{} holds {dtype}, expected {name}", path.display()))?;
    let data = data.collect::<Result<_, _>>().with_context(|| format!("{} is cut short", path.display()))?;
    Ok(Array { shape, data })
}

/// Writes an f32 array.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, shape: &[usize], data: &[f32]) -> Result<()> {
    let shape: Vec<u64> = shape.iter().map(|side| *side as u64).collect();
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let options = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut file);
        let mut writer = options.begin_nd()?;
        writer.extend(data.iter().copied())?;
        writer.finish()?;
        file.flush()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Maps `[H, W, C]` of a file in NCHW, and whether it has the batch axis. `[C, H, W]` is a batch of one without it.
///
/// # Errors
/// If the file has another number of axes or none of the maps.
pub fn read_maps(path: &Path) -> Result<(Vec<Tensor>, bool)> {
    let Array { shape, data } = read(path)?;
    let (batched, [channels, height, width]) = match shape[..] {
        [_, c, h, w] => (true, [c, h, w]),
        [c, h, w] => (false, [c, h, w]),
        _ => bail!("{} has shape {shape:?}, expected [N, C, H, W] or [C, H, W]", path.display()),
    };
    ensure!(!data.is_empty(), "{} has shape {shape:?}, expected at least one value", path.display());
    let pixels = height * width;
    let map = |map: &[f32]| {
        let data = (0..pixels).flat_map(|p| (0..channels).map(move |c| map[c * pixels + p])).collect();
        Tensor::new([height, width, channels], data).context("a map has another length than its shape says")
    };
    Ok((data.chunks_exact(channels * pixels).map(map).collect::<Result<_>>()?, batched))
}

/// Writes maps `[H, W, C]` of one size as NCHW, without the batch axis unless it is asked for.
///
/// # Errors
/// If the file cannot be written.
pub fn write_maps(path: &Path, [height, width, channels]: [usize; 3], maps: &[Vec<f32>], batched: bool) -> Result<()> {
    let data: Vec<f32> = maps.iter().flat_map(|map| transposed(map, channels)).collect();
    let shape = [maps.len(), channels, height, width];
    write(path, if batched { &shape } else { &shape[1..] }, &data)
}
