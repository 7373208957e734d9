//! Colour scales for maps. Signed maps are diverging with zero at the neutral colour and symmetric limits; maps that
//! cannot be negative are sequential. The tables were built in OKLCh for equal lightness at equal |value| and checked for
//! the three kinds of dichromatic vision.

/// Which background the page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Zero is nearly white.
    Light,
    /// Zero is nearly black.
    Dark,
}

impl Theme {
    /// What drawings that stand by themselves are drawn on and written with, as `#rrggbb`.
    pub fn paper_and_ink(self) -> [&'static str; 2] {
        match self {
            Self::Light => ["#fbfaf7", "#1f2328"],
            Self::Dark => ["#14161a", "#eceae4"],
        }
    }
}

const DIVERGING_LIGHT: [u32; 9] =
    [0x0255ac, 0x447ec9, 0x7ea6dc, 0xb8cfed, 0xf7f7f7, 0xe7c4b0, 0xd2946e, 0xb86326, 0x894101];
const DIVERGING_DARK: [u32; 9] =
    [0x80c5ff, 0x5694c8, 0x3e6687, 0x283b4b, 0x141414, 0x463523, 0x7c5a34, 0xb78246, 0xf5ad5a];

/// The nine stops of the diverging scale from −limit to +limit, as 0xRRGGBB, for drawing a legend.
pub fn diverging_stops(theme: Theme) -> [u32; 9] {
    match theme {
        Theme::Light => DIVERGING_LIGHT,
        Theme::Dark => DIVERGING_DARK,
    }
}

/// The colour of a signed value on a scale of ±`limit`, clipped at its ends. A limit of 0 draws everything neutral.
pub fn diverging(value: f32, limit: f32, theme: Theme) -> [u8; 3] {
    let stops = diverging_stops(theme);
    let t = if limit > 0.0 { (value / limit).clamp(-1.0, 1.0) } else { 0.0 };
    let position = (t + 1.0) * 4.0;
    let low = (position.floor() as usize).min(7);
    let mix = position - low as f32;
    let (a, b) = (bytes(stops[low]), bytes(stops[low + 1]));
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * mix).round() as u8)
}

/// The colour of a value that cannot be negative on a scale from 0 to `limit`: the diverging scale's upper half, so that
/// nothing is neutral and much is strong on either.
pub fn sequential(value: f32, limit: f32, theme: Theme) -> [u8; 3] {
    diverging(value.max(0.0), limit, theme)
}

/// The five stops of the sequential scale from 0 to limit, as 0xRRGGBB, for drawing a legend.
pub fn sequential_stops(theme: Theme) -> [u32; 5] {
    let [.., a, b, c, d, e] = diverging_stops(theme);
    [a, b, c, d, e]
}

fn bytes(colour: u32) -> [u8; 3] {
    [(colour >> 16) as u8, (colour >> 8) as u8, colour as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_neutral_and_the_ends_clip() {
        for (theme, neutral) in [(Theme::Light, [0xf7; 3]), (Theme::Dark, [0x14; 3])] {
            assert_eq!(diverging(0.0, 2.0, theme), neutral);
            assert_eq!(diverging(1.0, 0.0, theme), neutral);
            assert_eq!(diverging(5.0, 2.0, theme), bytes(diverging_stops(theme)[8]));
            assert_eq!(diverging(-5.0, 2.0, theme), bytes(diverging_stops(theme)[0]));
        }
    }

    #[test]
    fn the_sequential_scale_starts_at_neutral() {
        for theme in [Theme::Light, Theme::Dark] {
            let stops = sequential_stops(theme);
            assert_eq!(sequential(0.0, 1.0, theme), diverging(0.0, 1.0, theme));
            assert_eq!(sequential(-1.0, 1.0, theme), bytes(stops[0]));
            assert_eq!(sequential(0.5, 1.0, theme), bytes(stops[2]));
            assert_eq!(sequential(1.0, 1.0, theme), bytes(stops[4]));
        }
    }

    #[test]
    fn equal_magnitudes_are_equally_light() {
        let luminance = |c: [u8; 3]| {
            let linear = |b: u8| (f32::from(b) / 255.0).powf(2.2);
            0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2])
        };
        for theme in [Theme::Light, Theme::Dark] {
            for value in [0.25, 0.5, 0.75, 1.0] {
                let (plus, minus) = (luminance(diverging(value, 1.0, theme)), luminance(diverging(-value, 1.0, theme)));
                let contrast = (plus.max(minus) + 0.05) / (plus.min(minus) + 0.05);
                assert!(contrast < 1.15, "{theme:?} ±{value}: {contrast}");
            }
        }
    }
}
