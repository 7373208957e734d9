//! No file takes names from one that takes, on whatever way round, from it: what is below can be read without what is above.
//!
//! A parent's `mod child;` takes nothing, its `use child::…` does. Paths in code count as `use` declarations do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// Folders of files, each with a crate's root in it.
const ROOTS: [&str; 8] = [
    "crates/cli/src",
    "crates/core/src",
    "crates/engine/src",
    "crates/explain/src",
    "crates/picture/src",
    "crates/protocol/src",
    "crates/worker/src",
    "src",
];

/// A crate's files, called as their modules are (`nn::weights`; the root has no name), with those that each takes from.
struct Crate(BTreeMap<String, BTreeSet<String>>);

impl Crate {
    fn read(root: &Path) -> Self {
        let read = |file: PathBuf| (module(file.strip_prefix(root).unwrap()), std::fs::read_to_string(&file).unwrap());
        Self::of(sources(root).into_iter().map(read).collect())
    }

    fn of(texts: BTreeMap<String, String>) -> Self {
        let files: BTreeSet<&str> = texts.keys().map(String::as_str).collect();
        let taken = |(file, text): (&String, &String)| {
            let mut taken = Taken { files: &files, module: parts(file), from: BTreeSet::new() };
            taken.visit_file(&syn::parse_file(text).unwrap());
            taken.from.remove(file);
            (file.clone(), taken.from)
        };
        Self(texts.iter().map(taken).collect())
    }

    /// The files that come back to themselves, each with all that it meets on such ways.
    fn circles(&self) -> BTreeSet<Vec<&str>> {
        let below: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|file| (file.as_str(), self.below(file))).collect();
        let meet = |a: &str, b: &str| below[a].contains(b) && below[b].contains(a);
        let circle = |file: &str| below.keys().copied().filter(|other| meet(file, other)).collect::<Vec<_>>();
        below.keys().map(|file| circle(file)).filter(|circle| !circle.is_empty()).collect()
    }

    /// All that a file takes from, on whatever way.
    fn below(&self, file: &str) -> BTreeSet<&str> {
        let mut below = BTreeSet::new();
        let mut next: Vec<&str> = self.0[file].iter().map(String::as_str).collect();
        while let Some(file) = next.pop() {
            if below.insert(file) {
                next.extend(self.0[file].iter().map(String::as_str));
            }
        }
        below
    }
}

/// Gathers the files that one takes from.
struct Taken<'a> {
    files: &'a BTreeSet<&'a str>,
    /// The module that is being read: the file's, or one inside of it.
    module: Vec<String>,
    from: BTreeSet<String>,
}

impl Taken<'_> {
    /// Follows a path; what is neither of this crate nor a child's name leads nowhere.
    fn follow(&mut self, path: &[String]) {
        let mut named = match path.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.module.clone(),
            Some(name) if self.is_child(name) => self.module.clone(),
            _ => return,
        };
        for part in path {
            match part.as_str() {
                "crate" | "self" => {}
                "super" => drop(named.pop()),
                name => named.push(name.to_owned()),
            }
        }
        // Items and inner modules are in the last file on the way to them.
        let ways = (0..=named.len()).rev().map(|length| named[..length].join("::"));
        self.from.extend(ways.into_iter().find(|file| self.files.contains(file.as_str())));
    }

    fn is_child(&self, name: &str) -> bool {
        let child: Vec<&str> = self.module.iter().map(String::as_str).chain([name]).collect();
        self.files.contains(child.join("::").as_str())
    }

    fn follow_tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        match tree {
            syn::UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.follow_tree(&step.tree, path);
            }
            syn::UseTree::Name(syn::UseName { ident, .. }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                path.push(ident.to_string());
                self.follow(&path);
            }
            syn::UseTree::Glob(_) => self.follow(&path),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.follow_tree(tree, path.clone())),
        }
    }
}

impl<'ast> Visit<'ast> for Taken<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.follow_tree(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        // A word of its own names no other file's item: a `use` has brought it.
        if parts.len() > 1 {
            self.follow(&parts);
        }
        visit::visit_path(self, path);
    }

    // `pub(in super::super)` takes nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn parts(module: &str) -> Vec<String> {
    module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The module that a file is, by its path below the crate's root.
fn module(file: &Path) -> String {
    let mut parts: Vec<String> = file.with_extension("").iter().map(|part| part.to_string_lossy().into()).collect();
    parts.pop_if(|last| ["lib", "main", "mod"].contains(&last.as_str()));
    parts.join("::")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn no_file_comes_back_to_itself() {
    for root in ROOTS {
        let own = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root));
        assert!(own.0.len() > 5 && own.0.values().any(|from| from.len() > 2), "{root}: {:?}", own.0);
        assert_eq!(own.circles(), BTreeSet::new(), "{root}");
    }
}

#[test]
fn circles_are_found_however_they_are_written() {
    let circles = |files: &[(&str, &str)]| {
        let texts = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        Crate::of(texts).circles().into_iter().map(|circle| circle.join(" ")).collect::<Vec<_>>()
    };
    let of_two = |a: &str, b: &str| circles(&[("", "mod a; mod b;"), ("a", a), ("a::c", "pub struct C;"), ("b", b)]);
    for (a, b) in [
        ("use crate::b::B;", "use super::a;"),
        ("use super::{std, b::{self as other, B}};", "use crate::a::*;"),
        ("fn f() -> crate::b::B { todo!() }", "mod inner { fn f() { super::super::a::f() } }"),
        ("mod inner { use super::super::b::B; }", "pub use self::super::a::f;"),
    ] {
        assert_eq!(of_two(a, b), ["a b"], "{a} {b}");
    }
    // One way, whose other way is a child's alone; what is outside; a file's own inner modules.
    assert_eq!(of_two("mod c;", "use super::a::c::C;"), [""; 0]);
    assert_eq!(of_two("use crate::b::B;", "use super::a::c::C; use std::a::b;"), [""; 0]);
    assert_eq!(of_two("mod tests { use super::*; }", "use b::a; pub(in super::super::a) struct B;"), [""; 0]);
    // A parent that takes from a child which takes from it, and a way round of three.
    assert_eq!(circles(&[("", "mod a; pub use a::A;"), ("a", "use crate::Other;")]), [" a"]);
    assert_eq!(
        circles(&[("", ""), ("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "use super::a::A;")]),
        ["a b c"]
    );
}
