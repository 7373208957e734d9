//! What people ask about lambda layers, each answered in few words with the numbers of the layer on screen, and where on the page
//! one sees it.

mod attention;
mod cost;
mod facts;
mod lambda;
mod place;

pub use facts::Facts;

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

/// All of them, in the order shown.
pub fn questions() -> impl Iterator<Item = &'static Question> {
    [lambda::QUESTIONS, place::QUESTIONS, attention::QUESTIONS, cost::QUESTIONS].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_explain::fixture;
    use lambdascope_explain::read::query::Query;
    use lambdascope_explain::read::reading::Reading;

    #[test]
    fn every_answer_is_short_and_has_numbers_of_the_layer() {
        let mut ids: Vec<&str> = questions().map(|question| question.id).collect();
        assert_eq!(ids.len(), 15);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 15);
        for (kind, layer) in fixture::every_kind() {
            let reading = Reading::of(&layer, Query { y: 2, x: 3, head: 1, u: 0 });
            let facts = Facts { layer: &layer, reading: &reading, took: Some((12.0, "a device")) };
            for question in questions() {
                let answer = (question.answer)(&facts);
                let words = answer.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
                assert!(words <= WORDS, "{kind}, {}: {words} words: {answer}", question.id);
                assert!(answer.ends_with('.') && question.question.ends_with(['?', '.']), "{kind}: {answer}");
                assert!(!question.source.is_empty() && !question.button.is_empty(), "{}", question.id);
            }
        }
    }
}
