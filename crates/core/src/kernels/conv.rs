//! Convolution as an implicit GEMM: output = activation(input ∗ weights + bias + residual). `shaders/conv.wgsl`,
//! `shaders/conv_quads.wgsl` with subgroups, and `shaders/conv_shared.wgsl` with workgroup memory.

mod template;

use bytemuck::{Pod, Zeroable};
use half::f16;
use serde::{Deserialize, Serialize};

use super::{Grid, Shader};

/// Geometry and epilogue of one square convolution with zero padding, batch 1.
///
/// Input `[in_height, in_width, in_channels]`, weights `[kernel · kernel · in_channels, out_channels]` (which the shaders read
/// as [`blocks`]), bias `[out_channels]`, residual and output `[out_height, out_width, out_channels]`. Channels are multiples of 4.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
pub struct Params {
    /// Rows of the input.
    pub in_height: u32,
    /// Columns of the input.
    pub in_width: u32,
    /// Channels of the input.
    pub in_channels: u32,
    /// Rows of the output.
    pub out_height: u32,
    /// Columns of the output.
    pub out_width: u32,
    /// Channels of the output.
    pub out_channels: u32,
    /// Side of the square window.
    pub kernel: u32,
    /// Pixels between two windows.
    pub stride: u32,
    /// Zeros around the input on every side.
    pub padding: u32,
    /// [`super::Activation::code`].
    pub activation: u32,
    /// 1 if a residual is added before the activation.
    pub residual: u32,
    /// Parts into which the sum over input channels is cut, each for invocations of its own. 1 in a graph; what a device
    /// makes of it is [`Way::parts`].
    pub parts: u32,
}

/// Where an invocation has its operands from: three ways to the same numbers, one shader each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Memory {
    /// Straight from the arrays into registers: `shaders/conv.wgsl`.
    Registers,
    /// The same, but each of four neighbours loads a quarter of their pixels and gives them to the others, by the subgroup
    /// operations of devices that have these: `shaders/conv_quads.wgsl`.
    Quads,
    /// Through workgroup memory, where neighbours share what they read: `shaders/conv_shared.wgsl`.
    Workgroup,
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Registers => "registers alone",
            Self::Quads => "registers, four invocations giving each other what they read",
            Self::Workgroup => "workgroup memory",
        })
    }
}

/// What one invocation computes, and how. Each tile is one specialisation of a shader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// Where it has its operands from.
    pub memory: Memory,
    /// Output pixels an invocation computes.
    pub rows: u32,
    /// Groups of four output channels an invocation computes.
    pub columns: u32,
}

/// The tiles there are. Workgroup memory ends at 16 KiB, which its largest tile fills.
pub const TILES: [Tile; 13] = {
    use Memory::{Quads, Registers, Workgroup};
    [
        Tile { memory: Registers, rows: 16, columns: 2 },
        Tile { memory: Registers, rows: 8, columns: 4 },
        Tile { memory: Registers, rows: 8, columns: 2 },
        Tile { memory: Registers, rows: 8, columns: 1 },
        Tile { memory: Registers, rows: 4, columns: 1 },
        Tile { memory: Registers, rows: 2, columns: 1 },
        Tile { memory: Quads, rows: 16, columns: 2 },
        Tile { memory: Quads, rows: 8, columns: 4 },
        Tile { memory: Quads, rows: 8, columns: 2 },
        Tile { memory: Quads, rows: 4, columns: 1 },
        Tile { memory: Workgroup, rows: 8, columns: 2 },
        Tile { memory: Workgroup, rows: 4, columns: 2 },
        Tile { memory: Workgroup, rows: 2, columns: 1 },
    ]
};

impl Tile {
    /// Invocations of a workgroup along output channels and along pixels.
    pub fn workgroup(self) -> [u32; 2] {
        match self.memory {
            // A software adapter runs four neighbours as the lanes of one vector: four columns leave few lanes idle.
            Memory::Registers => [4, 16],
            // A quad along the channels. None of them may leave early, so a workgroup's 64 pixels are no more than the
            // smallest map has.
            Memory::Quads => [4, 64 / self.rows],
            Memory::Workgroup => [8, 8],
        }
    }

    /// The time of a multiplication in this tile, in units of its own: the wider, the less is read for it.
    ///
    /// Four channels of a tile take rows + 4 · columns reads for rows · columns multiplications of a vec4 by a matrix. On
    /// a software adapter a read costs about three of these, and one of weights some more (`benches/kernels.rs`); in a quad
    /// a pixel is a quarter of a read, and what giving it to the others costs.
    fn cost(self) -> f64 {
        let [rows, columns] = [f64::from(self.rows), f64::from(self.columns)];
        let pixels = if self.memory == Memory::Quads { rows / 2.0 } else { rows };
        1.0 + 3.0 * (pixels + 5.0 * columns) / (rows * columns)
    }
}

/// How a device runs one convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What an invocation computes.
    pub tile: Tile,
    /// Parts into which the sum over input channels is cut: a small map then keeps as many more invocations busy, and
    /// `conv_join` adds up what they leave. 1 for none.
    pub parts: u32,
    /// Whether the weights are in half precision: [`halves`].
    pub halves: bool,
}

impl From<Tile> for Way {
    fn from(tile: Tile) -> Self {
        Self { tile, parts: 1, halves: false }
    }
}

/// How a device wants its convolutions. Where quads are wanted, what is too small for one goes without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// The memory its tiles use.
    pub memory: Memory,
    /// Invocations below which the device counts as idle, so a smaller tile is taken.
    pub invocations: u32,
    /// The most rows of a tile.
    pub rows: u32,
    /// Whether sums may be cut into parts.
    pub cuts: bool,
    /// Whether weights are in half precision, all but a classifier's: what each position adds to a class is to add up to what
    /// the classifier says.
    pub halves: bool,
}

impl Strategy {
    /// For a CPU behind a GPU's interface: a few cores that are always busy.
    pub const SOFTWARE: Self =
        Self { memory: Memory::Registers, invocations: 256, rows: 16, cuts: false, halves: false };

    /// The same where subgroups are offered.
    pub const SOFTWARE_QUADS: Self = Self { memory: Memory::Quads, ..Self::SOFTWARE };

    /// For GPUs, which one is faster the device must say; the last is for those that offer subgroups.
    pub const GPU: [Self; 3] = [Self::gpu(Memory::Workgroup), Self::gpu(Memory::Registers), Self::gpu(Memory::Quads)];

    const fn gpu(memory: Memory) -> Self {
        Self { memory, invocations: 8192, rows: 8, cuts: false, halves: false }
    }

    /// What a device is to choose from, by what is known of it.
    pub fn choices(software: bool, subgroups: bool) -> &'static [Self] {
        match (software, subgroups) {
            (true, true) => &[Self::SOFTWARE_QUADS],
            (true, false) => &[Self::SOFTWARE],
            (false, true) => &Self::GPU,
            (false, false) => &[Self::GPU[0], Self::GPU[1]],
        }
    }

    /// Whether it is one of several that a GPU was timed with.
    pub fn is_chosen(self) -> bool {
        Self::GPU.contains(&Self { cuts: false, halves: false, ..self })
    }

    /// The same with sums cut where that makes more invocations; nothing for a device whose few cores are always busy.
    pub fn cut(self) -> Option<Self> {
        (self.is_chosen() && !self.cuts).then_some(Self { cuts: true, ..self })
    }

    /// The same for shaders that are shown and edited: a convolution in one step, with the weights as they are, and without
    /// subgroups, which naga does not check yet.
    pub fn plain(self) -> Self {
        let memory = if self.memory == Memory::Quads { Memory::Registers } else { self.memory };
        Self { memory, cuts: false, halves: false, ..self }
    }

    fn uses(self, tile: Tile) -> bool {
        let memory = tile.memory == self.memory || (self.memory, tile.memory) == (Memory::Quads, Memory::Registers);
        memory && tile.rows <= self.rows
    }

    /// The way that wastes least on a convolution: of those that keep the device busy the cheapest, counting rows and
    /// columns that stick out of the output, and what is written for sums that are cut; where none does, the one with the
    /// most invocations.
    pub fn way(self, params: &Params) -> Way {
        let most = if self.cuts { params.most_parts() } else { 1 };
        let halves = self.halves && params.pixels() > 1;
        let ways = || {
            let tiles = TILES.into_iter().filter(|&tile| self.uses(tile));
            tiles.flat_map(|tile| {
                PARTS.into_iter().filter(|&parts| parts <= most).map(move |parts| Way { tile, parts, halves })
            })
        };
        let invocations = |way: &Way| way.invocations(params);
        let cost = |way: &Way| way.cost(params);
        ways()
            .filter(|way| invocations(way) >= self.invocations)
            .min_by(|a, b| cost(a).total_cmp(&cost(b)))
            .or_else(|| ways().min_by(|a, b| invocations(b).cmp(&invocations(a)).then(cost(a).total_cmp(&cost(b)))))
            .unwrap_or(Way { halves, ..TILES[0].into() })
    }
}

/// Into how many parts a sum is cut.
const PARTS: [u32; 5] = [1, 2, 4, 8, 16];

impl Way {
    fn invocations(self, params: &Params) -> u32 {
        let Self { tile, parts, .. } = self;
        params.pixels().div_ceil(tile.rows) * (params.out_channels / 4).div_ceil(tile.columns) * parts
    }

    /// What it takes, in multiplications of a vec4 by a matrix.
    fn cost(self, params: &Params) -> f64 {
        let Self { tile, parts, .. } = self;
        let [x, y] = tile.workgroup();
        let columns = (params.out_channels / 4).next_multiple_of(tile.columns * x);
        // In a quad nobody leaves early, so that a whole workgroup's pixels are computed.
        let rows = if tile.memory == Memory::Quads { y * tile.rows } else { tile.rows };
        let sums = f64::from(params.pixels().next_multiple_of(rows)) * f64::from(columns);
        let depth = f64::from(params.kernel * params.kernel * (params.in_channels / 4));
        // A part is written and read again.
        let joined = if parts > 1 { 6.0 * f64::from(parts) } else { 0.0 };
        sums * (depth * tile.cost() + joined)
    }
}

impl Params {
    /// Output pixels.
    pub fn pixels(&self) -> u32 {
        self.out_height * self.out_width
    }

    /// Multiplications with an addition each.
    pub fn macs(&self) -> u64 {
        u64::from(self.pixels() * self.out_channels) * u64::from(self.kernel * self.kernel * self.in_channels)
    }

    /// Workgroups for a way.
    pub fn grid(&self, Way { tile, parts, .. }: Way) -> Grid {
        let [x, y] = tile.workgroup();
        [(self.out_channels / 4).div_ceil(x * tile.columns), self.pixels().div_ceil(y * tile.rows), parts]
    }

    /// The parameters of the first step of a convolution whose sum is cut: no bias, residual or activation before the end.
    pub fn cut(self, parts: u32) -> Self {
        Self { parts, residual: 0, activation: super::Activation::None.code(), ..self }
    }

    /// Into how many parts its sum is cut at most: each has 32 channels at least.
    fn most_parts(&self) -> u32 {
        (self.in_channels / 32).max(1)
    }
}

/// Weights `[rows, out]` as the shaders read them: `[rows / 4, out / 4]` blocks of four rows by four output channels, so that what
/// is multiplied together lies together.
///
/// # Panics
/// If rows or output channels are no multiple of 4.
pub fn blocks(weights: &[f32], out: usize) -> Vec<f32> {
    assert!(out.is_multiple_of(4) && weights.len().is_multiple_of(4 * out), "channels come in fours");
    let row = |four: &[f32], column: usize| -> [[f32; 4]; 4] {
        std::array::from_fn(|r| std::array::from_fn(|c| four[r * out + column + c]))
    };
    let of_four = |four| (0..out).step_by(4).flat_map(move |column| row(four, column));
    weights.chunks_exact(4 * out).flat_map(of_four).flatten().collect()
}

/// Weights `[rows, out]` as [`blocks`], in half precision; `None` if one does not fit there.
///
/// # Panics
/// If rows or output channels are no multiple of 4.
pub fn halves(weights: &[f32], out: usize) -> Option<Vec<f16>> {
    let halves: Vec<f16> = blocks(weights, out).into_iter().map(f16::from_f32).collect();
    // What is no number stays none, and is found where all such are.
    halves.iter().all(|half| !half.is_infinite()).then_some(halves)
}

/// The shader for one way, cut or not.
pub fn shader(Way { tile, halves, .. }: Way) -> Shader {
    let [x, y] = tile.workgroup();
    let (name, template, overrides) = match tile.memory {
        Memory::Registers => {
            ("conv", include_str!("../../../../shaders/conv.wgsl"), vec![("WORKGROUP_X", x), ("WORKGROUP_Y", y)])
        }
        Memory::Quads => ("conv_quads", include_str!("../../../../shaders/conv_quads.wgsl"), vec![("WORKGROUP_Y", y)]),
        Memory::Workgroup => ("conv_shared", include_str!("../../../../shaders/conv_shared.wgsl"), Vec::new()),
    };
    let template = if halves { template::with_halves(template) } else { template.to_owned() };
    Shader {
        name,
        source: template::expand(&template, [tile.rows, tile.columns]).into(),
        overrides,
        reads: 4,
        writes: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_four_rows_of_four_columns() {
        let weights: Vec<f32> = (0..64).map(|i| (i / 8 * 10 + i % 8) as f32).collect();
        let blocks = blocks(&weights, 8);
        assert_eq!(blocks[..16], [0., 1., 2., 3., 10., 11., 12., 13., 20., 21., 22., 23., 30., 31., 32., 33.]);
        assert_eq!(blocks[16..20], [4., 5., 6., 7.]);
        assert_eq!(blocks[32..36], [40., 41., 42., 43.]);
        assert_eq!(blocks.len(), weights.len());
    }

    #[test]
    fn the_tile_follows_the_output_and_the_device() {
        let params = |side: u32, out_channels: u32| Params {
            out_height: side,
            out_width: side,
            out_channels,
            in_channels: 64,
            kernel: 1,
            ..Params::zeroed()
        };
        let tile = |strategy: Strategy, side: u32, out_channels: u32| {
            let params = params(side, out_channels);
            let Way { tile: Tile { memory, rows, columns }, parts, .. } = strategy.way(&params);
            assert_eq!(parts, 1);
            assert!(strategy.uses(Tile { memory, rows, columns }));
            (rows, columns)
        };
        let memory = |strategy: Strategy, side, out_channels| strategy.way(&params(side, out_channels)).tile.memory;
        assert_eq!(tile(Strategy::SOFTWARE, 64, 64), (16, 2));
        assert_eq!(tile(Strategy::SOFTWARE, 64, 16), (8, 1), "half of a wider tile would stick out");
        assert_eq!(tile(Strategy::SOFTWARE, 8, 512), (16, 2));
        assert_eq!(tile(Strategy::SOFTWARE, 1, 12), (2, 1), "the narrowest, though few are not enough");
        assert_eq!(tile(Strategy::SOFTWARE_QUADS, 64, 64), (16, 2));
        assert_eq!(memory(Strategy::SOFTWARE_QUADS, 64, 64), Memory::Quads);
        assert_eq!(memory(Strategy::SOFTWARE_QUADS, 1, 1000), Memory::Registers, "one pixel has nobody to load for");
        let [workgroup, registers, quads] = Strategy::GPU;
        assert_eq!(tile(registers, 128, 64), (8, 4));
        assert_eq!(tile(workgroup, 128, 64), (8, 2));
        assert_eq!(memory(quads, 128, 64), Memory::Quads);
        assert_eq!(tile(workgroup, 8, 512), (2, 1), "a small map has parallelism in its channels alone");
    }

    #[test]
    fn all_but_a_classifier_has_halves_where_they_are_wanted() {
        let params =
            |side| Params { out_height: side, out_width: side, out_channels: 64, in_channels: 64, ..Params::zeroed() };
        let halves = |strategy: Strategy, side| strategy.way(&Params { kernel: 1, ..params(side) }).halves;
        let wanted = Strategy { halves: true, ..Strategy::SOFTWARE };
        assert!(
            halves(wanted, 8) && !halves(wanted, 1) && !halves(Strategy::SOFTWARE, 8) && !halves(wanted.plain(), 8)
        );
    }

    #[test]
    fn a_weight_that_is_no_half_is_refused() {
        let mut weights = vec![1.0 / 3.0; 16];
        assert!(super::halves(&weights, 4).unwrap().iter().all(|half| (half.to_f32() - 1.0 / 3.0).abs() < 1e-4));
        weights[5] = 65_536.0;
        assert_eq!(super::halves(&weights, 4), None);
    }

    #[test]
    fn a_long_sum_over_a_small_map_is_cut() {
        let [_, registers, _] = Strategy::GPU;
        let way = |side: u32, in_channels: u32, out_channels: u32| {
            let params = Params { out_height: side, out_width: side, in_channels, out_channels, ..Params::zeroed() };
            registers.cut().unwrap().way(&Params { kernel: 1, ..params })
        };
        assert_eq!(way(64, 64, 256).parts, 1, "the map is large enough");
        let Way { tile, parts, .. } = way(8, 2048, 512);
        assert!(parts > 1 && tile.rows * tile.columns > 2, "{tile:?} by {parts}");
        assert_eq!(way(1, 2048, 1000).parts, 16);
        assert_eq!(way(8, 32, 128).parts, 1, "too few channels");
        assert_eq!(Strategy::SOFTWARE.cut(), None);
        assert_eq!(registers.cut().unwrap().cut(), None);
    }
}
