//! A stop of the tour.

use super::seen::{Mark, Seen};
use crate::page::view::View;

/// A key of a view's, and what it is set to; nothing removes it.
pub type Set = (&'static str, Option<String>);

/// A stop.
pub struct Stop {
    /// In storage and in tests.
    pub id: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// What is to be known before, in no more than [`WORDS`] words.
    pub text: &'static str,
    /// What to do.
    pub task: &'static str,
    /// A CSS selector of what it speaks of and where it is done.
    pub target: &'static str,
    /// The view.
    pub view: View,
    /// What the view is to show on arrival.
    pub set: fn(&Seen) -> Vec<Set>,
    /// What the visitor is asked to predict, where that teaches.
    pub ask: Option<Ask>,
    /// Whether it is done.
    pub is_done: fn(&Seen, &Mark) -> bool,
    /// What is said then, with the numbers just seen.
    pub said: fn(&Seen, &Mark) -> Option<String>,
}

/// A prediction.
pub struct Ask {
    /// The question.
    pub question: &'static str,
    /// The answers to choose from.
    pub choices: &'static [&'static str],
    /// The one that turns out right, by its place; nothing before that is known.
    pub right: fn(&Seen, &Mark) -> Option<usize>,
}

/// The most words of a stop's text.
pub const WORDS: usize = 80;

impl Ask {
    /// What is said of a prediction once the stop is done.
    pub fn verdict(&self, predicted: Option<usize>, seen: &Seen, mark: &Mark) -> Option<String> {
        let right = (self.right)(seen, mark)?;
        let answer = self.choices.get(right)?;
        Some(match predicted {
            None => format!("The answer: {answer}."),
            Some(predicted) if predicted == right => format!("You predicted it: {answer}."),
            Some(predicted) => {
                let guess = self.choices.get(predicted)?;
                format!("Not quite. You predicted “{guess}”; it is “{answer}”.")
            }
        })
    }
}
