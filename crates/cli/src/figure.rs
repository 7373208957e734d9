//! Maps as PNG files: a row or grid of panels on one scale, each with its title, and a legend that names the limits.
//!
//! Colours are those of the page ([`lambdascope_explain::figures::colour`]): zero is neutral, sign is hue, the strength is |value|; what
//! cannot be negative has a scale of its own.

use std::convert::Infallible;
use std::path::Path;

use anyhow::{Context, Result};
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::ascii::FONT_6X10;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use embedded_graphics::text::{Alignment, Baseline, Text};
use image::{Rgb, RgbImage};

use lambdascope_core::text::decimals;
use lambdascope_explain::figures::colour::{Theme, diverging, sequential};

/// One map with its title.
pub struct Panel {
    /// In ASCII, which is what the font has.
    pub title: String,
    /// `[H · W]`, row-major.
    pub values: Vec<f32>,
}

/// Panels that share a size and a scale.
pub struct Figure {
    /// Above the panels.
    pub title: String,
    /// In reading order.
    pub panels: Vec<Panel>,
    /// Rows and columns of every map.
    pub size: [usize; 2],
    /// Panels in a row.
    pub columns: usize,
    /// From values to colours.
    pub scale: Scale,
    /// A cell with a frame: the query.
    pub marked: Option<[usize; 2]>,
}

/// The scale that all panels of a figure share.
#[derive(Clone, Copy)]
pub enum Scale {
    /// From −limit to limit.
    Signed(f32),
    /// From 0 to limit.
    NonNegative {
        /// Where it ends.
        limit: f32,
        /// What is measured, for the legend.
        name: &'static str,
    },
}

impl Scale {
    fn colour(self, value: f32) -> [u8; 3] {
        match self {
            Self::Signed(limit) => diverging(value, limit, Theme::Light),
            Self::NonNegative { limit, .. } => sequential(value, limit, Theme::Light),
        }
    }

    /// The value at a share of the legend's bar, from 0 to 1.
    fn value(self, share: f32) -> f32 {
        match self {
            Self::Signed(limit) => (share * 2.0 - 1.0) * limit,
            Self::NonNegative { limit, .. } => share * limit,
        }
    }

    /// What stands under the bar: left, middle, right.
    fn labels(self) -> [String; 3] {
        match self {
            Self::Signed(limit) => {
                let digits = decimals(limit);
                [format!("-{limit:.digits$}"), "0".into(), format!("+{limit:.digits$}")]
            }
            Self::NonNegative { limit, name } => ["0".into(), name.into(), format!("{limit:.0$}", decimals(limit))],
        }
    }
}

const MARGIN: usize = 12;
const LINE: usize = 14;
/// The longer side that a map is drawn at least as large as, in pixels.
const PANEL: usize = 144;
const BAR: [usize; 2] = [256, 12];

impl Figure {
    /// Draws the figure into a PNG file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        self.draw().0.save(path).with_context(|| format!("cannot write {}", path.display()))
    }

    fn draw(&self) -> Canvas {
        let [height, width] = self.size;
        let cell = (PANEL / height.max(width).max(1)).max(1);
        let columns = self.columns.clamp(1, self.panels.len().max(1));
        let rows = self.panels.len().div_ceil(columns);
        let pitch = [height * cell + LINE + MARGIN, (width * cell).max(PANEL / 2) + MARGIN];
        let image_width = (columns * pitch[1] + MARGIN).max(BAR[0] + 2 * MARGIN).max(self.title.len() * 6 + 2 * MARGIN);
        let image_height = MARGIN + LINE + rows * pitch[0] + BAR[1] + 2 * LINE;
        let mut canvas = Canvas(RgbImage::from_pixel(image_width as u32, image_height as u32, Rgb([255; 3])));
        canvas.text(&self.title, [MARGIN, MARGIN], Alignment::Left);
        for (i, panel) in self.panels.iter().enumerate() {
            let [top, left] = [MARGIN + LINE + i / columns * pitch[0], MARGIN + i % columns * pitch[1]];
            canvas.text(&panel.title, [top, left], Alignment::Left);
            for (m, value) in panel.values.iter().enumerate() {
                let at = [top + LINE + m / width * cell, left + m % width * cell];
                canvas.fill(at, [cell, cell], self.scale.colour(*value));
            }
            canvas.frame([top + LINE, left], [height * cell, width * cell], 1);
            if let Some([y, x]) = self.marked {
                canvas.frame([top + LINE + y * cell, left + x * cell], [cell, cell], 2);
            }
        }
        self.legend(&mut canvas, image_height - BAR[1] - LINE - MARGIN / 2);
        canvas
    }

    fn legend(&self, canvas: &mut Canvas, top: usize) {
        for step in 0..BAR[0] {
            let value = self.scale.value((step as f32 + 0.5) / BAR[0] as f32);
            canvas.fill([top, MARGIN + step], [BAR[1], 1], self.scale.colour(value));
        }
        canvas.frame([top, MARGIN], BAR, 1);
        let alignments = [Alignment::Left, Alignment::Center, Alignment::Right];
        for (i, (label, alignment)) in self.scale.labels().iter().zip(alignments).enumerate() {
            canvas.text(label, [top + BAR[1] + 2, MARGIN + i * BAR[0] / 2], alignment);
        }
    }
}

/// A picture that text and rectangles are drawn on. Places and sizes are `[vertical, horizontal]` in pixels.
struct Canvas(RgbImage);

impl Canvas {
    fn text(&mut self, text: &str, [top, left]: [usize; 2], alignment: Alignment) {
        let style = MonoTextStyle::new(&FONT_6X10, Rgb888::new(34, 34, 34));
        let mut text = Text::with_baseline(text, Point::new(left as i32, top as i32), style, Baseline::Top);
        text.text_style.alignment = alignment;
        let Ok(_) = text.draw(self);
    }

    fn fill(&mut self, at: [usize; 2], size: [usize; 2], [r, g, b]: [u8; 3]) {
        let Ok(()) = rectangle(at, size).into_styled(PrimitiveStyle::with_fill(Rgb888::new(r, g, b))).draw(self);
    }

    fn frame(&mut self, at: [usize; 2], [height, width]: [usize; 2], strength: u32) {
        let style = PrimitiveStyle::with_stroke(Rgb888::new(34, 34, 34), strength);
        let Ok(()) = rectangle(at, [height, width]).into_styled(style).draw(self);
    }
}

fn rectangle([top, left]: [usize; 2], [height, width]: [usize; 2]) -> Rectangle {
    Rectangle::new(Point::new(left as i32, top as i32), Size::new(width as u32, height as u32))
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, colour) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                && let Some(pixel) = self.0.get_pixel_mut_checked(x, y)
            {
                *pixel = Rgb([colour.r(), colour.g(), colour.b()]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_its_colour_and_the_query_a_frame() {
        let panel = Panel { title: "head 0".into(), values: vec![1.0, -1.0, 0.0, 0.5] };
        let figure = Figure {
            title: "content".into(),
            panels: vec![panel],
            size: [2, 2],
            columns: 1,
            scale: Scale::Signed(1.0),
            marked: Some([1, 1]),
        };
        let canvas = figure.draw().0;
        let centre = |y: usize, x: usize| {
            let cell = PANEL / 2;
            let at = [MARGIN + 2 * LINE + y * cell + cell / 2, MARGIN + x * cell + cell / 2];
            canvas.get_pixel(at[1] as u32, at[0] as u32).0
        };
        assert_eq!(centre(0, 0), diverging(1.0, 1.0, Theme::Light));
        assert_eq!(centre(0, 1), diverging(-1.0, 1.0, Theme::Light));
        assert_eq!(centre(1, 0), [0xf7; 3]);
        let corner = [MARGIN + 2 * LINE + PANEL / 2, MARGIN + PANEL / 2].map(|n| n as u32);
        assert_eq!(canvas.get_pixel(corner[1], corner[0]).0, [34; 3]);
    }
}
