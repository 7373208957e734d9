//! Writes a register tile out: the one place where a shader's source is more than its file.
//!
//! A register cannot be indexed, and WGSL has no macros. So `shaders/conv.wgsl` and `shaders/conv_shared.wgsl` stand for
//! one row R and one column C of the tile, and here their lines are repeated.

/// The lines of a template that say which tile it stands for.
const HEAD: [&str; 4] =
    ["const ROWS: u32 = 1u;", "const COLUMNS: u32 = 1u;", "const R: u32 = 0u;", "const C: u32 = 0u;"];

/// The template with every line that names R repeated for each row, and every line that names C for each column.
///
/// Neighbouring lines that name R are repeated together, so that what is read for a row is used at once; within a row a
/// line that names C is repeated for each column. Neighbouring lines that name C alone are repeated together as well.
/// Comments are copied as they are.
pub fn expand(template: &str, [rows, columns]: [u32; 2]) -> String {
    let [rows_line, columns_line, ..] = HEAD;
    let mut lines: Vec<String> = Vec::new();
    let mut rest = template.lines().filter(|line| !HEAD[2..].contains(line)).peekable();
    while let Some(line) = rest.next() {
        if line == rows_line {
            lines.push(format!("const ROWS: u32 = {rows}u;"));
        } else if line == columns_line {
            lines.push(format!("const COLUMNS: u32 = {columns}u;"));
        } else {
            let kind = names(line);
            let mut group = vec![line];
            while kind != (false, false) && rest.peek().is_some_and(|next| names(next).0 == kind.0 && named(next)) {
                group.extend(rest.next());
            }
            match kind {
                (true, _) => (0..rows).for_each(|r| write_row(&mut lines, &group, r, columns)),
                (false, true) => {
                    (0..columns).for_each(|c| lines.extend(group.iter().map(|line| replace(line, 0, c))));
                }
                (false, false) => lines.push(line.to_owned()),
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The lines of one row.
fn write_row(lines: &mut Vec<String>, group: &[&str], row: u32, columns: u32) {
    for line in group {
        let columns = if names(line).1 { columns } else { 1 };
        lines.extend((0..columns).map(|column| replace(line, row, column)));
    }
}

/// Whether a line names R, and whether it names C.
fn names(line: &str) -> (bool, bool) {
    if line.trim_start().starts_with("//") {
        return (false, false);
    }
    let has = |name| words(line).any(|word| word.split('_').any(|part| part == name));
    (has("R"), has("C"))
}

fn named(line: &str) -> bool {
    names(line) != (false, false)
}

/// The line for one row and one column: as a word of its own a name becomes a number, within a word its digits.
fn replace(line: &str, row: u32, column: u32) -> String {
    let part = |part: &str| match part {
        "R" => row.to_string(),
        "C" => column.to_string(),
        other => other.to_owned(),
    };
    words(line)
        .map(|word| match word {
            "R" => format!("{row}u"),
            "C" => format!("{column}u"),
            word => word.split('_').map(part).collect::<Vec<_>>().join("_"),
        })
        .collect()
}

/// A line cut into identifiers and what stands between them.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| !(c.is_alphanumeric() || c == '_');
    line.split_inclusive(separates).flat_map(move |piece| {
        let word = piece.trim_end_matches(separates);
        [word, &piece[word.len()..]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_repeated_for_every_row_and_column_they_name() {
        let template = "\
const ROWS: u32 = 1u;
const COLUMNS: u32 = 1u;
const R: u32 = 0u;
const C: u32 = 0u;
// R and C × in a comment stay.
let from_C = C * ROWS;
let w_C = weights[from_C];

let a_R = input[R];
sum_R_C += a_R.x * w_C;
CARE_RC(R2);";
        let expected = "\
const ROWS: u32 = 2u;
const COLUMNS: u32 = 2u;
// R and C × in a comment stay.
let from_0 = 0u * ROWS;
let w_0 = weights[from_0];
let from_1 = 1u * ROWS;
let w_1 = weights[from_1];

let a_0 = input[0u];
sum_0_0 += a_0.x * w_0;
sum_0_1 += a_0.x * w_1;
let a_1 = input[1u];
sum_1_0 += a_1.x * w_0;
sum_1_1 += a_1.x * w_1;
CARE_RC(R2);
";
        assert_eq!(expand(template, [2, 2]), expected);
    }
}
