//! WGSL as coloured text: what each word is, so that an editor can show it. Whether it is right, naga says.

use std::fmt::Write;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Blanks, signs, names.
    Plain,
    /// From `//` to the line's end, or between `/*` and `*/`.
    Comment,
    /// A word of the language.
    Keyword,
    /// A type of the language.
    Type,
    /// A literal.
    Number,
    /// An attribute, with its `@`.
    Attribute,
    /// A name that is called.
    Call,
    /// A field of the uniform parameters.
    Parameter,
}

impl Kind {
    /// Its class in the styles; none for what is plain.
    fn class(self) -> Option<&'static str> {
        Some(match self {
            Self::Plain => return None,
            Self::Comment => "w-comment",
            Self::Keyword => "w-keyword",
            Self::Type => "w-type",
            Self::Number => "w-number",
            Self::Attribute => "w-attribute",
            Self::Call => "w-call",
            Self::Parameter => "w-parameter",
        })
    }
}

const KEYWORDS: &[&str] = &[
    "alias",
    "break",
    "case",
    "const",
    "const_assert",
    "continue",
    "continuing",
    "default",
    "diagnostic",
    "discard",
    "else",
    "enable",
    "false",
    "fn",
    "for",
    "if",
    "let",
    "loop",
    "override",
    "requires",
    "return",
    "struct",
    "switch",
    "true",
    "var",
    "while",
];

/// Words of the language between the brackets of `var<…>` and `ptr<…>`, names elsewhere.
const SPACES: &[&str] = &["function", "private", "read", "read_write", "storage", "uniform", "workgroup", "write"];

const TYPES: &[&str] = &["array", "atomic", "bool", "f16", "f32", "i32", "ptr", "u32"];

fn is_type(word: &str) -> bool {
    let is_sized =
        |name: &str| word.strip_prefix(name).is_some_and(|rest| rest.starts_with(['2', '3', '4']) && rest.len() <= 4);
    TYPES.contains(&word) || is_sized("vec") || is_sized("mat")
}

/// The pieces of each line, in order; together they are the text again.
pub fn lines(source: &str) -> Vec<Vec<(Kind, &str)>> {
    // How many block comments are open: in WGSL they nest.
    let mut depth = 0;
    source.split('\n').map(|line| pieces(line, &mut depth)).collect()
}

fn pieces<'a>(line: &'a str, depth: &mut usize) -> Vec<(Kind, &'a str)> {
    let mut found: Vec<(Kind, &str)> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (kind, length) = if *depth > 0 || rest.starts_with("/*") {
            (Kind::Comment, block_comment(rest, depth))
        } else {
            next(rest, found.iter().rev().find(|(_, text)| !text.trim().is_empty()).map(|(_, text)| *text), &found)
        };
        let (piece, tail) = rest.split_at(length);
        found.push((kind, piece));
        rest = tail;
    }
    found
}

/// Bytes of a block comment within the line.
fn block_comment(text: &str, depth: &mut usize) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            *depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            *depth = depth.saturating_sub(1);
            at += 2;
            if *depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The next piece of code: what it is, and its bytes.
fn next(rest: &str, before: Option<&str>, found: &[(Kind, &str)]) -> (Kind, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    let until = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if rest.starts_with("//") {
        (Kind::Comment, rest.len())
    } else if first == '@' {
        let name = rest[1..].find(|c| !is_word(c)).map_or(rest.len(), |end| end + 1);
        (Kind::Attribute, name)
    } else if first.is_ascii_digit() {
        let is_sign = |at: usize| rest[..at].ends_with(['e', 'E']) && !rest.starts_with("0x");
        let end = rest
            .char_indices()
            .find(|&(at, c)| !(c.is_ascii_alphanumeric() || c == '.' || (matches!(c, '+' | '-') && is_sign(at))));
        (Kind::Number, end.map_or(rest.len(), |(at, _)| at))
    } else if is_word(first) {
        let length = until(&|c| !is_word(c));
        let word = &rest[..length];
        let of_params = before == Some(".") && found.len() > 1 && found[found.len() - 2].1 == "params";
        let kind = if KEYWORDS.contains(&word) {
            Kind::Keyword
        } else if of_params {
            Kind::Parameter
        } else if is_type(word) || SPACES.contains(&word) && matches!(before, Some("<" | ",")) {
            Kind::Type
        } else if rest[length..].starts_with('(') {
            Kind::Call
        } else {
            Kind::Plain
        };
        (kind, length)
    } else if first.is_whitespace() {
        (Kind::Plain, until(&|c| !c.is_whitespace()))
    } else {
        (Kind::Plain, first.len_utf8())
    }
}

/// Marks on a line, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Lines that are lit.
    pub lit: Vec<usize>,
    /// A line with a fault, and what is said there.
    pub fault: Option<(usize, String)>,
}

/// The text as HTML, a `<span class="line">` for each line, escaped.
pub fn html(source: &str, marks: &Marks) -> String {
    let mut html = String::with_capacity(source.len() * 3);
    for (at, pieces) in lines(source).iter().enumerate() {
        let fault = marks.fault.as_ref().filter(|(line, _)| *line == at).map(|(_, message)| message);
        let lit = if marks.lit.contains(&at) { " line-lit" } else { "" };
        let faulty = if fault.is_some() { " line-fault" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(html, "<span class=\"line{lit}{faulty}\">");
        for (kind, text) in pieces {
            match kind.class() {
                Some(class) => {
                    let _ = write!(html, "<span class=\"{class}\">{}</span>", escaped(text));
                }
                None => html += &escaped(text),
            }
        }
        if let Some(message) = fault {
            let _ = write!(html, "<span class=\"line-says\">{}</span>", escaped(message));
        }
        html += "\n</span>";
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Where a line starts in UTF-16 units, as a browser counts them; the line counts from 0.
pub fn start_of_line(source: &str, line: usize) -> usize {
    source.split_inclusive('\n').take(line).map(|line| line.encode_utf16().count()).sum()
}

/// The line, from 0, that holds a place counted in UTF-16 units.
pub fn line_at(source: &str, place: usize) -> usize {
    let mut left = place;
    let mut line = 0;
    for c in source.chars() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(c.len_utf16());
        line += usize::from(c == '\n');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(line: &str) -> Vec<(Kind, &str)> {
        lines(line).remove(0).into_iter().filter(|(kind, _)| *kind != Kind::Plain).collect()
    }

    #[test]
    fn words_are_told_apart() {
        use Kind::{Attribute, Call, Comment, Keyword, Number, Parameter, Type};
        assert_eq!(
            kinds("@group(0) @binding(1) var<storage, read> a: array<vec4f>; // Σ"),
            [
                (Attribute, "@group"),
                (Number, "0"),
                (Attribute, "@binding"),
                (Number, "1"),
                (Keyword, "var"),
                (Type, "storage"),
                (Type, "read"),
                (Type, "array"),
                (Type, "vec4f"),
                (Comment, "// Σ"),
            ]
        );
        assert_eq!(kinds("let x = workgroup.x;"), [(Keyword, "let")]);
        assert_eq!(
            kinds("let x = exp(-3.0e-2 * params.row + vector.row) + 0x1eu;"),
            [(Keyword, "let"), (Call, "exp"), (Number, "3.0e-2"), (Parameter, "row"), (Number, "0x1eu")]
        );
    }

    #[test]
    fn block_comments_nest_and_run_over_lines() {
        let found = lines("a /* b /* c */\nd */ let");
        assert_eq!(found[0].last(), Some(&(Kind::Comment, "/* b /* c */")));
        assert_eq!(found[1], [(Kind::Comment, "d */"), (Kind::Plain, " "), (Kind::Keyword, "let")]);
    }

    #[test]
    fn nothing_is_lost_and_nothing_becomes_markup() {
        for source in [
            lambdascope_core::kernels::lambda_content::shader().source.as_ref(),
            "a<b>&\"/* ü",
            "",
            "\n\n@",
            "1.",
            "é_1 ‿",
        ] {
            let joined: Vec<String> =
                lines(source).iter().map(|line| line.iter().map(|(_, text)| *text).collect()).collect();
            assert_eq!(joined.join("\n"), source);
        }
        let marks = Marks { lit: vec![0], fault: Some((1, "<no>".into())) };
        assert_eq!(
            html("a<b\nc", &marks),
            "<span class=\"line line-lit\">a&lt;b\n</span><span class=\"line line-fault\">c<span class=\"line-says\">&lt;no&gt;</span>\n</span>"
        );
    }

    #[test]
    fn places_are_counted_as_browsers_do() {
        let source = "a𝄞\nλ\n";
        assert_eq!([0, 1, 2].map(|line| start_of_line(source, line)), [0, 4, 6]);
        assert_eq!([0, 3, 4, 5, 6, 99].map(|place| line_at(source, place)), [0, 0, 1, 1, 2, 2]);
    }
}
