//! The help in one place: what each view is for, and every key of the page. The keys themselves are handled where they act
//! ([`super::place::Move`] for every map); this is their list.

use strum::VariantArray;

use crate::page::view::View;

/// Keys that act in one part of the page.
pub struct Keys {
    /// Where they act.
    pub place: &'static str,
    /// What to press, and what it does.
    pub keys: &'static [(&'static str, &'static str)],
}

/// Every part of the page that has keys of its own; all else is reached by Tab and pressed by Enter or Space.
pub const KEYS: &[Keys] = &[
    Keys {
        place: "Anywhere",
        keys: &[("?", "open this help"), ("Esc", "close what is open; release the cell under the pointer")],
    },
    Keys {
        place: "The picture with its query",
        keys: &[
            ("← → ↑ ↓", "move the query by one cell, with Shift by four"),
            ("Home, End", "to the row’s first or last cell, with Ctrl to the map’s"),
            ("Page Up, Page Down", "previous or next layer"),
            ("[ and ]", "previous or next head"),
            ("Enter", "pin the cell under the pointer"),
        ],
    },
    Keys {
        place: "Every other map and matrix",
        keys: &[
            ("← → ↑ ↓, Home, End", "move from cell to cell and hear each value"),
            ("Enter", "choose the cell, where that does something"),
        ],
    },
    Keys {
        place: "The crop of an own picture",
        keys: &[("← → ↑ ↓", "move it, with Shift further"), ("+ −", "size it")],
    },
    Keys {
        place: "The tour",
        keys: &[("F6", "from its sheet to what it speaks of, and back"), ("Esc", "leave it, from within its sheet")],
    },
    Keys { place: "The tabs of the views", keys: &[("← →, Home, End", "choose a view")] },
    Keys {
        place: "Build λ, in the anatomy",
        keys: &[
            ("← →", "one position back or forward, with Shift a tenth of all"),
            ("Home, End", "to the start, to the end"),
            ("Space", "play or pause"),
        ],
    },
    Keys { place: "The field that finds a class, in the evidence", keys: &[("Enter", "take the first that is found")] },
    Keys {
        place: "The shader’s text",
        keys: &[("Ctrl+Enter", "run it in place of the original"), ("Tab", "leave the text")],
    },
    Keys {
        place: "The atlas and rows of small maps",
        keys: &[("← → ↑ ↓, Home, End", "move from map to map"), ("Enter", "open in the lens")],
    },
];

/// What each view is for: its name and its question, in the order of the tabs.
pub fn views() -> impl Iterator<Item = (&'static str, &'static str)> {
    View::VARIANTS.iter().map(|view| (view.title(), view.question()))
}

/// What a map of implicit attention does not tell.
pub const CAVEATS: &[&str] = &[
    "It is what one layer did with one picture, exactly. It is not why the network chose its class: other layers and the shortcuts around them have their say too.",
    "A large weight on a pixel whose value is small adds little. The weights multiply values; the values are in the anatomy.",
    "A cell of a deeper layer stands for a region that earlier layers have already mixed, not only for the pixels under it.",
    "Weights are signed and do not sum to 1: they are not probabilities, and maps of different layers or heads can be compared only on one scale, which the legend lets you fix.",
    "The bias q·b belongs to no pixel, so no map shows it.",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::place::Move;

    #[test]
    fn every_key_that_moves_the_query_is_listed() {
        let listed: String = KEYS[1].keys.iter().map(|(keys, _)| *keys).collect();
        for (key, name) in [
            ("ArrowUp", "↑"),
            ("ArrowDown", "↓"),
            ("ArrowLeft", "←"),
            ("ArrowRight", "→"),
            ("Home", "Home"),
            ("End", "End"),
            ("PageUp", "Page Up"),
            ("PageDown", "Page Down"),
            ("[", "["),
            ("]", "]"),
        ] {
            assert!(Move::of_key(key, false, false).is_some() && listed.contains(name), "{key}");
        }
    }

    #[test]
    fn every_view_is_explained() {
        assert_eq!(views().count(), View::VARIANTS.len());
        assert!(views().all(|(title, question)| !title.is_empty() && question.ends_with('?')));
    }
}
