//! What people ask about lambda layers, each answered in few words with the numbers of the layer on screen, and where on the page
//! one sees it.

mod attention;
mod cost;
pub mod facts;
mod lambda;
mod place;
pub mod question;

use question::Question;

/// All of them, in the order shown.
pub fn questions() -> impl Iterator<Item = &'static Question> {
    [lambda::QUESTIONS, place::QUESTIONS, attention::QUESTIONS, cost::QUESTIONS].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::facts::Facts;
    use super::question::WORDS;
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
