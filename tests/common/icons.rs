//! The web app's icons as pixels, drawn from `www/icons/icon.svg`: `examples/icons.rs` writes them, `tests/it/web_app.rs`
//! holds the stored files against them.

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// An icon that is stored as pixels.
pub struct Icon {
    /// File name under `www/icons/`.
    pub file: &'static str,
    /// Pixels of either side.
    pub side: u32,
    /// How large the drawing is on it, 1 being all of it; `None` where the ground ends at the drawing's own round corners.
    pub on_ground: Option<f32>,
}

/// All of them. What a system cuts to a shape of its own needs its middle four fifths alone
/// (<https://www.w3.org/TR/appmanifest/#icon-masks>), and the mark reaches further out.
pub const ICONS: [Icon; 4] = [
    Icon { file: "icon-192.png", side: 192, on_ground: None },
    Icon { file: "icon-512.png", side: 512, on_ground: None },
    Icon { file: "maskable-512.png", side: 512, on_ground: Some(0.85) },
    Icon { file: "apple-touch-icon.png", side: 180, on_ground: Some(1.0) },
];

/// Draws an icon, in the colours of the light theme.
pub fn draw(svg: &str, icon: &Icon) -> Pixmap {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
    let mut pixels = Pixmap::new(icon.side, icon.side).unwrap();
    let side = icon.side as f32;
    let scale = icon.on_ground.unwrap_or(1.0);
    let margin = side * (1.0 - scale) / 2.0;
    let to_pixels = scale * side / tree.size().width();
    resvg::render(&tree, Transform::from_row(to_pixels, 0.0, 0.0, to_pixels, margin, margin), &mut pixels.as_mut());
    if icon.on_ground.is_none() {
        return pixels;
    }
    // The drawing's own ground, out to the edges: the pixel above the mark's middle is nothing else.
    let ground = pixels.pixel(icon.side / 2, icon.side / 8).unwrap().demultiply();
    let mut whole = Pixmap::new(icon.side, icon.side).unwrap();
    whole.fill(Color::from_rgba8(ground.red(), ground.green(), ground.blue(), 255));
    whole.draw_pixmap(0, 0, pixels.as_ref(), &Default::default(), Transform::identity(), None);
    whole
}
