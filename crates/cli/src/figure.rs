//! Figures as PNG files: the page's own drawings, in a font that the program brings.

use std::path::Path;

use anyhow::{Context, Result};
use lambdascope_explain::figures::colour::Theme;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::figures::sheet::Sheet;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Pixels of a PNG for each of the drawing's, as when the page saves one.
const DENSITY: f32 = 2.0;
/// What the longer side of a map alone should measure in a drawing, in pixels.
const ALONE: usize = 384;
/// The same of a map among several.
const AMONG: usize = 144;

/// Regular and semibold: what drawings have.
const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/OpenSans-Regular.ttf"), include_bytes!("../fonts/OpenSans-Semibold.ttf")];

/// Writes figures of one size and scale, `columns` in a row, into a PNG file.
///
/// # Errors
/// If the drawing is too large for a picture, or the file cannot be written.
pub fn write(path: &Path, [title, caption]: [&str; 2], figures: &[Figure], columns: usize) -> Result<()> {
    let longest = figures.iter().map(|figure| figure.grid.rows.max(figure.grid.columns)).max().unwrap_or(0).max(1);
    let side = if figures.len() > 1 { AMONG } else { ALONE };
    let sheet = Sheet { title, caption, figures, columns, cell: (side / longest).max(1) };
    let png = png(&sheet).with_context(|| format!("cannot draw {}", path.display()))?;
    std::fs::write(path, png).with_context(|| format!("cannot write {}", path.display()))
}

/// The sheet as a PNG.
fn png(sheet: &Sheet) -> Result<Vec<u8>> {
    let mut fonts = fontdb::Database::new();
    FONTS.into_iter().for_each(|font| fonts.load_font_data(font.to_vec()));
    fonts.set_sans_serif_family("Open Sans");
    let options = Options { fontdb: std::sync::Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(&sheet.svg(Theme::Light), &options)?;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side * DENSITY).ceil() as u32);
    let mut picture = Pixmap::new(width, height).with_context(|| format!("{width} × {height} pixels are too many"))?;
    resvg::render(&tree, Transform::from_scale(DENSITY, DENSITY), &mut picture.as_mut());
    Ok(picture.encode_png()?)
}
