//! What the built page's head has browsers fetch, and when: one stylesheet in place of many, the script that joins the page's
//! parts beside the other scripts, and the answer that the page opens with as soon as `www/start.js` runs.
//!
//! A browser has six connections to a host of the older protocol, so that every file more stands in the way of the others.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::project::Project;

/// What `src/page/opening.json` says of the sample.
#[derive(Deserialize)]
struct Opening {
    sample: String,
}

/// Rewrites the head of the built page.
///
/// # Errors
/// When a file of the page cannot be read or written, or its head is not the one expected.
pub fn rewrite(project: &Project) -> Result<()> {
    let dist = project.dist();
    let opening = read(&project.root().join("src").join("page").join("opening.json"))?;
    let opening: Opening = serde_json::from_str(&opening).context("src/page/opening.json names no sample")?;
    let index = dist.join("index.html");
    let html = joined_styles(&read(&index)?, &dist)?;
    let html = with_parts(&html)?;
    let html = with_answer(&html, &opening.sample)?;
    write(&index, &html)
}

/// The page with all its stylesheets, in their order, in one file, written beside it.
fn joined_styles(html: &str, dist: &Path) -> Result<String> {
    let mut styles = String::new();
    let mut lines = Vec::new();
    let mut at = None;
    for line in html.lines() {
        if !line.contains(r#"rel="stylesheet""#) {
            lines.push(line.to_owned());
            continue;
        }
        let href = attribute(line, "href").with_context(|| format!("a stylesheet without an address: {line}"))?;
        let file = dist.join(href);
        styles.push_str(&read(&file)?);
        styles.push('\n');
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        at.get_or_insert(lines.len());
    }
    let at = at.context("the page has no stylesheet")?;
    let hash: String = Sha256::digest(&styles).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("style-{hash}.css");
    write(&dist.join(&name), &styles)?;
    lines.insert(at, format!(r#"  <link rel="stylesheet" href="./{name}">"#));
    Ok(lines.join("\n") + "\n")
}

/// The page that fetches the script between its parts with the others, not after them.
fn with_parts(html: &str) -> Result<String> {
    let script = r#"<link rel="modulepreload" href=""#;
    let Some(page) = html.split_once(script).and_then(|(_, rest)| rest.split_once(".js\"")).map(|(page, _)| page)
    else {
        bail!("the page preloads no script: expected {script}…");
    };
    let parts = format!(r#"{script}{page}_parts.js" crossorigin="anonymous">"#);
    Ok(html.replacen(script, &format!("{parts}{script}"), 1))
}

/// The page that tells `www/start.js` which answer it opens with.
fn with_answer(html: &str, sample: &str) -> Result<String> {
    let module = r#"<meta name="page-module""#;
    if !html.contains(module) {
        bail!("the page does not name its module: expected {module}…");
    }
    Ok(html.replacen(module, &format!(r#"{module} data-answer="samples/{sample}.answer""#), 1))
}

/// What stands between the quotes of an attribute in a line of HTML.
pub fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_once(&format!(r#"{name}=""#))?.1.split_once('"').map(|(value, _)| value)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<head>\n<link rel=\"stylesheet\" href=\"./a-1.css\" integrity=\"x\"/>\n<link rel=\"stylesheet\" href=\"./b-2.css\"/>\n\
        <meta name=\"page-module\" content=\"./page-12.js\">\n<link rel=\"modulepreload\" href=\"./page-12.js\" crossorigin=\"anonymous\">\n</head>";

    #[test]
    fn one_stylesheet_takes_the_place_of_all_in_their_order() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("a-1.css"), "a {}").unwrap();
        fs::write(dist.path().join("b-2.css"), "b {}").unwrap();
        let html = joined_styles(HTML, dist.path()).unwrap();
        assert_eq!(html.matches("stylesheet").count(), 1, "{html}");
        let name = html.lines().find(|line| line.contains("stylesheet")).and_then(|line| attribute(line, "href"));
        assert_eq!(fs::read_to_string(dist.path().join(name.unwrap())).unwrap(), "a {}\nb {}\n");
        assert!(!dist.path().join("a-1.css").exists());
    }

    #[test]
    fn a_missing_stylesheet_and_another_head_are_named() {
        let dist = tempfile::tempdir().unwrap();
        assert!(joined_styles(HTML, dist.path()).unwrap_err().to_string().contains("a-1.css"));
        assert!(joined_styles("<head></head>", dist.path()).unwrap_err().to_string().contains("stylesheet"));
        assert!(with_parts("<head></head>").unwrap_err().to_string().contains("modulepreload"));
        assert!(with_answer("<head></head>", "church").unwrap_err().to_string().contains("page-module"));
    }

    #[test]
    fn the_script_between_the_parts_and_the_answer_are_fetched_early() {
        let html = with_answer(&with_parts(HTML).unwrap(), "church").unwrap();
        assert!(
            html.contains(r#"<link rel="modulepreload" href="./page-12_parts.js" crossorigin="anonymous">"#),
            "{html}"
        );
        assert!(html.contains(r#"<meta name="page-module" data-answer="samples/church.answer" content="#), "{html}");
    }
}
