//! The bounds of a description's fields. They are far from what any network needs and close enough that no product of
//! two sizes overflows 32 bits, as on wasm.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{Block, Description, Position};
use crate::kernels::Activation;
use crate::nn::error::WeightsError;
use crate::nn::limits::MAX_SIDE;

/// The most channels, and the most rows of a projection to queries, keys and values.
const MAX_CHANNELS: usize = 1 << 16;

/// The longest side of a position window.
const MAX_WINDOW: usize = 255;

/// The most that a picture is enlarged to before its centre is cut out, in pixels.
const MAX_RESIZE: usize = 2 * MAX_SIDE;

/// Means and deviations of pixel values lie in these bounds on the scale 0..1, with much to spare.
const MEANS: RangeInclusive<f32> = -1e3..=1e3;
const DEVIATIONS: RangeInclusive<f32> = 1e-3..=1e3;

impl Description {
    /// Refuses sizes that no network has, before anything is computed from them. Whether the tensors have these sizes
    /// is another question.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] names the first field that is out of bounds.
    pub fn check(&self) -> Result<(), WeightsError> {
        let Description { input, labels, activation, stem, stages, check, .. } = self;
        within("`input.crop`", input.crop, 1..=MAX_SIDE)?;
        within("`input.resize`", input.resize, input.crop..=MAX_RESIZE)?;
        for c in 0..3 {
            within(&format!("`input.mean[{c}]`"), input.mean[c], MEANS)?;
            within(&format!("`input.std[{c}]`"), input.std[c], DEVIATIONS)?;
        }
        within("the number of `labels`", labels.len(), 1..=MAX_CHANNELS)?;
        if *activation == Activation::None {
            return Err(unsupported("`activation`", "relu or silu", "none"));
        }
        within("the number of `stem.convs`", stem.convs.len(), 1..=16)?;
        for (i, conv) in stem.convs.iter().enumerate() {
            channels(&format!("`stem.convs[{i}].out`"), conv.out)?;
            within(&format!("`stem.convs[{i}].stride`"), conv.stride, 1..=2)?;
        }
        within("the number of `stages`", stages.len(), 1..=64)?;
        for (s, stage) in stages.iter().enumerate() {
            channels(&format!("`stages[{s}].out`"), stage.out)?;
            channels(&format!("`stages[{s}].mid`"), stage.mid)?;
            within(&format!("the number of `stages[{s}].blocks`"), stage.blocks.len(), 1..=1024)?;
            for (i, block) in stage.blocks.iter().enumerate() {
                let name = format!("stages[{s}].blocks[{i}]");
                // Only a stage's first block has a shortcut that can follow a stride.
                within(&format!("`{name}.stride`"), block.stride(), 1..=if i == 0 { 2 } else { 1 })?;
                middle(&name, block, stage.mid)?;
            }
        }
        if let Some(check) = check {
            let expected = labels.len();
            if check.logits.len() != expected {
                let expected = format!("one for each of the {expected} labels");
                return Err(unsupported("the number of `check.logits`", expected, check.logits.len()));
            }
            for (i, logit) in check.logits.iter().enumerate() {
                if !logit.is_finite() {
                    return Err(unsupported(format!("`check.logits[{i}]`"), "a finite number", logit));
                }
            }
        }
        Ok(())
    }
}

/// One block, whose middle has `mid` channels.
fn middle(name: &str, block: &Block, mid: usize) -> Result<(), WeightsError> {
    let (heads, k) = match block {
        Block::Conv { .. } => return Ok(()),
        Block::Lambda { heads, k, .. } | Block::Attention { heads, k, .. } => (*heads, *k),
    };
    if heads == 0 || !mid.is_multiple_of(heads) {
        return Err(unsupported(format!("`{name}.heads`"), format!("a divisor of its {mid} channels"), heads));
    }
    within(&format!("`{name}.k`"), k, 1..=MAX_CHANNELS)?;
    // All factors are at most 2^16, so their products are counted in 64 bits.
    let queries = heads as u64 * k as u64;
    let rows = |keys_and_values: u64| {
        let what = format!("the number of queries, keys and values of `{name}`");
        within(&what, queries + keys_and_values, 1..=MAX_CHANNELS as u64)
    };
    let Block::Lambda { u, position, .. } = block else { return rows(queries + mid as u64) };
    within(&format!("`{name}.u`"), *u, 1..=MAX_CHANNELS)?;
    rows(*u as u64 * (k as u64 + (mid / heads) as u64))?;
    if let Position::Local { r } = position {
        within(&format!("`{name}.position.r`"), *r, 1..=MAX_WINDOW)?;
        if r.is_multiple_of(2) {
            return Err(unsupported(format!("`{name}.position.r`"), "an odd number", r));
        }
    }
    Ok(())
}

fn channels(name: &str, found: usize) -> Result<(), WeightsError> {
    within(name, found, 4..=MAX_CHANNELS)?;
    if found.is_multiple_of(4) { Ok(()) } else { Err(unsupported(name, "a multiple of 4", found)) }
}

fn within<T: PartialOrd + Display>(what: &str, found: T, bounds: RangeInclusive<T>) -> Result<(), WeightsError> {
    // NaN is within no bounds.
    if bounds.contains(&found) {
        return Ok(());
    }
    let (least, most) = bounds.into_inner();
    let expected = if least == most { least.to_string() } else { format!("from {least} to {most}") };
    Err(unsupported(what, expected, found))
}

fn unsupported(what: impl Display, expected: impl Display, found: impl Display) -> WeightsError {
    WeightsError::Unsupported { what: what.to_string(), expected: expected.to_string(), found: found.to_string() }
}
