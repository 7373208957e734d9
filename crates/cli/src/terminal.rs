//! What goes to the terminal.

use std::io::{self, Write};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// A line on stdout. `println!` would panic when stdout is closed.
///
/// # Errors
/// If stdout takes none.
pub fn say(line: impl AsRef<str>) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_ref().as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A line on stderr that is no error. Nobody need read it.
pub fn note(sentence: impl AsRef<str>) {
    let _ = writeln!(io::stderr(), "note: {}", sentence.as_ref());
}

/// The bar of long work, on stderr.
///
/// # Errors
/// If indicatif does not take the template.
pub fn progress(length: usize) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta} left")?;
    Ok(ProgressBar::new(length as u64).with_style(style))
}
