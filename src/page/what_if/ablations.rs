//! What is said of the network's accuracy over all pictures with parts switched off, beside what becomes of a single one.

use lambdascope_core::catalogue::ablations::{Ablation, Ablations, Hits, Part, Row};
use lambdascope_core::text::{grouped, signed};

use crate::page::what_if::Changes;

/// The title over the table.
pub fn title(ablations: &Ablations) -> String {
    format!("Over all {} validation pictures", grouped(ablations.pictures))
}

/// What a row is of, as the switches name it.
pub fn row_title(row: &Row) -> &str {
    if let [layer] = &row.layers[..] { layer } else { "all layers" }
}

/// A part, as it is switched off.
pub fn part_title(part: Part) -> &'static str {
    match part {
        Part::Content => "content off",
        Part::Position => "position off",
        Part::Both => "both off",
    }
}

/// The share of the pictures that is right, as exactly as in the comparison of the networks.
pub fn share(ablations: &Ablations, hits: Hits) -> String {
    format!("{:.2}\u{a0}%", 100.0 * hits.top1_of(ablations.pictures))
}

/// The same in a sentence.
fn about(ablations: &Ablations, hits: Hits) -> String {
    format!("{:.1}\u{a0}%", 100.0 * hits.top1_of(ablations.pictures))
}

/// The difference from the unchanged network in percentage points, with its sign.
pub fn points(ablations: &Ablations, hits: Hits) -> String {
    signed(ablations.points(hits) as f32, 1)
}

/// One picture against all of them, in words.
pub fn lead(ablations: &Ablations) -> String {
    let one = "On a single picture, switching a part off may even help.";
    let pictures = grouped(ablations.pictures);
    let all = format!("{one} Over the {pictures} that the network was never trained on,");
    let whole = about(ablations, ablations.unchanged);
    let found: Vec<Ablation> = ablations.rows.last().map(|row| row.ablations().collect()).unwrap_or_default();
    let falls = found.iter().all(|found| found.hits.top1 < ablations.unchanged.top1);
    let to = if falls { "to " } else { "" };
    let without = found.iter().map(|found| {
        let without = match found.part {
            Part::Content => "content lambdas",
            Part::Position => "position lambdas",
            Part::Both => "either",
        };
        format!("{to}{} without {without}", about(ablations, found.hits))
    });
    let list = listed(&without.collect::<Vec<_>>());
    if list.is_empty() {
        format!("{all} {whole} come out right.")
    } else if falls {
        format!("{all} accuracy falls from {whole} {list}.")
    } else {
        format!("{all} accuracy is {whole} with nothing switched off, {list}.")
    }
}

/// How the table is to be read.
pub fn note(ablations: &Ablations) -> String {
    let mut note = "With both off, nothing passes through the layer itself; only the shortcut around it is left. These \
                    figures show what this network, trained with both parts, has come to rely on; under “Measured here” \
                    you can see how networks trained without one of them do."
        .to_owned();
    // In so few pictures a tenth of a point is less than one of them.
    let tenth = ablations.pictures as f64 / 1000.0;
    if tenth >= 1.0 {
        let plural = if tenth.round() > 1.0 { "s" } else { "" };
        note += &format!(
            " A tenth of a point is about {tenth:.0} picture{plural}, so differences that small mean nothing."
        );
    }
    note
}

/// The part of a single layer that costs most when it is switched off; `None` if none costs anything.
pub fn suggestion(ablations: &Ablations) -> Option<Ablation<'_>> {
    let single = ablations.single_layers().flat_map(Row::ablations).filter(|found| found.part != Part::Both);
    // Of equals the first.
    let costliest = single.reduce(|most, next| if next.hits.top1 < most.hits.top1 { next } else { most })?;
    (costliest.hits.top1 < ablations.unchanged.top1).then_some(costliest)
}

/// Why to try it.
pub fn suggested(ablations: &Ablations, found: &Ablation) -> String {
    let cost = signed(-ablations.points(found.hits) as f32, 1);
    let (matters, them) = if found.part == Part::Content { ("matters", "it") } else { ("matter", "them") };
    format!(
        "Of all single parts, {} {matters} most: switching {them} off costs {} points.",
        of(found),
        cost.trim_start_matches('+')
    )
}

/// What the button says that tries it.
pub fn button(found: &Ablation) -> String {
    format!("Switch off {}", of(found))
}

/// Switches it off, beside what is changed already.
pub fn apply(changes: &mut Changes, found: &Ablation) {
    let off = found.part.off();
    for layer in found.layers {
        changes.change(layer, |edit| {
            edit.content &= off.content;
            edit.position &= off.position;
        });
    }
}

fn of(found: &Ablation) -> String {
    let part = match found.part {
        Part::Content => "the content lambda",
        Part::Position => "the position lambdas",
        Part::Both => "the lambdas",
    };
    format!("{part} of {}", found.layers.join(", "))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(top1: u64) -> Option<Hits> {
        Some(Hits { top1, top5: 2000 })
    }

    fn row(layers: &[&str], [content_off, position_off, both_off]: [Option<Hits>; 3]) -> Row {
        Row { layers: layers.iter().map(|layer| (*layer).to_owned()).collect(), content_off, position_off, both_off }
    }

    fn ablations(rows: Vec<Row>) -> Ablations {
        Ablations {
            network: "n".into(),
            sha256: String::new(),
            dataset: "d".into(),
            pictures: 2000,
            passed_over: 0,
            command: String::new(),
            unchanged: Hits { top1: 1800, top5: 1990 },
            rows,
        }
    }

    fn usual() -> Ablations {
        ablations(vec![
            row(&["a"], [hits(1801), hits(1700), hits(1690)]),
            row(&["b"], [hits(1799), hits(1625), hits(1400)]),
            row(&["a", "b"], [hits(1750), hits(1500), hits(1000)]),
        ])
    }

    #[test]
    fn one_picture_is_held_against_all() {
        assert_eq!(title(&usual()), "Over all 2,000 validation pictures");
        assert_eq!(
            lead(&usual()),
            "On a single picture, switching a part off may even help. Over the 2,000 that the network was never trained \
             on, accuracy falls from 90.0\u{a0}% to 87.5\u{a0}% without content lambdas, to 75.0\u{a0}% without position lambdas \
             and to 50.0\u{a0}% without either."
        );
    }

    #[test]
    fn nothing_falls_that_does_not() {
        let gains = ablations(vec![row(&["a"], [hits(1801), hits(1700), hits(1690)])]);
        assert!(lead(&gains).ends_with(
            "accuracy is 90.0\u{a0}% with nothing switched off, 90.0\u{a0}% without content lambdas, 85.0\u{a0}% without \
             position lambdas and 84.5\u{a0}% without either."
        ));
        let content_alone = ablations(vec![row(&["a"], [hits(1600), None, None])]);
        assert!(
            lead(&content_alone).ends_with("accuracy falls from 90.0\u{a0}% to 80.0\u{a0}% without content lambdas.")
        );
        assert!(lead(&ablations(vec![])).ends_with("90.0\u{a0}% come out right."));
    }

    #[test]
    fn the_costliest_part_of_one_layer_is_suggested() {
        let ablations = usual();
        let found = suggestion(&ablations).unwrap();
        assert_eq!((found.layers, found.part), (&["b".to_owned()][..], Part::Position));
        assert_eq!(button(&found), "Switch off the position lambdas of b");
        assert_eq!(
            suggested(&ablations, &found),
            "Of all single parts, the position lambdas of b matter most: switching them off costs 8.8 points."
        );
        let mut changes = Changes::default();
        changes.change("b", |edit| edit.content = false);
        apply(&mut changes, &found);
        assert_eq!(changes.edit_text().as_deref(), Some("b_c_p"));
    }

    #[test]
    fn a_content_lambda_is_one() {
        let ablations = ablations(vec![row(&["a"], [hits(1600), hits(1700), hits(1500)])]);
        let found = suggestion(&ablations).unwrap();
        assert_eq!(
            suggested(&ablations, &found),
            "Of all single parts, the content lambda of a matters most: switching it off costs 10.0 points."
        );
    }

    #[test]
    fn nothing_is_suggested_where_nothing_costs() {
        assert_eq!(suggestion(&ablations(vec![row(&["a"], [hits(1801), hits(1800), hits(1000)])])), None);
        assert_eq!(suggestion(&ablations(vec![])), None);
    }

    #[test]
    fn a_cell_has_its_share_and_its_distance() {
        let ablations = usual();
        let found = ablations.rows[0].content_off.unwrap();
        assert_eq!(
            (share(&ablations, found), points(&ablations, found)),
            ("90.05\u{a0}%".to_owned(), "+0.1".to_owned())
        );
        assert_eq!((row_title(&ablations.rows[0]), row_title(&ablations.rows[2])), ("a", "all layers"));
    }

    #[test]
    fn small_differences_are_called_so_where_a_tenth_is_a_picture_or_more() {
        let few = Ablations { pictures: 900, ..usual() };
        let one = Ablations { pictures: 1400, ..usual() };
        assert!(note(&usual()).ends_with("about 2 pictures, so differences that small mean nothing."));
        assert!(note(&one).contains("about 1 picture,"));
        assert!(!note(&few).contains("tenth"));
    }
}
