//! Rows times packed weights: the one matrix product that both ways of a convolution come down to.
//!
//! A register tile is so many rows by two or three vectors of columns. Rows are pointers, one a tap (an indirect convolution, as
//! XNNPACK has it), so that nothing of the input is copied; weights are packed once, in the order in which they are read.

use std::ops::Range;

use lambdascope_core::kernels::Activation;
use pulp::{Arch, Simd, WithSimd};

use crate::activation::activate;
use crate::vector::{load, store, vectors};

/// Vectors of columns in a register tile. Its sums, the rows' values and the weights that they meet are to fit the registers;
/// in WASM those are the browser's, sixteen on most machines, where a product takes one of its own before it is added.
const COLUMNS: usize = if IS_WASM { 3 } else { 2 };

/// Rows of a register tile of one, two and all vectors of columns.
const ROWS_IN_WASM: [usize; 3] = [8, 4, 3];
const ROWS_IN_16_REGISTERS: usize = 6;
const ROWS_IN_32_REGISTERS: usize = 8;

const IS_WASM: bool = cfg!(target_family = "wasm");

/// The values of a panel that are worked through at a time: they stay in a first-level cache while all rows meet them.
const PANEL_VALUES: usize = 1 << 12;

/// Channels that are worked through without a test in between, which channel counts are multiples of. In WASM one: LLVM
/// writes a block of code sum by sum, not channel by channel, and would keep the values of all its channels in registers.
const UNROLLED: usize = if IS_WASM { 1 } else { 4 };

/// A matrix `[depth, columns]` cut into panels of as many columns as a register tile has, each `[depth, width]`, the last
/// one padded with zeros.
#[derive(Debug)]
pub struct Panels {
    values: Vec<f32>,
    depth: usize,
    columns: usize,
    width: usize,
}

impl Panels {
    /// Panels of zeros.
    pub fn zeros(arch: Arch, depth: usize, columns: usize) -> Self {
        let width = COLUMNS * arch.dispatch(Lanes);
        Self { values: vec![0.0; depth * columns.next_multiple_of(width)], depth, columns, width }
    }

    /// Packs a row-major matrix.
    ///
    /// # Panics
    /// If the matrix is shorter than its shape says.
    pub fn new(arch: Arch, matrix: &[f32], depth: usize, columns: usize) -> Self {
        let mut panels = Self::zeros(arch, depth, columns);
        for row in 0..depth {
            panels.set_row(row, &matrix[row * columns..][..columns]);
        }
        panels
    }

    /// Writes a row of the matrix.
    ///
    /// # Panics
    /// If it has another length than the matrix has columns, or there is no such row.
    pub fn set_row(&mut self, row: usize, values: &[f32]) {
        assert_eq!(values.len(), self.columns, "a row has a value a column");
        for (panel, values) in values.chunks(self.width).enumerate() {
            self.values[(panel * self.depth + row) * self.width..][..values.len()].copy_from_slice(values);
        }
    }
}

/// How many values a vector has.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// output = activation(rows · panels + bias + residual).
pub struct Product<'a> {
    /// For each row one pointer a tap, each to `channels` values: what a row of the left factor consists of.
    pub rows: &'a [*const f32],
    /// Pointers of a row.
    pub taps: usize,
    /// Values that each pointer leads to; a multiple of 4.
    pub channels: usize,
    /// The right factor, `[taps · channels, columns]`.
    pub panels: &'a Panels,
    /// `[columns]`, if one is added.
    pub bias: Option<&'a [f32]>,
    /// As the output, if one is added.
    pub residual: Option<&'a [f32]>,
    /// Applied last.
    pub activation: Activation,
    /// `[rows, columns]`.
    pub output: &'a mut [f32],
}

impl Product<'_> {
    /// Computes it.
    ///
    /// # Safety
    /// Every pointer leads to `channels` values that nobody writes meanwhile.
    ///
    /// # Panics
    /// If shapes do not fit each other.
    pub unsafe fn run(self, arch: Arch) {
        let rows = self.rows.len() / self.taps;
        let columns = self.panels.columns;
        assert_eq!(self.taps * self.channels, self.panels.depth, "taps times channels are the depth of the panels");
        assert!(self.channels.is_multiple_of(UNROLLED), "channels come in fours");
        assert_eq!(rows * columns, self.output.len(), "the output is rows by columns");
        assert!(self.bias.is_none_or(|bias| bias.len() >= columns), "a bias a column");
        assert!(self.residual.is_none_or(|residual| residual.len() >= self.output.len()), "a residual a value");
        arch.dispatch(self);
    }
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        assert_eq!(
            self.panels.width,
            COLUMNS * S::F32_LANES,
            "panels are packed for the instruction set that runs them"
        );
        let run = Run { simd, product: self };
        if IS_WASM {
            run.all::<{ ROWS_IN_WASM[0] }, { ROWS_IN_WASM[1] }, { ROWS_IN_WASM[2] }>();
        } else if S::REGISTER_COUNT < 32 {
            run.all::<ROWS_IN_16_REGISTERS, ROWS_IN_16_REGISTERS, ROWS_IN_16_REGISTERS>();
        } else {
            run.all::<ROWS_IN_32_REGISTERS, ROWS_IN_32_REGISTERS, ROWS_IN_32_REGISTERS>();
        }
    }
}

/// A product on one instruction set.
struct Run<'a, S> {
    simd: S,
    product: Product<'a>,
}

/// A part of the depth: some taps, some channels of each.
#[derive(Clone)]
struct Depth {
    taps: Range<usize>,
    channels: Range<usize>,
}

impl<S: Simd> Run<'_, S> {
    #[inline(always)]
    fn all<const ONE: usize, const TWO: usize, const ALL: usize>(mut self) {
        let Product { taps, channels, panels, .. } = self.product;
        let rows = self.product.rows.len() / taps;
        let at_a_time = (PANEL_VALUES / panels.width).next_multiple_of(UNROLLED);
        let taps_at_a_time = (at_a_time / channels).max(1);
        let channels_at_a_time = channels.min(at_a_time);
        for first_tap in (0..taps).step_by(taps_at_a_time) {
            for first in (0..channels).step_by(channels_at_a_time) {
                let depth = Depth {
                    taps: first_tap..(first_tap + taps_at_a_time).min(taps),
                    channels: first..(first + channels_at_a_time).min(channels),
                };
                for column in (0..panels.columns).step_by(panels.width) {
                    let vectors = (panels.columns - column).div_ceil(S::F32_LANES);
                    let mut row = 0;
                    while row < rows {
                        // SAFETY: as `Product::run` asks for; the shapes were checked there.
                        row += unsafe {
                            match (rows - row, vectors) {
                                (1, _) => self.tile::<1, COLUMNS>(row, column, &depth),
                                (_, 1) => self.tile::<ONE, 1>(row, column, &depth),
                                (_, 2) => self.tile::<TWO, 2>(row, column, &depth),
                                _ => self.tile::<ALL, COLUMNS>(row, column, &depth),
                            }
                        };
                    }
                }
            }
        }
        let Product { residual, activation, ref mut output, .. } = self.product;
        if in_tiles(activation).is_none() {
            finish(self.simd, output, residual, activation);
        }
    }

    /// One register tile: its sums so far, plus what a part of the depth adds. Returns its rows.
    ///
    /// Sums stay in registers only if every loop over them is unrolled, so that each is counted to a constant and does little.
    ///
    /// # Safety
    /// As [`Product::run`], which has checked the shapes; `row` and `column` are in the output.
    #[expect(clippy::needless_range_loop, reason = "iterators over the sums are not unrolled")]
    #[inline(always)]
    unsafe fn tile<const ROWS: usize, const WIDE: usize>(&mut self, row: usize, column: usize, depth: &Depth) -> usize {
        let simd = self.simd;
        let lanes = S::F32_LANES;
        let Product { rows, taps, channels, panels, bias, residual, activation, ref mut output } = self.product;
        let columns = panels.columns;
        let there = (output.len() / columns - row).min(ROWS);
        let wide = (columns - column).min(WIDE * lanes);
        let first = row * columns + column;
        let is_first = depth.taps.start == 0 && depth.channels.start == 0;
        let is_last = depth.taps.end == taps && depth.channels.end == channels;
        // Where the tile stands while it is computed: in its place, or beside it if it reaches beyond the output.
        let is_whole = there == ROWS && wide == WIDE * lanes;
        let mut beside = [[simd.splat_f32s(0.0); WIDE]; ROWS];
        let (place, stride) = if is_whole {
            // SAFETY: the tile lies in the output.
            (unsafe { output.as_mut_ptr().add(first) }, columns)
        } else {
            (beside.as_mut_ptr().cast(), WIDE * lanes)
        };
        let at = |r: usize, j: usize| place.wrapping_add(r * stride + j * lanes).cast::<S::f32s>();

        let mut sums = [[simd.splat_f32s(0.0); WIDE]; ROWS];
        if !is_first {
            if !is_whole {
                for r in 0..there {
                    let from = unsafe { output.as_ptr().add(first + r * columns) };
                    unsafe { from.copy_to_nonoverlapping(place.add(r * stride), wide) };
                }
            }
            for r in 0..ROWS {
                for j in 0..WIDE {
                    sums[r][j] = unsafe { at(r, j).read_unaligned() };
                }
            }
        } else if let Some(bias) = bias {
            let exist = |j: usize| if is_whole { lanes } else { wide.saturating_sub(j * lanes).min(lanes) };
            let bias: [S::f32s; WIDE] = std::array::from_fn(|j| unsafe {
                load(simd, bias.as_ptr().wrapping_add(column + j * lanes), exist(j))
            });
            sums = [bias; ROWS];
        }

        let panel = unsafe { panels.values.as_ptr().add(column * panels.depth) };
        for tap in depth.taps.clone() {
            let mut weights = unsafe { panel.add((tap * channels + depth.channels.start) * panels.width) };
            // Rows beyond the last are the last one again, and are not kept.
            let mut inputs: [*const f32; ROWS] = std::array::from_fn(|r| unsafe {
                rows.get_unchecked((row + r.min(there - 1)) * taps + tap).add(depth.channels.start)
            });
            for _ in 0..depth.channels.len() / UNROLLED {
                for i in 0..UNROLLED {
                    let factors: [S::f32s; WIDE] =
                        std::array::from_fn(|j| unsafe { weights.add(j * lanes).cast::<S::f32s>().read_unaligned() });
                    for r in 0..ROWS {
                        let value = simd.splat_f32s(unsafe { *inputs[r].add(i) });
                        for j in 0..WIDE {
                            sums[r][j] = simd.mul_add_e_f32s(value, factors[j], sums[r][j]);
                        }
                    }
                    weights = unsafe { weights.add(COLUMNS * lanes) };
                }
                inputs = inputs.map(|input| unsafe { input.add(UNROLLED) });
            }
        }

        let in_tiles = if is_last { in_tiles(activation) } else { None };
        if let Some(lowest) = in_tiles.filter(|_| is_whole) {
            let lowest = simd.splat_f32s(lowest);
            if let Some(residual) = residual {
                for r in 0..ROWS {
                    for j in 0..WIDE {
                        let residual = unsafe { residual.as_ptr().add(first + r * columns + j * lanes) };
                        sums[r][j] = simd.add_f32s(sums[r][j], unsafe { residual.cast::<S::f32s>().read_unaligned() });
                    }
                }
            }
            for r in 0..ROWS {
                for j in 0..WIDE {
                    // NaN is not below anything, and stays.
                    let is_below = simd.less_than_f32s(sums[r][j], lowest);
                    unsafe { at(r, j).write_unaligned(simd.select_f32s(is_below, lowest, sums[r][j])) };
                }
            }
            return ROWS;
        }
        for r in 0..ROWS {
            for j in 0..WIDE {
                unsafe { at(r, j).write_unaligned(sums[r][j]) };
            }
        }
        if !is_whole {
            for r in 0..there {
                let first = first + r * columns;
                let row = &mut output[first..first + wide];
                unsafe { place.add(r * stride).copy_to_nonoverlapping(row.as_mut_ptr(), wide) };
                if in_tiles.is_some() {
                    finish(simd, row, residual.map(|residual| &residual[first..first + wide]), activation);
                }
            }
        }
        ROWS
    }
}

/// What no value is to be below, for an activation that is no more than that. It is applied to a tile while that is in
/// registers; any other to the whole output at the end.
#[inline(always)]
fn in_tiles(activation: Activation) -> Option<f32> {
    match activation {
        Activation::None => Some(f32::NEG_INFINITY),
        Activation::Relu => Some(0.0),
        Activation::Silu => None,
    }
}

/// row = activation(row + residual).
#[inline(always)]
fn finish<S: Simd>(simd: S, row: &mut [f32], residual: Option<&[f32]>, activation: Activation) {
    for (at, exist) in vectors::<S>(row.len()) {
        // SAFETY: so many values lie there, in both.
        unsafe {
            let mut sum = load(simd, row.as_ptr().add(at), exist);
            if let Some(residual) = residual {
                sum = simd.add_f32s(sum, load(simd, residual.as_ptr().add(at), exist));
            }
            store(simd, row.as_mut_ptr().add(at), exist, activate(simd, activation, sum));
        }
    }
}
