//! The list of sample pictures that lies beside the page.

use serde::Deserialize;

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

/// Reads `samples.json`.
///
/// # Errors
/// If the text is no such list; the error names the line and what was expected there.
pub fn parse(text: &str) -> Result<Vec<Sample>, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_a_broken_one_named() {
        let list = parse(
            r#"[{"id":"a","file":"a.webp","title":"A","alt":"an A","label":"church","source":"s","licence":"l"}]"#,
        );
        assert_eq!(list.unwrap()[0].label.as_deref(), Some("church"));
        assert!(parse(r#"[{"id":"a"}]"#).unwrap_err().to_string().contains("file"));
    }
}
