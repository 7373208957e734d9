//! 'How much would attention need?': its sliders, what the address keeps of them, and the bars.

use lambdascope_core::cost::need::{KNOWN, Need, PRESETS, What, compared};
use lambdascope_core::text::{bytes, grouped};

/// The address's key.
pub const NEED: &str = "need";

/// A slider: one of a few values.
pub struct Slider {
    /// In code.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// What stands behind the number.
    pub unit: &'static str,
    /// From the least to the most.
    pub choices: &'static [u64],
    /// The value that it is of.
    pub of: fn(&mut Need) -> &mut u64,
}

/// The sliders, in the order of the address.
pub const SLIDERS: [Slider; 7] = [
    Slider {
        id: "side",
        title: "side of the picture",
        unit: " px",
        choices: &[16, 32, 64, 96, 128, 144, 200, 224, 256, 384, 512, 768, 1024, 2048, 4096, 8192, 16_384, 40_000],
        of: |need| &mut need.side,
    },
    Slider {
        id: "stride",
        title: "stride, or side of a patch",
        unit: " px",
        choices: &[1, 2, 4, 8, 16, 32],
        of: |need| &mut need.stride,
    },
    Slider { id: "heads", title: "heads h", unit: "", choices: &[1, 2, 4, 8, 12, 16, 32], of: |need| &mut need.heads },
    Slider {
        id: "batch",
        title: "pictures at a time b",
        unit: "",
        choices: &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
        of: |need| &mut need.batch,
    },
    Slider { id: "number", title: "bytes of a number", unit: "", choices: &[1, 2, 4, 8], of: |need| &mut need.number },
    Slider { id: "k", title: "key depth k", unit: "", choices: &[4, 8, 16, 32, 64], of: |need| &mut need.key_depth },
    Slider {
        id: "v",
        title: "value depth v",
        unit: "",
        choices: &[16, 32, 64, 128, 256],
        of: |need| &mut need.value_depth,
    },
];

impl Slider {
    /// The place of a need's value among the choices; of one that lies between them, the one below.
    pub fn place(&self, need: &Need) -> usize {
        let value = *(self.of)(&mut need.clone());
        self.choices.iter().rposition(|choice| *choice <= value).unwrap_or(0)
    }

    /// The need with the choice at this place.
    pub fn set(&self, need: &Need, place: usize) -> Need {
        let mut need = *need;
        *(self.of)(&mut need) = self.choices[place.min(self.choices.len() - 1)];
        need
    }

    /// A need's value for people.
    pub fn write(&self, need: &Need) -> String {
        format!("{}{}", grouped(*(self.of)(&mut need.clone())), self.unit)
    }
}

/// What is shown where the address says nothing: the first preset.
pub fn usual() -> Need {
    PRESETS[0].1
}

/// Reads what the address keeps; `None` where that is not of the sliders' values or a layer's on screen.
pub fn read(text: &str) -> Option<Need> {
    let mut need = usual();
    let mut parts = text.split('.');
    for slider in &SLIDERS {
        let value: u64 = parts.next()?.parse().ok()?;
        let most = slider.choices[slider.choices.len() - 1];
        *(slider.of)(&mut need) = Some(value).filter(|value| (1..=most).contains(value))?;
    }
    parts.next().is_none().then_some(need)
}

/// A need for the address; nothing for the usual one.
pub fn write(need: &Need) -> Option<String> {
    let values: Vec<String> = SLIDERS.iter().map(|slider| (slider.of)(&mut need.clone()).to_string()).collect();
    (*need != usual()).then(|| values.join("."))
}

/// A bar: an amount that is needed, or one that there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Of what.
    pub title: String,
    /// Bytes.
    pub bytes: u128,
    /// How it is counted, in symbols and numbers; of what there is, how attention's map stands to it.
    pub note: String,
    /// What is needed; nothing for what there is.
    pub what: Option<What>,
    /// Its length, from 0 to 1, on a scale of logarithms that all bars share.
    pub length: f64,
}

/// What is needed, and below it what there is: this device's limits, then known amounts. No bar is shorter than a kilobyte.
pub fn bars(need: &Need, limits: &[(String, u64)]) -> Vec<Bar> {
    let amounts = need.amounts();
    let map = amounts[0].bytes;
    let needed = amounts.into_iter().map(|amount| Bar {
        title: amount.what.title().into(),
        bytes: amount.bytes,
        note: format!("{} = {}", amount.symbols, amount.numbers),
        what: Some(amount.what),
        length: 0.0,
    });
    let there = limits.iter().cloned().chain(KNOWN.map(|(title, bytes)| (title.to_owned(), bytes)));
    let there = there.map(|(title, bytes)| {
        let note = format!("attention’s maps {}", compared(map, bytes.into()));
        Bar { title, bytes: bytes.into(), note, what: None, length: 0.0 }
    });
    let mut bars: Vec<Bar> = needed.chain(there).collect();
    let logarithm = |bytes: u128| (bytes.max(1) as f64).log10();
    let most = bars.iter().map(|bar| logarithm(bar.bytes)).fold(3.0, f64::max);
    for bar in &mut bars {
        bar.length = ((logarithm(bar.bytes) - 2.0) / (most - 2.0)).max(0.01);
    }
    bars
}

/// An amount for a bar's end.
pub fn amount(bar: &Bar) -> String {
    bytes(bar.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_cover_every_preset_and_come_back_from_the_address() {
        assert_eq!(write(&usual()), None);
        for (title, need) in PRESETS {
            for slider in &SLIDERS {
                assert_eq!(slider.set(&need, slider.place(&need)), need, "{title}: {}", slider.id);
            }
            assert_eq!(write(&need).map_or(Some(usual()), |text| read(&text)), Some(need));
        }
        for nonsense in ["", "200.1.1.1.4.16", "200.0.1.1.4.16.32", "99999.1.1.1.4.16.32", "200.1.1.1.4.16.32.1"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(SLIDERS[0].write(&usual()), "200 px");
    }

    #[test]
    fn bars_say_what_fits() {
        let limits = [("this device binds".to_owned(), 1 << 27)];
        let bars = bars(&usual(), &limits);
        assert_eq!(bars.len(), 5 + 1 + KNOWN.len());
        assert_eq!(amount(&bars[0]), "6.4 GB");
        assert_eq!(bars[0].note, "b × h × n² = 1 × 1 × 40,000² × 4 B");
        assert_eq!(bars[5].note, "attention’s maps are 48 times as much");
        assert_eq!(bars[7].note, "attention’s maps take 27 % of it");
        assert!(bars.iter().all(|bar| (0.01..=1.0).contains(&bar.length)));
        let longest = bars.iter().max_by(|a, b| a.length.total_cmp(&b.length)).unwrap();
        assert_eq!((longest.title.as_str(), longest.length), ("a server with 2 TB of RAM", 1.0));
    }
}
