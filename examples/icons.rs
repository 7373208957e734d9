//! Draws the web app's icons that are stored as pixels from `www/icons/icon.svg`:
//!
//!     cargo run --example icons

#![allow(clippy::unwrap_used)]

#[cfg(not(target_family = "wasm"))]
#[path = "../tests/common/icons.rs"]
mod icons;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;

    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www").join("icons");
    let svg = folder.join("icon.svg");
    let svg = std::fs::read_to_string(&svg).with_context(|| format!("cannot read {}", svg.display()))?;
    for icon in &icons::ICONS {
        let path = folder.join(icon.file);
        let png = icons::draw(&svg, icon).encode_png()?;
        std::fs::write(&path, &png).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}: {} bytes", path.display(), png.len());
    }
    Ok(())
}

#[cfg(target_family = "wasm")]
fn main() {}
