//! Starting other programs: what ran and what went wrong is always said.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io};

use anyhow::{Context, Result, bail};

use crate::project::Project;

/// The cargo that runs this program, in the repository's root.
pub fn cargo(project: &Project) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project.root());
    command
}

/// npm in `folder`.
pub fn npm(folder: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder);
    command
}

/// Runs `command` with its output on the terminal.
///
/// # Errors
/// When it cannot be started or does not end with success.
pub fn run(command: &mut Command) -> Result<()> {
    let line = announce(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs `command` quietly and returns its standard output.
///
/// # Errors
/// When it cannot be started, does not end with success (the message holds its error output) or writes no UTF-8.
pub fn capture(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` wrote something that is not UTF-8"))
}

/// A line that a program wrote.
pub struct Line {
    /// How long after the program's start.
    pub after: Duration,
    /// The line without the spaces round it.
    pub text: String,
}

/// Runs `command`, passing on line by line what it writes to standard output and standard error, in the order it writes
/// it, and returns whether it succeeded and all those lines.
///
/// # Errors
/// When it cannot be started or its output cannot be read.
pub fn tee(command: &mut Command) -> Result<(bool, Vec<Line>)> {
    let line = announce(command);
    let (reader, writer) = io::pipe().context("cannot open a pipe")?;
    command.stdout(writer.try_clone().context("cannot open a pipe")?).stderr(writer);
    let child = command.spawn().with_context(|| format!("cannot start `{line}`"));
    // This end has to be closed here too, or reading would never come to an end.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut child = child?;
    let started = Instant::now();
    let mut lines = Vec::new();
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).with_context(|| format!("cannot read what `{line}` wrote"))? > 0 {
        let mut terminal = io::stdout().lock();
        terminal.write_all(&bytes).and_then(|()| terminal.flush()).context("cannot write to the terminal")?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        lines.push(Line { after: started.elapsed(), text });
        bytes.clear();
    }
    let status = child.wait().with_context(|| format!("`{line}` was lost"))?;
    Ok((status.success(), lines))
}

fn announce(command: &Command) -> String {
    let line = describe(command);
    println!("$ {line}");
    line
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
