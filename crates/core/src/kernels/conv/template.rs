//! Writes a register tile out: the one place where a shader's source is more than its file.
//!
//! A register cannot be indexed, and WGSL has no macros. So `shaders/conv.wgsl`, `conv_quads.wgsl` and
//! `conv_shared.wgsl` stand for one row R and one column C of the tile, and here their lines are repeated.

/// The lines of a template that say which tile it stands for, and what it takes the names that are replaced for.
const HEAD: [&str; 2] = ["const ROWS: u32 = 1u;", "const COLUMNS: u32 = 1u;"];
const STANDS_FOR: [&str; 4] =
    ["const R: u32 = 0u;", "const C: u32 = 0u;", "const Q: u32 = 0u;", "const LANE: u32 = 0u;"];

/// Rows that four neighbours load for each other: a quad.
pub const QUAD: u32 = 4;

/// What a line is repeated for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Each {
    /// Every row: it names R, and may name C, Q and LANE.
    Row,
    /// Every quad of rows: it names Q alone.
    Quad,
    /// Every column: it names C alone.
    Column,
    /// Nothing: it stands once.
    Once,
}

/// What stands for the weights' declaration where they are in half precision, and how they are read then.
const WEIGHTS: &str = "@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;\n";
const HALVES: &str = include_str!("../../../../../shaders/conv_halves.wgsl");
const READ: [&str; 2] = ["weights[row + column_C]", "block(row + column_C)"];

/// The template for weights in half precision.
pub fn with_halves(template: &str) -> String {
    let [whole, halved] = READ;
    template.replace(WEIGHTS, HALVES).replace(whole, halved)
}

/// The template with every line that names R repeated for each row, every line that names Q for each four rows, and every
/// line that names C for each column. In the line of a row Q is its quad, LANE its place in it.
///
/// Neighbouring lines that name R are repeated together, so that what is read for a row is used at once; within a row a
/// line that names C is repeated for each column. Neighbouring lines that name Q or C alone are repeated together as well.
/// Comments are copied as they are.
pub fn expand(template: &str, [rows, columns]: [u32; 2]) -> String {
    let [rows_line, columns_line] = HEAD;
    let mut lines: Vec<String> = Vec::new();
    let mut rest = template.lines().filter(|line| !STANDS_FOR.contains(line)).peekable();
    while let Some(line) = rest.next() {
        if line == rows_line {
            lines.push(format!("const ROWS: u32 = {rows}u;"));
        } else if line == columns_line {
            lines.push(format!("const COLUMNS: u32 = {columns}u;"));
        } else {
            let each = each(line);
            let mut group = vec![line];
            while each != Each::Once && rest.peek().is_some_and(|next| self::each(next) == each) {
                group.extend(rest.next());
            }
            let all = |row, column| group.iter().map(move |line| replace(line, row, column));
            match each {
                Each::Row => (0..rows).for_each(|row| write_row(&mut lines, &group, row, columns)),
                Each::Quad => (0..rows).step_by(QUAD as usize).for_each(|row| lines.extend(all(row, 0))),
                Each::Column => (0..columns).for_each(|column| lines.extend(all(0, column))),
                Each::Once => lines.push(line.to_owned()),
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The lines of one row.
fn write_row(lines: &mut Vec<String>, group: &[&str], row: u32, columns: u32) {
    for line in group {
        let columns = if names(line, "C") { columns } else { 1 };
        lines.extend((0..columns).map(|column| replace(line, row, column)));
    }
}

/// What a line is repeated for.
fn each(line: &str) -> Each {
    let names = |name| names(line, name);
    match () {
        () if line.trim_start().starts_with("//") => Each::Once,
        () if names("R") => Each::Row,
        () if names("Q") => Each::Quad,
        () if names("C") => Each::Column,
        () => Each::Once,
    }
}

/// Whether a line has a name, alone or as a part of another.
fn names(line: &str, name: &str) -> bool {
    words(line).any(|word| word.split('_').any(|part| part == name))
}

/// The line for one row and one column: as a word of its own a name becomes a number, within a word its digits.
fn replace(line: &str, row: u32, column: u32) -> String {
    let number = |name: &str| match name {
        "R" => Some(row),
        "C" => Some(column),
        "Q" => Some(row / QUAD),
        "LANE" => Some(row % QUAD),
        _ => None,
    };
    let part = |part: &str| number(part).map_or_else(|| part.to_owned(), |number| number.to_string());
    words(line)
        .map(|word| match number(word) {
            Some(number) => format!("{number}u"),
            None => word.split('_').map(part).collect::<Vec<_>>().join("_"),
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

    #[test]
    fn rows_are_loaded_by_quads() {
        let template = "\
const Q: u32 = 0u;
const LANE: u32 = 0u;
let pixel_Q = 4u * Q;
let mine_Q = input[pixel_Q];
let a_R = quadBroadcast(mine_Q, LANE);";
        let expected = "\
let pixel_0 = 4u * 0u;
let mine_0 = input[pixel_0];
let pixel_1 = 4u * 1u;
let mine_1 = input[pixel_1];
let a_0 = quadBroadcast(mine_0, 0u);
let a_1 = quadBroadcast(mine_0, 1u);
let a_2 = quadBroadcast(mine_0, 2u);
let a_3 = quadBroadcast(mine_0, 3u);
let a_4 = quadBroadcast(mine_1, 0u);
let a_5 = quadBroadcast(mine_1, 1u);
let a_6 = quadBroadcast(mine_1, 2u);
let a_7 = quadBroadcast(mine_1, 3u);
";
        assert_eq!(expand(template, [8, 1]), expected);
    }
}
