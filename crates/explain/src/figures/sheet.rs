//! Drawings on one scale as a picture that stands by itself: title, drawings, legend with its limits, caption.

use svg::Document;
use svg::node::element::{Definitions, Group, LinearGradient, Rectangle, Stop, Text, Title};

use crate::figures::colour::Theme;
use crate::figures::figure::Figure;
use crate::figures::grid::Scale;

/// Pixels of a cell's side in a file.
const CELL: usize = 24;

/// What goes into one file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sheet<'a> {
    /// Stands above everything.
    pub title: &'a str,
    /// Stands below everything, in one line.
    pub caption: &'a str,
    /// In reading order, all of one size and on one scale. Where there are several, each has its title above it.
    pub figures: &'a [Figure],
    /// How many stand in a row.
    pub columns: usize,
    /// Pixels of a cell's side.
    pub cell: usize,
}

/// Pixels round the sheet.
const MARGIN: usize = 24;
/// Pixels between drawings.
const GAP: usize = 16;
/// Pixels between the margins at least; the legend's at the same time.
const LEAST_WIDTH: usize = 400;
/// Pixels of the sheet's title.
const TITLE: usize = 18;
/// Pixels of the scale's limits.
const LIMITS: usize = 14;
/// Pixels of the caption and of the drawings' titles.
const WORDS: usize = 13;
/// From the top of a drawing's title to the drawing, in pixels.
const HEADING: usize = 20;

impl Sheet<'_> {
    /// The sheet as SVG.
    pub fn svg(&self, theme: Theme) -> String {
        let [paper, ink] = theme.paper_and_ink();
        let columns = self.columns.clamp(1, self.figures.len().max(1));
        let heading = if self.figures.len() > 1 { HEADING } else { 0 };
        let side = |side: fn(&Figure) -> usize| self.figures.iter().map(side).max().unwrap_or(0) * self.cell;
        let titles = self.figures.iter().filter(|_| heading > 0).map(|figure| reach(&figure.title, WORDS)).max();
        let width = side(|figure| figure.grid.columns).max(titles.unwrap_or(0));
        let [right, down] = [width + GAP, heading + side(|figure| figure.grid.rows) + GAP];
        let rows = self.figures.len().div_ceil(columns);
        let words = reach(self.title, TITLE).max(reach(self.caption, WORDS));
        let inner = (columns * right - GAP).max(LEAST_WIDTH).max(words);
        let top = MARGIN + 28;
        let below = top + (rows * down).saturating_sub(GAP);

        let [full_width, full_height] = [inner + 2 * MARGIN, below + 84 + MARGIN];
        let mut sheet = Document::new()
            .set("width", full_width)
            .set("height", full_height)
            .set("viewBox", (0, 0, full_width, full_height))
            .set("font-family", "system-ui, sans-serif")
            .set("fill", ink)
            .add(Title::new(self.title))
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", paper))
            .add(text([MARGIN, MARGIN + 10], TITLE, self.title).set("font-weight", 600));
        for (i, figure) in self.figures.iter().enumerate() {
            let [left, top] = [MARGIN + i % columns * right, top + i / columns * down];
            if heading > 0 {
                sheet = sheet.add(text([left, top + WORDS], WORDS, &figure.title));
            }
            let top = top + heading;
            let place = format!("translate({left} {top}) scale({})", self.cell);
            // Where nothing is, a map has the paper's colour.
            let size = [figure.grid.rows, figure.grid.columns].map(|cells| cells * self.cell);
            let frame = outlined([top, left], size, ink).set("fill", "none");
            sheet = sheet.add(frame).add(figure.drawing(theme, self.cell, [paper, ink]).set("transform", place));
        }
        if let Some(figure) = self.figures.first() {
            sheet = sheet.add(gradient(figure, theme)).add(legend(figure, below, ink));
        }
        sheet.add(text([MARGIN, below + 70], WORDS, self.caption)).to_string()
    }
}

/// How far a line of text reaches at most, in pixels: fonts differ, and what measures them is not at hand.
fn reach(text: &str, size: usize) -> usize {
    text.chars().count() * size * 3 / 5
}

fn text(at: [usize; 2], size: usize, content: &str) -> Text {
    Text::new(content).set("x", at[0]).set("y", at[1]).set("font-size", size)
}

/// The colours of the scale, for the legend's bar.
fn gradient(figure: &Figure, theme: Theme) -> Definitions {
    let stops = figure.stops(theme);
    let gradient = stops.iter().enumerate().fold(LinearGradient::new().set("id", "scale"), |gradient, (i, stop)| {
        let at = i as f32 / (stops.len() - 1) as f32;
        gradient.add(Stop::new().set("offset", at).set("stop-color", stop.as_str()))
    });
    Definitions::new().add(gradient)
}

/// A bar with the limits at its ends.
fn legend(figure: &Figure, below: usize, ink: &str) -> Group {
    let [least, most] = [figure.scale.least(), figure.scale.limit()].map(|end| figure.scale.write(end));
    let label =
        |right, anchor, content: &str| text([MARGIN + right, below + 42], LIMITS, content).set("text-anchor", anchor);
    let legend = Group::new()
        .add(outlined([below + 12, MARGIN], [12, LEAST_WIDTH], ink).set("fill", "url(#scale)"))
        .add(label(0, "start", &least))
        .add(label(LEAST_WIDTH, "end", &most));
    match figure.scale {
        Scale::Signed(_) => legend.add(label(LEAST_WIDTH / 2, "middle", "0")),
        Scale::Positive(_) => legend,
    }
}

fn outlined([top, left]: [usize; 2], [height, width]: [usize; 2], ink: &str) -> Rectangle {
    let rectangle = Rectangle::new().set("x", left).set("y", top).set("width", width).set("height", height);
    rectangle.set("stroke", ink).set("stroke-width", 0.5)
}

impl Figure {
    /// The drawing by itself on a sheet: title, cells, marks, legend with its limits, caption.
    pub fn svg(&self, theme: Theme) -> String {
        let Self { title, caption, .. } = self;
        Sheet { title, caption, figures: std::slice::from_ref(self), columns: 1, cell: CELL }.svg(theme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::grid::Grid;

    fn figure(title: &str) -> Figure {
        Figure {
            name: title.into(),
            title: title.into(),
            caption: "of a test & no network".into(),
            axes: ["row", "column"],
            grid: Grid::new(vec![0.5, -2.0, 1.0, 0.0, 0.25, -0.125], 3),
            scale: Scale::Signed(1.0),
            ring: Some([1, 1]),
            window: Some([0, 0, 1, 1]),
        }
    }

    fn texts(svg: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(svg).unwrap();
        let texts = document.descendants().filter(|node| node.has_tag_name("text"));
        texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
    }

    #[test]
    fn several_drawings_have_their_titles_and_one_legend() {
        let figures = ["head 0", "head 1", "head 2"].map(figure);
        let sheet = Sheet { title: "content", caption: "of a test", figures: &figures, columns: 2, cell: 8 };
        let svg = sheet.svg(Theme::Light);
        assert_eq!(texts(&svg), ["content", "head 0", "head 1", "head 2", "−1.00", "+1.00", "0", "of a test"]);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let places: Vec<&str> = document.descendants().filter_map(|node| node.attribute("transform")).collect();
        // A title is wider than three cells of eight pixels.
        let [left, right] = [MARGIN, MARGIN + reach("head 0", WORDS) + GAP];
        let [first, second] = [MARGIN + 28 + HEADING, MARGIN + 28 + HEADING + 16 + GAP + HEADING];
        assert_eq!(
            places,
            [(left, first), (right, first), (left, second)].map(|(x, y)| format!("translate({x} {y}) scale(8)"))
        );
    }

    #[test]
    fn a_drawing_alone_needs_no_title_but_the_sheets() {
        let figures = [figure("head 0")];
        let sheet = Sheet { title: "content", caption: "of a test", figures: &figures, columns: 4, cell: 8 };
        assert_eq!(texts(&sheet.svg(Theme::Dark)), ["content", "−1.00", "+1.00", "0", "of a test"]);
    }

    #[test]
    fn a_sheet_is_as_wide_as_its_caption() {
        let figures = [figure("content")];
        let width = |caption: &str| {
            let svg = Sheet { title: "content", caption, figures: &figures, columns: 1, cell: 8 }.svg(Theme::Light);
            roxmltree::Document::parse(&svg)
                .unwrap()
                .root_element()
                .attribute("width")
                .unwrap()
                .parse::<usize>()
                .unwrap()
        };
        assert_eq!(width("short"), LEAST_WIDTH + 2 * MARGIN);
        assert_eq!(width(&"m".repeat(200)), 200 * WORDS * 3 / 5 + 2 * MARGIN);
    }
}
