//! Both charts as a picture that stands by itself.

use strum::VariantArray;
use svg::Document;
use svg::node::element::{Circle, Group, Line as Stroke, Polyline, Rectangle, Text, Title};

use super::chart::{Chart, Quantity, style};
use crate::figures::colour::Theme;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::report::Report;

/// Pixels of a chart, round it, and between both.
const WIDE: f64 = 380.0;
const HIGH: f64 = 300.0;
const MARGIN: f64 = 24.0;
const LABELS: f64 = 62.0;
const TOP: f64 = 76.0;
/// Pixels from one line of the key to the next.
const KEY: f64 = 20.0;

/// The sheet of a sweep, with another laid over it if there is one; nothing where nobody ran.
pub fn svg(runs: &[&Report], theme: Theme) -> Option<String> {
    let charts = [Chart::of(runs, Quantity::Time)?, Chart::of(runs, Quantity::Memory)?];
    let report = runs.first()?;
    let [paper, ink] = theme.paper_and_ink();
    let key = TOP + HIGH + 52.0;
    let shown = |contestant: &&Contestant| charts[0].lines.iter().any(|line| line.contestant == **contestant);
    let lines: Vec<Contestant> = Contestant::VARIANTS.iter().filter(shown).copied().collect();
    let width = 2.0 * (MARGIN + LABELS + WIDE) + MARGIN;
    let height = key + KEY * lines.len().div_ceil(2) as f64 + 44.0;
    let Setting { width: d, heads, key_depth, window, .. } = report.setting;
    let others = runs.iter().skip(1).map(|run| format!("; thin: {}", run.device)).collect::<String>();
    let title = format!("One layer on {}{others}", report.device);
    let caption = format!(
        "d = {d}, h = {heads}, k = {key_depth}, r = {window}; {}. A cross: refused at that size.",
        if report.batch == 1 { "one map".to_owned() } else { format!("{} maps one after the other", report.batch) }
    );
    let mut sheet = Document::new()
        .set("width", width)
        .set("height", height)
        .set("viewBox", (0, 0, width, height))
        .set("font-family", "system-ui, sans-serif")
        .set("fill", ink)
        .add(Title::new(title.as_str()))
        .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", paper))
        .add(words([MARGIN, MARGIN + 12.0], 18, &title).set("font-weight", 600));
    for (chart, left) in charts.iter().zip([MARGIN + LABELS, 2.0 * (MARGIN + LABELS) + WIDE]) {
        sheet = sheet.add(drawing(chart, [left, TOP], theme, ink));
    }
    for (at, contestant) in lines.into_iter().enumerate() {
        let (left, top) = (MARGIN + LABELS + (at % 2) as f64 * (WIDE / 2.0 + 40.0), key + KEY * (at / 2) as f64);
        let (colour, dashes) = style(contestant, theme);
        let sample = stroke([left, top - 4.0], [left + 34.0, top - 4.0], colour).set("stroke-width", 2.5);
        sheet =
            sheet.add(sample.set("stroke-dasharray", dashes)).add(words([left + 42.0, top], 13, contestant.title()));
    }
    Some(sheet.add(words([MARGIN, height - MARGIN + 4.0], 12, &caption)).to_string())
}

fn drawing(chart: &Chart, [left, top]: [f64; 2], theme: Theme, ink: &str) -> Group {
    let place = |[x, y]: [f64; 2]| [left + x * WIDE, top + (1.0 - y) * HIGH];
    let mut group = Group::new().add(words([left, top - 14.0], 14, chart.quantity.title()).set("font-weight", 600));
    for (value, name) in chart.ticks() {
        let [_, y] = place(chart.at(chart.sides[0], value));
        group = group
            .add(stroke([left, y], [left + WIDE, y], ink).set("stroke-opacity", 0.18))
            .add(words([left - 8.0, y + 4.0], 11, &name).set("text-anchor", "end"));
    }
    for &side in &chart.sides {
        let [x, y] = place([chart.across(side), 0.0]);
        group = group
            .add(stroke([x, y], [x, y + 5.0], ink).set("stroke-opacity", 0.5))
            .add(words([x, y + 19.0], 11, &format!("{side}²")).set("text-anchor", "middle"));
    }
    for line in &chart.lines {
        let (colour, dashes) = style(line.contestant, theme);
        let points: Vec<[f64; 2]> = line.points.iter().map(|(side, value)| place(chart.at(*side, *value))).collect();
        let path: Vec<String> = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        let drawn = Polyline::new()
            .set("points", path.join(" "))
            .set("fill", "none")
            .set("stroke", colour)
            .set("stroke-width", if line.run == 0 { 2.0 } else { 1.0 })
            .set("stroke-dasharray", dashes);
        group = group.add(Title::new(line.contestant.title())).add(drawn);
        for [x, y] in &points {
            group = group.add(
                Circle::new()
                    .set("cx", *x)
                    .set("cy", *y)
                    .set("r", if line.run == 0 { 3 } else { 2 })
                    .set("fill", colour),
            );
        }
        // At the head of the chart, before the size at which it ended, each contestant in a place of its own.
        if let Some(side) = line.refused.filter(|_| line.run == 0) {
            let [x, y] = place([chart.across(side), 1.0]);
            let x = x - 11.0 * (5.0 - line.contestant as usize as f64);
            group = group
                .add(stroke([x - 4.0, y - 4.0], [x + 4.0, y + 4.0], colour).set("stroke-width", 2))
                .add(stroke([x - 4.0, y + 4.0], [x + 4.0, y - 4.0], colour).set("stroke-width", 2));
        }
    }
    group
}

fn words([x, y]: [f64; 2], size: usize, content: &str) -> Text {
    Text::new(content).set("x", x).set("y", y).set("font-size", size)
}

fn stroke(from: [f64; 2], to: [f64; 2], colour: &str) -> Stroke {
    Stroke::new().set("x1", from[0]).set("y1", from[1]).set("x2", to[0]).set("y2", to[1]).set("stroke", colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::cost::chart::tests::report;

    #[test]
    fn a_sheet_has_both_charts_and_says_whose_lines_they_are() {
        for theme in [Theme::Light, Theme::Dark] {
            let svg = svg(&[&report()], theme).unwrap();
            let document = roxmltree::Document::parse(&svg).unwrap();
            let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
            assert_eq!(count("polyline"), 4);
            assert_eq!(count("circle"), 2 * (4 + 3));
            let words: Vec<_> = document
                .descendants()
                .filter(|node| node.has_tag_name("text"))
                .filter_map(|node| node.text())
                .map(str::trim)
                .collect();
            for expected in ["One layer on a <test>", "time", "memory", "64²", "attention, map stored"] {
                assert!(words.contains(&expected), "{expected} in {words:?}");
            }
        }
    }

    #[test]
    fn a_second_sweep_is_named_and_thinner() {
        let (one, other) = (report(), Report { device: "another".into(), ..report() });
        let svg = svg(&[&one, &other], Theme::Light).unwrap();
        assert!(svg.contains("One layer on a &lt;test&gt;; thin: another"));
        assert_eq!(svg.matches("<polyline").count(), 8);
        assert_eq!(svg.matches("stroke-width=\"1\"").count(), 4);
    }
}
