//! How much memory attention's map would need, at sizes that nobody has to run: by the definitions, and by the paper's table.

use crate::text::{bytes, grouped};

/// A layer on a batch of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Pixels of a side of the picture.
    pub side: u64,
    /// Pixels of a side of what becomes one position: a patch's, or the stride before the layer.
    pub stride: u64,
    /// h.
    pub heads: u64,
    /// b.
    pub batch: u64,
    /// Bytes of a number.
    pub number: u64,
    /// k.
    pub key_depth: u64,
    /// v.
    pub value_depth: u64,
}

/// What takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Attention's weights of every query, head and picture.
    Map,
    /// Every query's lambda of every picture, where an implementation holds them all (this engine holds none).
    Lambdas,
    /// The position embeddings of a global lambda layer, one for each pair as the paper counts them: of no picture's own.
    Embeddings,
    /// The same as a table with an embedding for every offset within the map, as the implementations hold it.
    Table,
    /// λᶜ of every picture.
    Content,
}

/// Bytes, and how they are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Of what.
    pub what: What,
    /// How many.
    pub bytes: u128,
    /// The formula in symbols.
    pub symbols: &'static str,
    /// The same in numbers.
    pub numbers: String,
}

impl What {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Map => "attention’s maps",
            Self::Lambdas => "all position lambdas, if held",
            Self::Embeddings => "embeddings of a global lambda layer, for every pair",
            Self::Table => "the same as a table of offsets",
            Self::Content => "content lambdas",
        }
    }
}

impl Need {
    /// n: positions of one picture; a part of a patch at the edge counts as one.
    pub fn positions(&self) -> u64 {
        self.side.div_ceil(self.stride).pow(2)
    }

    /// Everything that is counted, attention's map first.
    pub fn amounts(&self) -> [Amount; 5] {
        let Self { heads, batch, number, key_depth, value_depth, .. } = *self;
        let n = self.positions();
        let amount = |what, symbols, factors: &[u64], squares: &[u64]| {
            let product = |factors: &[u64]| factors.iter().map(|factor| u128::from(*factor)).product::<u128>();
            let written =
                factors.iter().map(|f| grouped(*f)).chain(squares.iter().map(|s| format!("{}²", grouped(*s))));
            Amount {
                what,
                bytes: product(factors) * product(squares).pow(2) * u128::from(number),
                symbols,
                numbers: format!("{} × {number} B", written.collect::<Vec<_>>().join(" × ")),
            }
        };
        [
            amount(What::Map, "b × h × n²", &[batch, heads], &[n]),
            amount(What::Lambdas, "b × n × k × v", &[batch, n, key_depth, value_depth], &[]),
            amount(What::Embeddings, "k × n²", &[key_depth], &[n]),
            amount(What::Table, "k × (2√n − 1)²", &[key_depth], &[2 * self.side.div_ceil(self.stride) - 1]),
            amount(What::Content, "b × k × v", &[batch, key_depth, value_depth], &[]),
        ]
    }
}

/// How an amount stands to what there is, with a verb: `take 27 % of it`, `are 48 times as much`.
pub fn compared(needed: u128, there: u128) -> String {
    if there == 0 {
        return "find none of it".into();
    }
    let share = needed as f64 / there as f64;
    match share {
        ..0.001 => "take less than 0.1 % of it".into(),
        ..0.1 => format!("take {:.1} % of it", share * 100.0),
        ..=1.0 => format!("take {:.0} % of it", share * 100.0),
        ..10.0 => format!("are {share:.1} times as much"),
        _ => format!("are {} times as much", grouped(share.round() as u64)),
    }
}

/// Known amounts of memory that a visitor may compare with, in bytes.
pub const KNOWN: [(&str, u64); 3] = [
    ("WebAssembly’s 32-bit memory", 1 << 32),
    ("a graphics card of 24 GB", 24_000_000_000),
    ("a server with 2 TB of RAM", 2_000_000_000_000),
];

/// Sizes that people ask about.
pub const PRESETS: [(&str, Need); 5] = [
    ("a map of 40,000 × 40,000", of(200, 1, 1, 1, 4)),
    ("64 × 64 positions, 8 heads, a batch of 128 (the paper’s example)", of(64, 1, 8, 128, 4)),
    ("a photo of 224 × 224, every pixel", of(224, 1, 1, 1, 4)),
    ("a photo of 4,096 × 4,096 in patches of 16", of(4096, 16, 12, 1, 2)),
    ("a scan of 40,000 × 40,000 pixels in patches of 16", of(40_000, 16, 1, 1, 4)),
];

const fn of(side: u64, stride: u64, heads: u64, batch: u64, number: u64) -> Need {
    Need { side, stride, heads, batch, number, key_depth: 16, value_depth: 32 }
}

/// A row of the paper's table of memory (section 5.1, table 4): a ResNet-50 of such layers on ImageNet, 224 × 224 pixels, 128
/// pictures, 8 heads, 4 bytes a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaperRow {
    /// The layer.
    pub layer: &'static str,
    /// What its memory grows with, l the number of layers.
    pub space: &'static str,
    /// Gigabytes, as the paper has it.
    pub said: &'static str,
    /// Bytes, counted here.
    pub bytes: u64,
}

/// Sides of the maps of a ResNet-50 on 224 × 224 pixels, and the blocks that have them.
const MAPS: [(u64, u64); 4] = [(56, 3), (28, 4), (14, 6), (7, 3)];

/// The table's rows whose memory the paper gives.
pub fn paper() -> [PaperRow; 5] {
    const BATCH: u64 = 128;
    const HEADS: u64 = 8;
    let sum = |of: fn(u64, u64) -> u64| MAPS.iter().map(|(side, blocks)| of(*side, *blocks)).sum::<u64>() * 4;
    let pairs = sum(|side, blocks| blocks * side.pow(4));
    let rows = sum(|side, blocks| blocks * 2 * side.pow(3));
    let of_stages = sum(|side, _| side.pow(4));
    let row = |layer, space, said, bytes| PaperRow { layer, space, said, bytes };
    [
        row("self-attention", "l × b × h × n²", "120", BATCH * HEADS * pairs),
        row("axial self-attention", "l × b × h × 2n√n", "4.8", BATCH * HEADS * rows),
        row("lambda layer, k = 16", "l × k × n²", "1.9", 16 * pairs),
        row("lambda layer, k = 8", "l × k × n²", "0.95", 8 * pairs),
        row("lambda layer, k = 16, embeddings shared", "k × n², for each size of map", "0.63", 16 * of_stages),
    ]
}

/// An amount as the paper's table has it: units of 2³⁰ bytes.
pub fn binary_gigabytes(count: u64) -> String {
    let amount = count as f64 / f64::from(1 << 30);
    if amount < 1.0 { format!("{amount:.2}") } else { format!("{amount:.1}") }
}

/// An amount in a sentence, with the number of positions that it belongs to.
pub fn sentence(need: &Need) -> String {
    let n = need.positions();
    let [map, ..] = need.amounts();
    let pictures = if need.batch == 1 { "One picture".to_owned() } else { format!("{} pictures", grouped(need.batch)) };
    format!("{pictures}, n = {} positions each: attention’s maps take {}", grouped(n), bytes(map.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_figures_come_of_its_formulas() {
        for row in paper() {
            let said: f64 = row.said.parse().unwrap();
            let counted: f64 = binary_gigabytes(row.bytes).parse().unwrap();
            // It rounds to two digits.
            assert!((counted - said).abs() <= 0.03 * said, "{}: {counted} {said}", row.layer);
        }
        // Its footnote: 64 GB (of 2³⁰ bytes) for a batch of 128 maps of 64 × 64 with 8 heads.
        let [_, (_, example), ..] = PRESETS;
        assert_eq!(example.amounts()[0].bytes, 64 << 30);
    }

    #[test]
    fn amounts_are_their_formulas_and_do_not_run_over() {
        let need = of(200, 1, 1, 1, 4);
        assert_eq!(need.positions(), 40_000);
        let [map, lambdas, embeddings, table, content] = need.amounts();
        assert_eq!([map.bytes, lambdas.bytes], [4 * 40_000 * 40_000, 4 * 40_000 * 16 * 32]);
        assert_eq!([embeddings.bytes, content.bytes], [4 * 16 * 40_000 * 40_000, 4 * 16 * 32]);
        assert_eq!((table.bytes, table.numbers.as_str()), (4 * 16 * 399 * 399, "16 × 399² × 4 B"));
        assert_eq!(map.numbers, "1 × 1 × 40,000² × 4 B");
        assert_eq!(bytes(map.bytes), "6.4 GB");
        let largest = Need { heads: 64, batch: 1024, ..of(40_000, 1, 1, 1, 4) };
        assert_eq!(largest.amounts()[0].bytes, 1024 * 64 * 1_600_000_000u128.pow(2) * 4);
        assert_eq!(bytes(largest.amounts()[0].bytes), "671088.6 EB");
        assert_eq!(Need { side: 17, stride: 16, ..need }.positions(), 4);
        assert!(sentence(&need).ends_with("One picture, n = 40,000 positions each: attention’s maps take 6.4 GB"));
    }

    #[test]
    fn what_does_not_fit_is_told_by_how_much() {
        let said = [(1, 10_000), (5, 100), (50, 100), (100, 100), (150, 100), (4800, 100)].map(|(a, b)| compared(a, b));
        let expected = [
            "take less than 0.1 % of it",
            "take 5.0 % of it",
            "take 50 % of it",
            "take 100 % of it",
            "are 1.5 times as much",
            "are 48 times as much",
        ];
        assert_eq!(said, expected);
    }
}
