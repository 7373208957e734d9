//! Convolution as an implicit GEMM: output = activation(input ∗ weights + bias + residual). `shaders/conv.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::{Grid, Shader};

/// Geometry and epilogue of one square convolution with zero padding, batch 1.
///
/// Input `[in_height, in_width, in_channels]`, weights `[kernel · kernel · in_channels, out_channels]`, bias
/// `[out_channels]`, residual and output `[out_height, out_width, out_channels]`. Channels are multiples of 4.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
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
    /// The shader's struct ends on 16 bytes.
    pub unused: u32,
}

/// The register tile of one invocation: `rows` output pixels by `columns` vec4 of output channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// Output pixels an invocation computes.
    pub rows: u32,
    /// Groups of four output channels an invocation computes.
    pub columns: u32,
}

/// The tiles there are, widest first. Each is one specialisation of the shader.
///
/// On a software adapter 8×1 is as fast as or faster than all others and 1×1 two to four times slower (`benches/kernels.rs`).
pub const TILES: [Tile; 4] = [
    Tile { rows: 8, columns: 2 },
    Tile { rows: 8, columns: 1 },
    Tile { rows: 4, columns: 1 },
    Tile { rows: 2, columns: 1 },
];

/// Invocations of a workgroup along output channels and along pixels.
pub const WORKGROUP: [u32; 2] = [8, 8];

/// Workgroups below which a device is thought idle, so that a smaller tile is taken.
const ENOUGH_WORKGROUPS: u32 = 16;

impl Params {
    /// Output pixels.
    pub fn pixels(&self) -> u32 {
        self.out_height * self.out_width
    }

    /// Multiplications with an addition each.
    pub fn macs(&self) -> u64 {
        u64::from(self.pixels() * self.out_channels) * u64::from(self.kernel * self.kernel * self.in_channels)
    }

    /// The widest tile that leaves no column of a workgroup idle and still gives the device enough workgroups.
    pub fn tile(&self) -> Tile {
        let fits = |tile: &&Tile| {
            let [x, y, _] = self.grid(**tile);
            let busy = tile.columns == 1 || WORKGROUP[0] * tile.columns <= self.out_channels / 4;
            busy && x * y >= ENOUGH_WORKGROUPS
        };
        TILES.iter().find(fits).copied().unwrap_or(TILES[TILES.len() - 1])
    }

    /// Workgroups for a tile.
    pub fn grid(&self, tile: Tile) -> Grid {
        [
            (self.out_channels / 4).div_ceil(WORKGROUP[0] * tile.columns),
            self.pixels().div_ceil(WORKGROUP[1] * tile.rows),
            1,
        ]
    }
}

/// The shader as it stands in its file: its tile is [`TILES`]\[0\].
const SOURCE: &str = include_str!("../../shaders/conv.wgsl");

/// The shader with its register tile rewritten, since WGSL lets no override size a private array.
pub fn source(tile: Tile) -> String {
    let Tile { rows, columns } = TILES[0];
    SOURCE
        .replace(&format!("const ROWS: u32 = {rows}u;"), &format!("const ROWS: u32 = {}u;", tile.rows))
        .replace(&format!("const COLUMNS: u32 = {columns}u;"), &format!("const COLUMNS: u32 = {}u;", tile.columns))
}

/// The shader for one tile.
pub fn shader(tile: Tile) -> Shader {
    let [x, y] = WORKGROUP;
    Shader {
        name: "conv",
        source: source(tile).into(),
        overrides: vec![("WORKGROUP_X", x), ("WORKGROUP_Y", y)],
        reads: 4,
        writes: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tile_follows_the_output() {
        let tile = |side: u32, out_channels: u32| {
            let params = Params { out_height: side, out_width: side, out_channels, ..Params::zeroed() };
            let Tile { rows, columns } = params.tile();
            (rows, columns)
        };
        assert_eq!(tile(64, 64), (8, 2));
        assert_eq!(tile(64, 32), (8, 1), "half of a wider workgroup would idle");
        assert_eq!(tile(16, 64), (4, 1));
        assert_eq!(tile(8, 128), (2, 1));
        assert_eq!(tile(1, 12), (2, 1), "the narrowest, though one workgroup is not enough");
    }

    #[test]
    fn a_tile_is_written_into_the_source_and_nothing_else_changes() {
        assert_eq!(source(TILES[0]), SOURCE);
        for tile in [Tile { rows: 3, columns: 5 }, Tile { rows: 1, columns: 1 }] {
            let source = source(tile);
            let changed: Vec<_> = source.lines().zip(SOURCE.lines()).filter(|(a, b)| a != b).map(|(a, _)| a).collect();
            let (rows, columns) = (tile.rows, tile.columns);
            assert_eq!(changed, [format!("const ROWS: u32 = {rows}u;"), format!("const COLUMNS: u32 = {columns}u;")]);
        }
    }
}
