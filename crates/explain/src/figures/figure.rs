//! A drawing with everything that is needed to read it: on the page, aloud, and in a file of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

use svg::node::element::{Group, Path, Rectangle};

use crate::figures::colour::{Theme, diverging, diverging_stops, sequential, sequential_stops};
use crate::figures::display::Display;
use crate::figures::grid::{Grid, Scale};
use crate::figures::pixels::{MARK_FROM, opaque, sign_marks};

/// One drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Names the files that it is written to, such as `content_stages.1.1_h0_8.8`.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// Of what, in one sentence: network, layer, head, query.
    pub caption: String,
    /// What rows and columns are.
    pub axes: [&'static str; 2],
    /// The values.
    pub grid: Grid,
    /// Their scale.
    pub scale: Scale,
    /// A cell with a ring round it.
    pub ring: Option<[usize; 2]>,
    /// Cells with an outline round them, inclusive: `[top, left, bottom, right]`.
    pub window: Option<[usize; 4]>,
}

/// Pixels of a cell's side from which a sign can be read in it.
const LEAST_MARKED: usize = 8;

impl Figure {
    /// The colour of one value.
    pub fn colour(&self, value: f32, theme: Theme) -> [u8; 3] {
        match self.scale {
            Scale::Signed(limit) => diverging(value, limit, theme),
            Scale::Positive(limit) => sequential(value, limit, theme),
        }
    }

    /// The cells as RGBA, one pixel each: opaque for a map alone; to lie over a picture, the full colour of each sign with
    /// |value| / limit as alpha; nothing under contours.
    pub fn rgba(&self, theme: Theme, display: Display) -> Vec<u8> {
        let limit = self.scale.limit();
        let pixel = |value: &f32| match display {
            Display::Map => opaque(self.colour(*value, theme)),
            Display::Overlay => {
                let [r, g, b] = self.colour(limit.copysign(*value), theme);
                let alpha = if limit > 0.0 { (value.abs() / limit).min(1.0) } else { 0.0 };
                [r, g, b, (alpha * 255.0).round() as u8]
            }
            Display::Contours => [0; 4],
        };
        self.grid.values.iter().flat_map(pixel).collect()
    }

    /// SVG paths in cells, round the cells of at least [`MARK_FROM`] of the limit: those above zero, those below.
    pub fn contours(&self) -> [String; 2] {
        [1.0, -1.0].map(|sign| {
            let least = MARK_FROM * self.scale.limit();
            let is_in =
                |y: usize, x: usize| least > 0.0 && self.grid.at([y, x]).is_some_and(|value| sign * value >= least);
            let mut path = String::new();
            for y in 0..=self.grid.rows {
                for x in 0..=self.grid.columns {
                    let own = y < self.grid.rows && is_in(y, x);
                    let [above, left] = [y > 0 && is_in(y - 1, x), x > 0 && y < self.grid.rows && is_in(y, x - 1)];
                    // Writing to a String cannot fail.
                    if x < self.grid.columns && own != above {
                        let _ = write!(path, "M{x} {y}h1");
                    }
                    if y < self.grid.rows && own != left {
                        let _ = write!(path, "M{x} {y}v1");
                    }
                }
            }
            path
        })
    }

    /// The stops of its scale from the least to the greatest, as `#rrggbb`.
    pub fn stops(&self, theme: Theme) -> Vec<String> {
        let stops = match self.scale {
            Scale::Signed(_) => diverging_stops(theme).to_vec(),
            Scale::Positive(_) => sequential_stops(theme).to_vec(),
        };
        stops.into_iter().map(|stop| format!("#{stop:06x}")).collect()
    }

    /// What a screen reader hears of it.
    pub fn description(&self) -> String {
        let Grid { rows, columns, .. } = self.grid;
        let [row, column] = self.axes;
        let mut text = format!("{}, {rows} {row}s by {columns} {column}s", self.title);
        for extreme in self.grid.strongest(2) {
            let [y, x] = self.grid.name(extreme.cell);
            let _ = write!(text, "; {} at {row} {y}, {column} {x}", self.scale.write(extreme.value));
        }
        text
    }

    /// What is to be said under it: its scale, and that cells lie beyond it.
    pub fn limits(&self) -> String {
        let limit = self.scale.limit();
        let mut text = format!("{} to {}", self.scale.write(self.scale.least()), self.scale.write(limit));
        let clipped = self.grid.clipped(self.scale);
        if clipped > 0 {
            let _ = write!(text, ", {clipped} beyond, up to {}", self.scale.write(self.grid.largest()));
        }
        text
    }

    /// An SVG path in cells: a triangle in the corner of every cell beyond the scale.
    pub fn clip_marks(&self) -> String {
        let mut path = String::new();
        let beyond = self.scale.limit() * 1.000_1;
        for (m, value) in self.grid.values.iter().enumerate() {
            if value.abs() > beyond {
                let (y, x) = (m / self.grid.columns, m % self.grid.columns);
                let _ = write!(path, "M{} {y}h.4v.4z", x as f32 + 0.6);
            }
        }
        path
    }

    /// An SVG path in cells: the signs of strong cells; none where nothing is negative.
    pub fn marks(&self) -> String {
        match self.scale {
            Scale::Signed(limit) => sign_marks(&self.grid.values, self.grid.columns, limit),
            Scale::Positive(_) => String::new(),
        }
    }

    /// Cells and marks, a unit a cell, to be drawn with `cell` pixels for each.
    pub(super) fn drawing(&self, theme: Theme, cell: usize, [paper, ink]: [&str; 2]) -> Group {
        let square = |[y, x]: [usize; 2]| Rectangle::new().set("x", x).set("y", y).set("width", 1).set("height", 1);
        // One path a colour: there are some hundred colours, but on large maps a million cells.
        let mut colours = BTreeMap::<[u8; 3], String>::new();
        for (m, value) in self.grid.values.iter().enumerate() {
            let path = colours.entry(self.colour(*value, theme)).or_default();
            let (y, x) = (m / self.grid.columns, m % self.grid.columns);
            // Writing to a String cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
        let cells = colours.into_iter().fold(Group::new(), |group, ([r, g, b], path)| {
            group.add(Path::new().set("d", path).set("fill", format!("#{r:02x}{g:02x}{b:02x}")))
        });
        // A share of a cell, but no fewer pixels than can be seen.
        let line = |share: f32, pixels: f32| share.max(pixels / cell.max(1) as f32);
        let mut drawing = Group::new().add(cells.set("shape-rendering", "crispEdges"));
        if cell >= LEAST_MARKED {
            let marks = Path::new().set("d", self.marks()).set("fill", "none");
            drawing = drawing.add(marks.set("stroke", paper).set("stroke-width", 0.06));
        }
        drawing = drawing.add(Path::new().set("d", self.clip_marks()).set("fill", ink));
        if let Some([top, left, bottom, right]) = self.window {
            let outline = Rectangle::new()
                .set("x", left)
                .set("y", top)
                .set("width", right + 1 - left)
                .set("height", bottom + 1 - top)
                .set("fill", "none")
                .set("stroke", ink)
                .set("stroke-width", line(0.08, 1.0))
                .set("stroke-dasharray", format!("{} {}", line(0.3, 4.0), line(0.2, 2.5)));
            drawing = drawing.add(outline);
        }
        // Two tones, to be seen on every colour.
        let tones = [("#000", line(0.2, 2.5)), ("#fff", line(0.09, 1.0))];
        let rings = self.ring.into_iter().flat_map(|cell| tones.map(|tone| (cell, tone)));
        rings.fold(drawing, |drawing, (cell, (colour, line))| {
            drawing.add(square(cell).set("fill", "none").set("stroke", colour).set("stroke-width", line))
        })
    }

    /// The values as a table of commas, rows and columns named by their numbers.
    ///
    /// # Errors
    /// Never for values that fit memory.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let [row, column] = self.axes;
        let mut table = csv::Writer::from_writer(Vec::new());
        let [top, left] = self.grid.first;
        let numbers = (left..).take(self.grid.columns).map(|x| x.to_string());
        table.write_record(std::iter::once(format!("{row}\\{column}")).chain(numbers))?;
        for (y, values) in (top..).zip(self.grid.values.chunks_exact(self.grid.columns.max(1))) {
            table.write_record(std::iter::once(y.to_string()).chain(values.iter().map(f32::to_string)))?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }

    /// The values `[rows, columns]` as NumPy reads them, f32.
    ///
    /// # Errors
    /// Never for values that fit memory.
    pub fn npy(&self) -> std::io::Result<Vec<u8>> {
        use npyz::WriterBuilder;
        let mut bytes = Vec::new();
        let shape = [self.grid.rows as u64, self.grid.columns as u64];
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut bytes).begin_nd()?;
        writer.extend(&self.grid.values)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        Figure {
            name: "content".into(),
            title: "content <map>".into(),
            caption: "of a test & no network".into(),
            axes: ["row", "column"],
            grid: Grid::new(vec![0.5, -2.0, 1.0, 0.0, 0.25, -0.125], 3),
            scale: Scale::Signed(1.0),
            ring: Some([1, 1]),
            window: Some([0, 0, 1, 1]),
        }
    }

    #[test]
    fn an_array_comes_back_as_it_was() {
        let figure = figure();
        let bytes = figure.npy().unwrap();
        let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(npy.shape(), [2, 3]);
        assert_eq!(npy.into_vec::<f32>().unwrap(), figure.grid.values);
        let csv = String::from_utf8(figure.csv().unwrap()).unwrap();
        let rows: Vec<Vec<f32>> =
            csv.lines().skip(1).map(|line| line.split(',').skip(1).map(|n| n.parse().unwrap()).collect()).collect();
        assert_eq!(rows.concat(), figure.grid.values);
        assert!(csv.starts_with("row\\column,0,1,2\n0,"));
    }

    #[test]
    fn offsets_keep_their_numbers_in_words_and_in_tables() {
        let mut figure = figure();
        figure.grid = figure.grid.counted_from([0, -1]);
        assert!(figure.description().contains("−2.00 at row 0, column 0; +1.00 at row 0, column 1"));
        assert!(figure.csv().unwrap().starts_with(b"row\\column,-1,0,1\n0,"));
    }

    #[test]
    fn a_drawing_has_every_cell_its_limits_and_its_caption() {
        let svg = figure().svg(Theme::Light);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        // Paper, frame, the window, two for the ring, the scale.
        assert_eq!(count("rect"), 1 + 1 + 1 + 2 + 1);
        assert_eq!(svg.matches("h1v1h-1z").count(), 6);
        let texts: Vec<&str> = document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .filter_map(|node| node.text())
            .map(str::trim)
            .collect();
        assert_eq!(texts, ["content <map>", "−1.00", "+1.00", "0", "of a test & no network"]);
    }

    #[test]
    fn strength_is_alpha_over_a_picture() {
        let mut figure = figure();
        figure.grid = Grid::new(vec![0.0, -1.0, 0.5], 3);
        let pixels = figure.rgba(Theme::Light, Display::Overlay);
        assert_eq!([pixels[3], pixels[7], pixels[11]], [0, 255, 128]);
        assert_eq!(pixels[4..7], [0x02, 0x55, 0xac]);
        assert_eq!(figure.rgba(Theme::Light, Display::Map)[..8], [0xf7, 0xf7, 0xf7, 255, 0x02, 0x55, 0xac, 255]);
        figure.scale = Scale::Positive(0.5);
        assert_eq!(figure.rgba(Theme::Light, Display::Map)[8..], [0x89, 0x41, 0x01, 255]);
    }

    #[test]
    fn contours_go_round_strong_cells_of_one_sign() {
        let figure = figure();
        let [above, below] = figure.contours();
        // 0.5 and 1.0 reach half of the limit of 1; only −2.0 does below zero. Four edges each, none shared.
        assert_eq!((above.matches('M').count(), below.matches('M').count()), (8, 4));
        assert_eq!(below, "M1 0h1M1 0v1M2 0v1M1 1h1");
    }

    #[test]
    fn cells_beyond_the_scale_are_marked_and_counted() {
        let figure = figure();
        assert_eq!(figure.clip_marks(), "M1.6 0h.4v.4z");
        assert_eq!(figure.limits(), "−1.00 to +1.00, 1 beyond, up to +2.00");
        assert_eq!(
            figure.description(),
            "content <map>, 2 rows by 3 columns; −2.00 at row 0, column 1; +1.00 at row 0, column 2"
        );
    }
}
