//! What the page draws comes from the trace: nothing under `src/ui` draws random numbers, or numbers somebody typed.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Words of anything that makes numbers up.
const RANDOM: [&str; 8] =
    ["random", "rand", "fastrand", "getrandom", "get_random_values", "thread_rng", "oorandom", "shuffle"];

/// This many numbers in one list look like data.
const DATA: usize = 4;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// What there is to find fault with, in code and in the macros' views alike.
fn faults(tokens: TokenStream, found: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(word) if RANDOM.contains(&word.to_string().as_str()) => found.push(word.to_string()),
            TokenTree::Group(group) => {
                let numbers = group.stream().into_iter().filter(|tree| {
                    matches!(tree, TokenTree::Literal(literal) if literal.to_string().starts_with(|c: char| c.is_ascii_digit()))
                });
                let count = numbers.count();
                if group.delimiter() == Delimiter::Bracket && count >= DATA {
                    found.push(format!("a list of {count} typed numbers, {group}"));
                }
                faults(group.stream(), found);
            }
            _ => {}
        }
    }
}

fn faults_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    faults(text.parse().unwrap(), &mut found);
    found
}

#[test]
fn nothing_in_the_page_is_random_or_typed() {
    let files = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui")));
    assert!(files.len() > 30, "{files:?}");
    for file in files {
        let found = faults_of(&std::fs::read_to_string(&file).unwrap());
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
}

#[test]
fn stand_ins_are_found() {
    for text in [
        "let map = [0.1, 0.7, 0.2, 0.4];",
        "view! { <Map values=vec![1, 2, 3, 4, 5] /> }",
        "let x = js_sys::Math::random();",
        "fn f() { rand::rng().fill(&mut map) }",
    ] {
        assert_eq!(faults_of(text).len(), 1, "{text}");
    }
    assert!(faults_of("let frame = [0, 0, rows, columns]; let pair = [0.5, 1.0]; // random").is_empty());
}
