//! What was done on the way to something, and how long each part of it took.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The work that was really done, in its order: what was there already has no line.
#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Does one part of the work and notes its time, also where it fails.
    ///
    /// # Errors
    /// The step's own.
    pub fn run<T>(&mut self, name: impl Into<String>, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let result = step();
        self.note(name, started.elapsed());
        result
    }

    /// Notes the time of something that was measured elsewhere.
    pub fn note(&mut self, name: impl Into<String>, took: Duration) {
        self.done.push((name.into(), took));
    }

    /// Every step's name and time.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.done.iter().map(|(name, took)| (name.as_str(), *took))
    }
}

/// One line for each step.
impl fmt::Display for Steps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        self.iter().try_for_each(|(name, took)| writeln!(formatter, "{name:width$}  {:>7.1} s", took.as_secs_f32()))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_was_done_is_listed_in_its_order_and_a_failure_too() {
        let mut steps = Steps::default();
        steps.note("trunk", Duration::from_millis(90_250));
        assert!(steps.run("wasm-opt", || -> Result<()> { Err(anyhow!("no npm")) }).is_err());
        assert_eq!(steps.to_string(), "trunk        90.2 s\nwasm-opt      0.0 s\n");
    }

    #[test]
    fn nothing_done_is_nothing_said() {
        assert_eq!(Steps::default().to_string(), "");
    }
}
