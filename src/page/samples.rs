//! The list of sample pictures, `www/samples/samples.json`. It is part of the program, so that the first screen waits for no
//! file but its answer.

use std::sync::LazyLock;

use serde::Deserialize;

const LIST: &str = include_str!("../../www/samples/samples.json");

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| parse(LIST).unwrap_or_default());

/// A sample picture.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sample {
    /// Its name in the page's address.
    pub id: String,
    /// Its file under `samples/`.
    pub file: String,
    /// Its name for people.
    pub title: String,
    /// What it shows, in words.
    pub alt: String,
    /// The file under `samples/` with the answer that the page's first network gives, where there is one.
    #[serde(default)]
    pub precomputed: Option<String>,
    /// Its class, where it has one of the network's.
    #[serde(default)]
    pub label: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
    /// Under which terms.
    #[serde(default)]
    pub licence: String,
}

/// The samples, in the order shown; none only if their file is broken, which a test would find.
pub fn shipped() -> &'static [Sample] {
    &SAMPLES
}

/// The sample of that name.
pub fn named(id: &str) -> Option<&'static Sample> {
    shipped().iter().find(|sample| sample.id == id)
}

fn parse(text: &str) -> Result<Vec<Sample>, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_samples() {
        assert!(shipped().len() > 10);
        assert_eq!(named("church").unwrap().title, "A church");
        assert_eq!(named("castle"), None);
    }

    #[test]
    fn a_list_is_read_and_a_broken_one_named() {
        let list = parse(
            r#"[{"id":"a","file":"a.webp","title":"A","alt":"an A","label":"church","source":"s","licence":"l"}]"#,
        );
        assert_eq!(list.unwrap()[0].label.as_deref(), Some("church"));
        assert!(parse(r#"[{"id":"a"}]"#).unwrap_err().to_string().contains("file"));
    }
}
