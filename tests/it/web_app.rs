//! What makes the page an app of its own: the manifest, its icons, and what `index.html` says beside it.

use std::path::{Path, PathBuf};

use crate::common::icons::{ICONS, draw};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};
use serde_json::Value;

/// What a channel of a stored pixel may differ from a drawn one: another processor may round differently.
const ROUNDING: u8 = 2;

fn differ(a: PremultipliedColorU8, b: PremultipliedColorU8) -> bool {
    [(a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue())].iter().any(|(a, b)| a.abs_diff(*b) > ROUNDING)
}

fn www(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www").join(path)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest() -> Value {
    serde_json::from_str(&text(&www("manifest.webmanifest"))).unwrap()
}

#[test]
fn stored_icons_are_what_the_drawing_gives() {
    let svg = text(&www("icons/icon.svg"));
    for icon in &ICONS {
        let stored = Pixmap::load_png(www("icons").join(icon.file)).unwrap();
        let drawn = draw(&svg, icon);
        assert_eq!((stored.width(), stored.height()), (drawn.width(), drawn.height()), "{}", icon.file);
        let differ = stored.data().iter().zip(drawn.data()).filter(|(a, b)| a.abs_diff(**b) > ROUNDING).count();
        assert_eq!(differ, 0, "{}: draw it anew with `cargo run --example icons`", icon.file);
    }
}

#[test]
fn icons_that_are_cut_to_a_shape_keep_the_mark_whole_and_have_no_transparent_corner() {
    let svg = text(&www("icons/icon.svg"));
    for icon in ICONS.iter().filter(|icon| icon.on_ground.is_some()) {
        let pixels = draw(&svg, icon);
        assert!(pixels.pixels().iter().all(|pixel| pixel.alpha() == 255), "{}", icon.file);
        let ground = pixels.pixel(0, 0).unwrap();
        let middle = icon.side as f32 / 2.0;
        // The middle four fifths of a maskable icon are seen whatever the shape.
        let safe = if icon.file.starts_with("maskable") { 0.8 * middle } else { f32::INFINITY };
        let marks = (0..icon.side).flat_map(|y| (0..icon.side).map(move |x| (x, y)));
        let farthest = marks
            .filter(|(x, y)| differ(pixels.pixel(*x, *y).unwrap(), ground))
            .map(|(x, y)| (x as f32 + 0.5 - middle).hypot(y as f32 + 0.5 - middle))
            .fold(0.0, f32::max);
        assert!(farthest > middle / 2.0 && farthest <= safe, "{}: the mark reaches out to {farthest}", icon.file);
    }
}

#[test]
fn the_manifest_lies_in_any_folder_and_names_icons_that_are_there() {
    let manifest = manifest();
    for key in ["id", "start_url", "scope"] {
        assert_eq!(manifest[key], "./", "{key}");
    }
    let icons = manifest["icons"].as_array().unwrap();
    for icon in icons {
        let file = icon["src"].as_str().unwrap();
        assert!(www(file).is_file(), "{file}");
        if icon["type"] == "image/png" {
            let stored = Pixmap::load_png(www(file)).unwrap();
            assert_eq!(icon["sizes"], format!("{}x{}", stored.width(), stored.height()), "{file}");
        }
    }
    let purposes: Vec<_> = icons.iter().map(|icon| icon["purpose"].as_str().unwrap()).collect();
    assert!(purposes.contains(&"maskable") && purposes.contains(&"any"), "{purposes:?}");
}

#[test]
fn colours_are_the_style_sheets_and_the_page_links_the_manifest() {
    let css = text(&www("style/base.css"));
    let paper = css.lines().find_map(|line| line.trim().strip_prefix("--paper: light-dark(")).unwrap();
    let [light, dark] = paper.strip_suffix(");").unwrap().split(", ").collect::<Vec<_>>().try_into().unwrap();
    let manifest = manifest();
    assert_eq!(manifest["theme_color"], light);
    assert_eq!(manifest["background_color"], light);
    let page = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("index.html"));
    for (scheme, colour) in [("light", light), ("dark", dark)] {
        let line = format!(r#"<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{colour}">"#);
        assert!(page.contains(&line), "{line}");
    }
    for line in [
        r#"<link rel="manifest" href="./manifest.webmanifest">"#,
        r#"<link rel="apple-touch-icon" href="./icons/apple-touch-icon.png">"#,
    ] {
        assert!(page.contains(line), "{line}");
    }
}
