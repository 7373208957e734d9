//! The colours of text, lines and marks against what they stand on, in both themes, by WCAG 2.2's own formula: axe-core cannot
//! tell where text lies over a pseudo-element, a gradient or a drawing.

use std::collections::BTreeMap;

use palette::Srgb;
use palette::color_difference::Wcag21RelativeContrast;

/// Text, of whatever size (1.4.3).
const TEXT: f32 = 4.5;
/// The edges of controls and the marks of drawings (1.4.11).
const MARK: f32 = 3.0;

/// What stands on what, and how much contrast it needs. Names are the style sheet's.
const PAIRS: [(&str, &[&str], f32); 7] = [
    ("ink", &["paper", "sheet", "zero"], TEXT),
    ("soft", &["paper", "sheet"], TEXT),
    ("accent", &["paper", "sheet"], TEXT),
    // What is chosen is drawn the other way round.
    ("paper", &["ink"], TEXT),
    ("edge", &["paper", "sheet"], MARK),
    ("plus", &["paper", "sheet", "zero"], MARK),
    ("minus", &["paper", "sheet", "zero"], MARK),
];

/// `--name: light-dark(#light, #dark);` as `[light, dark]` by name.
fn colours(css: &str) -> BTreeMap<&str, [Srgb<f32>; 2]> {
    let colour = |text: &str| text.trim().parse::<Srgb<u8>>().unwrap().into_format::<f32>();
    css.lines()
        .filter_map(|line| {
            let (name, rest) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
            let (light, dark) = rest.strip_suffix(");")?.split_once(',')?;
            Some((name, [colour(light), colour(dark)]))
        })
        .collect()
}

#[test]
fn text_and_marks_stand_out_in_both_themes() {
    let css = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/style/base.css")).unwrap();
    let colours = colours(&css);
    for (name, grounds, least) in PAIRS {
        for ground in grounds {
            for (theme, at) in [("light", 0), ("dark", 1)] {
                let contrast = colours[name][at].relative_contrast(colours[ground][at]);
                assert!(contrast >= least, "{theme}: --{name} on --{ground} has {contrast:.2}, needs {least}");
            }
        }
    }
}

#[test]
fn the_theme_without_light_dark_has_the_light_colours() {
    let css = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/style/base.css")).unwrap();
    for (name, [light, _]) in colours(&css) {
        let plain = format!("--{name}: #");
        let text = css.lines().find_map(|line| line.trim().strip_prefix(&plain)?.strip_suffix(';')).unwrap();
        let own = text.parse::<Srgb<u8>>().unwrap().into_format::<f32>();
        assert_eq!(own, light, "--{name}");
    }
}
