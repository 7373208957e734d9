//! What this device remembers of the tour: where the visitor was, what was done, whether it was declined.

use std::collections::BTreeSet;

use super::STOPS_IN_ALL;
use super::stops::STOPS;

/// The key in the browser's storage.
pub const KEY: &str = "lambdascope-tour";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The stop that was on screen last, from 0.
    pub at: usize,
    /// The ids of those that were done.
    pub done: BTreeSet<&'static str>,
}

/// The stop that was on screen last, from 0, of what was stored.
pub fn at(text: &str) -> usize {
    let at = text.split(';').next().and_then(|at| at.parse().ok());
    at.filter(|at| *at < STOPS_IN_ALL).unwrap_or(0)
}

impl Progress {
    /// Reads what was stored; what is not understood is left out.
    pub fn read(text: &str) -> Self {
        let done = text.split_once(';').map_or("", |(_, done)| done);
        let known = |id: &str| STOPS.iter().map(|stop| stop.id).find(|known| *known == id);
        Self { at: at(text), done: done.split(',').filter_map(known).collect() }
    }

    /// As it is stored.
    pub fn write(&self) -> String {
        let done: Vec<&str> = self.done.iter().copied().collect();
        format!("{};{}", self.at, done.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_comes_back_and_nonsense_is_none() {
        let progress = Progress { at: 3, done: [STOPS[0].id, STOPS[2].id].into() };
        assert_eq!(Progress::read(&progress.write()), progress);
        for nonsense in ["", "x", "99;what,is,this", ";;,"] {
            assert_eq!(Progress::read(nonsense), Progress::default(), "{nonsense}");
        }
    }
}
