//! Numbers as the page writes them: signs always shown where a quantity is signed, a true minus, fixed decimals that fit
//! the scale they belong to.

/// Decimals that give three significant digits at ±`limit`.
pub fn decimals(limit: f32) -> usize {
    if limit > 0.0 && limit.is_finite() { (2 - limit.log10().floor() as i32).clamp(0, 8) as usize } else { 2 }
}

/// A signed value: `+0.31`, `−0.31`, and `0.00` without a sign where it rounds to zero.
pub fn signed(value: f32, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    if digits.bytes().all(|b| matches!(b, b'0' | b'.')) {
        digits
    } else if value < 0.0 {
        format!("−{digits}")
    } else {
        format!("+{digits}")
    }
}

/// A whole number, with a true minus where it is negative.
pub fn whole(value: isize) -> String {
    if value < 0 { format!("−{}", value.unsigned_abs()) } else { value.to_string() }
}

/// A cell `[y, x]` of a map or a position of a layer, in sentences: `row 8, column 3`. Both count from 0.
pub fn cell([y, x]: [usize; 2]) -> String {
    format!("row {y}, column {x}")
}

/// The same where there is little room, in titles, tables and formulas: `8,3`.
pub fn short_cell([y, x]: [usize; 2]) -> String {
    format!("{y},{x}")
}

/// A small magnitude with two significant digits: `3.1 × 10⁻⁷`, or `0` exactly.
pub fn scientific(value: f32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let text = format!("{value:.1e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let exponent: String = exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' => '⁰',
            '4'..='9' => char::from_u32(u32::from('⁴') + (u32::from(c) - u32::from('4'))).unwrap_or(c),
            other => other,
        })
        .collect();
    format!("{} × 10{exponent}", mantissa.replace('-', "−"))
}

/// A signed value to three significant digits, whatever its size: `+0.311`, `−23.2`, `+3.1 × 10⁻⁵`, `0`.
pub fn compact(value: f32) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if size < 1e-3 {
        format!("{}{}", if value < 0.0 { "−" } else { "+" }, scientific(size))
    } else {
        signed(value, decimals(size))
    }
}

/// A count of bytes in decimal units: `640 B`, `98 kB`, `1.4 MB`, `17.2 GB`, `6.6 TB`, and so on to `PB` and `EB`.
pub fn bytes(count: impl Into<u128>) -> String {
    /// Powers of a thousand that have a name, with their decimals.
    const UNITS: [(&str, usize); 6] = [("kB", 0), ("MB", 1), ("GB", 1), ("TB", 1), ("PB", 1), ("EB", 1)];
    let count: u128 = count.into();
    if count < 1000 {
        return format!("{count} B");
    }
    let power = (count.ilog(1000) as usize).min(UNITS.len());
    let (unit, decimals) = UNITS[power - 1];
    format!("{:.decimals$} {unit}", count as f64 / 1000f64.powi(power as i32))
}

/// A large count: `812`, `553 thousand`, `1.3 million`, `3.0 billion`.
pub fn count(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{:.0} thousand", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} million", count as f64 / 1e6),
        _ => format!("{:.1} billion", count as f64 / 1e9),
    }
}

/// A count with its thousands apart: `812`, `2,306`, `647,362`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let head = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == head {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration: `42 µs`, `0.4 ms`, `32 ms`, `1.2 s`.
pub fn duration(milliseconds: f64) -> String {
    if milliseconds < 0.1 {
        format!("{:.0} µs", milliseconds * 1e3)
    } else if milliseconds < 10.0 {
        format!("{milliseconds:.1} ms")
    } else if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

/// A probability as a percentage: `97.3 %`, and `< 0.1 %` where it would round to nothing.
pub fn percent(probability: f32) -> String {
    let percent = probability * 100.0;
    if percent > 0.0 && percent < 0.05 { "< 0.1 %".into() } else { format!("{percent:.1} %") }
}

/// A share as a whole percentage: `38 %`, and `< 1 %` where it would round to nothing.
pub fn whole_percent(share: f32) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.5 { "< 1\u{a0}%".into() } else { format!("{percent:.0}\u{a0}%") }
}

/// A label of the weights file for people: `cassette_player` is `cassette player`.
pub fn label(label: &str) -> String {
    label.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_values_keep_their_digits_and_sign() {
        let written = [0.0, 0.31111, -23.2499, 3.1e-5, -3.1e-5].map(compact);
        assert_eq!(written, ["0", "+0.311", "−23.2", "+3.1 × 10⁻⁵", "−3.1 × 10⁻⁵"]);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([grouped(0), grouped(812), grouped(2306)], ["0", "812", "2,306"]);
        assert_eq!([grouped(647_362), grouped(1_000_000)], ["647,362", "1,000,000"]);
    }

    #[test]
    fn signs_are_written_unless_there_is_nothing_to_sign() {
        assert_eq!(signed(0.314, 2), "+0.31");
        assert_eq!(signed(-0.314, 2), "−0.31");
        assert_eq!(signed(-0.004, 2), "0.00");
        assert_eq!(signed(12.0, 0), "+12");
    }

    #[test]
    fn decimals_give_three_digits_at_the_limit() {
        assert_eq!([decimals(0.314), decimals(3.25), decimals(314.0), decimals(0.000314)], [3, 2, 0, 6]);
        assert_eq!([decimals(0.0), decimals(f32::NAN)], [2, 2]);
    }

    #[test]
    fn small_magnitudes_keep_their_exponent() {
        assert_eq!(scientific(3.14e-7), "3.1 × 10⁻⁷");
        assert_eq!(scientific(2.0e-10), "2.0 × 10⁻¹⁰");
        assert_eq!(scientific(0.0), "0");
    }

    #[test]
    fn units_fit_the_size() {
        assert_eq!([bytes(640u64), bytes(98_300u64), bytes(1_440_000u64)], ["640 B", "98 kB", "1.4 MB"]);
        assert_eq!(
            [bytes(17_179_869_184u64), bytes(6_600_000_000_000u64), bytes(u128::from(u64::MAX))],
            ["17.2 GB", "6.6 TB", "18.4 EB"]
        );
        assert_eq!(
            [count(553_000), count(1_310_000), count(3_020_000_000)],
            ["553 thousand", "1.3 million", "3.0 billion"]
        );
        assert_eq!(duration(0.042), "42 µs");
        assert_eq!([duration(0.44), duration(32.1), duration(1240.0)], ["0.4 ms", "32 ms", "1.2 s"]);
        assert_eq!([percent(0.973), percent(0.0001), percent(0.0)], ["97.3 %", "< 0.1 %", "0.0 %"]);
        assert_eq!([whole_percent(0.384), whole_percent(0.001)], ["38\u{a0}%", "< 1\u{a0}%"]);
    }
}
