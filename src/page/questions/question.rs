//! A question and its answer.

use super::facts::Facts;
use crate::page::tour::stop::Set;
use crate::page::view::View;

/// The most words of an answer.
pub const WORDS: usize = 60;

/// A question.
pub struct Question {
    /// In code and in tests.
    pub id: &'static str,
    /// As people put it.
    pub question: &'static str,
    /// The answer, with numbers of the layer on screen.
    pub answer: fn(&Facts) -> String,
    /// Where the answer is from.
    pub source: &'static str,
    /// The button that leads to where one sees it.
    pub button: &'static str,
    /// The view that it leads to.
    pub view: View,
    /// What that view is to show.
    pub set: &'static [(&'static str, Option<&'static str>)],
}

impl Question {
    /// What the button sets.
    pub fn sets(&self) -> Vec<Set> {
        self.set.iter().map(|(key, value)| (*key, value.map(str::to_owned))).collect()
    }
}
