//! A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): 36 multiplications for 16 output pixels, where writing it out
//! takes 144 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, with the points 0, ±1, ±2, ∞).
//!
//! Y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A for 6×6 tiles d of the input, four pixels apart; the products ⊙ of all channels are
//! 36 matrix products, one a place of the tile.

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::conv::Params;
use pulp::{Arch, Simd, WithSimd};

use super::padded::Padded;
use super::product::{Panels, Product};
use crate::activation::activate;
use crate::blocks::blocks;
use crate::spares::Spares;
use crate::vector::{load, store, vectors};

/// Output pixels along a tile's side.
const SIDE: usize = 4;
/// Input pixels along a tile's side.
const REACH: usize = SIDE + 2;
/// Places of a tile.
const PLACES: usize = REACH * REACH;

/// The values of a block of tiles, in and out, for a second-level cache.
const BLOCK: usize = 1 << 18;

/// G.
const WEIGHTS: [[f64; 3]; REACH] = [
    [1.0 / 4.0, 0.0, 0.0],
    [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
    [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
    [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
    [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
    [0.0, 0.0, 1.0],
];

/// The values of a cache's line. The planes of a block's places stand so much further apart than they are long, since a tile
/// goes through all of them, and planes of a power of two apart would drive each other out of a cache.
const LINE: usize = 16;

/// A block's tiles and their products.
static SCRATCH: Spares<[Vec<f32>; 2]> = Spares::new();

/// A convolution's weights, transformed and packed.
#[derive(Debug)]
pub struct Winograd {
    /// One matrix `[C, out]` a place of the tile.
    panels: Vec<Panels>,
    /// What a pixel outside the map reads.
    zeros: Vec<f32>,
}

/// How many multiplications a value takes part in on average, c·o / (c + o) for c channels in and o out, so that saving some
/// of them pays for transforming the value. Where vectors are long, the transforms' memory is what takes time.
const FEWEST_USES: f64 = if cfg!(target_family = "wasm") { 10.0 } else { 16.0 };

/// Whether a convolution can be computed so, and is the faster for it; what of a tile lies outside the map is lost.
pub fn pays(params: &Params) -> bool {
    let tiles = params.out_height.div_ceil(SIDE as u32) * params.out_width.div_ceil(SIDE as u32);
    let used = f64::from(params.out_height * params.out_width) / f64::from(tiles * (SIDE * SIDE) as u32);
    let [channels, out] = [params.in_channels, params.out_channels].map(f64::from);
    is_possible(params) && tiles >= 4 && used > 0.5 && channels * out / (channels + out) >= FEWEST_USES
}

/// Whether a convolution can be computed so at all.
fn is_possible(params: &Params) -> bool {
    params.kernel == 3 && params.stride == 1
}

impl Winograd {
    /// Transforms weights `[3 · 3 · C, out]`.
    ///
    /// # Panics
    /// If they are shorter than the parameters say, or the window is another.
    pub fn new(arch: Arch, params: &Params, weights: &[f32]) -> Self {
        assert!(is_possible(params), "F(4×4, 3×3) is for 3×3 windows of stride 1, found {params:?}");
        let [channels, out] = [params.in_channels, params.out_channels].map(|n| n as usize);
        let mut panels: Vec<Panels> = (0..PLACES).map(|_| Panels::zeros(arch, channels, out)).collect();
        // A row of all matrices at a time.
        let mut rows = vec![vec![0.0; out]; PLACES];
        for channel in 0..channels {
            for at in 0..out {
                let tap = |y: usize, x: usize| f64::from(weights[((3 * y + x) * channels + channel) * out + at]);
                let left: [[f64; 3]; REACH] =
                    WEIGHTS.map(|row| std::array::from_fn(|x| (0..3).map(|y| row[y] * tap(y, x)).sum()));
                for (place, row) in rows.iter_mut().enumerate() {
                    let (left, right) = (left[place / REACH], WEIGHTS[place % REACH]);
                    row[at] = left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>() as f32;
                }
            }
            panels.iter_mut().zip(&rows).for_each(|(panels, row)| panels.set_row(channel, row));
        }
        Self { panels, zeros: vec![0.0; channels] }
    }

    /// Runs it.
    ///
    /// # Panics
    /// If an array is shorter than the parameters say.
    pub fn run(
        &self,
        arch: Arch,
        params: &Params,
        input: &[f32],
        bias: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
    ) {
        let [channels, out, width, height] =
            [params.in_channels, params.out_channels, params.out_width, params.out_height].map(|n| n as usize);
        let across = width.div_ceil(SIDE);
        let map = Padded::new(params, input, &self.zeros);
        // A block is whole rows of tiles, so that its output lies in one piece.
        let fits = BLOCK / (PLACES * (channels + out) * across).max(1);
        let output = &mut output[..width * height * out];
        blocks(output, SIDE * width * out, fits, 1, |first, output| {
            SCRATCH.lend(|[tiles, products]| {
                let rows = output.len().div_ceil(SIDE * width * out);
                let count = rows * across;
                let (tiles_plane, products_plane) = (count * channels + LINE, count * out + LINE);
                tiles.resize(PLACES * tiles_plane, 0.0);
                products.resize(PLACES * products_plane, 0.0);
                arch.dispatch(Into { map, across, channels, first: first * across, count, tiles });
                let mut pointers = Vec::with_capacity(count);
                for (place, panels) in self.panels.iter().enumerate() {
                    pointers.clear();
                    let rows = tiles[place * tiles_plane..][..count * channels].chunks_exact(channels);
                    pointers.extend(rows.map(<[f32]>::as_ptr));
                    let product = Product {
                        rows: &pointers,
                        taps: 1,
                        channels,
                        panels,
                        bias: None,
                        residual: None,
                        activation: Activation::None,
                        output: &mut products[place * products_plane..][..count * out],
                    };
                    // SAFETY: every pointer is that of a slice of `channels` values.
                    unsafe { product.run(arch) };
                }
                let residual = residual.map(|residual| &residual[first * SIDE * width * out..][..output.len()]);
                arch.dispatch(OutOf { params, count, products, bias, residual, output });
            });
        });
    }
}

/// Bᵀ d B of a block's tiles, `[36, tiles, C]`, a line between places.
struct Into<'a> {
    map: Padded<'a>,
    /// Tiles in a row of the map.
    across: usize,
    channels: usize,
    /// The first tile, and how many there are.
    first: usize,
    count: usize,
    tiles: &'a mut [f32],
}

impl WithSimd for Into<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { map, across, channels, first, count, tiles } = self;
        let plane = tiles.len() / PLACES;
        for (tile, at) in (0..count * channels).step_by(channels).enumerate() {
            let (top, left) = ((first + tile) / across * SIDE, (first + tile) % across * SIDE);
            let pixels: [&[f32]; PLACES] =
                std::array::from_fn(|place| map.pixel(top + place / REACH, left + place % REACH));
            for (channel, exist) in vectors::<S>(channels) {
                // SAFETY: each pixel is a slice of all channels.
                let column = |x: usize| {
                    into(
                        simd,
                        std::array::from_fn(|y| unsafe {
                            load(simd, pixels[y * REACH + x].as_ptr().add(channel), exist)
                        }),
                    )
                };
                let columns: [[S::f32s; REACH]; REACH] = std::array::from_fn(column);
                for y in 0..REACH {
                    let row = into(simd, columns.map(|column| column[y]));
                    for (x, value) in row.into_iter().enumerate() {
                        let place = &mut tiles[(y * REACH + x) * plane + at + channel..][..exist];
                        // SAFETY: the slice holds what is written.
                        unsafe { store(simd, place.as_mut_ptr(), exist, value) };
                    }
                }
            }
        }
    }
}

/// activation(Aᵀ m A + bias + residual) of a block's tiles m, `[36, tiles, out]` with a line between places, into whole rows of the output.
struct OutOf<'a> {
    params: &'a Params,
    /// How many tiles there are.
    count: usize,
    products: &'a [f32],
    bias: &'a [f32],
    residual: Option<&'a [f32]>,
    output: &'a mut [f32],
}

impl WithSimd for OutOf<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [out, width] = [self.params.out_channels, self.params.out_width].map(|n| n as usize);
        let activation = Activation::from_code(self.params.activation);
        let across = width.div_ceil(SIDE);
        let height = self.output.len() / (width * out);
        let plane = self.products.len() / PLACES;
        for (tile, at) in (0..self.count * out).step_by(out).enumerate() {
            let (top, left) = (tile / across * SIDE, tile % across * SIDE);
            for (channel, exist) in vectors::<S>(out) {
                let read = |from: &[f32]| unsafe { load(simd, from[..exist].as_ptr(), exist) };
                let column = |x: usize| {
                    out_of(
                        simd,
                        std::array::from_fn(|y| read(&self.products[(y * REACH + x) * plane + at + channel..])),
                    )
                };
                let columns: [[S::f32s; SIDE]; REACH] = std::array::from_fn(column);
                let bias = read(&self.bias[channel..]);
                for y in 0..SIDE.min(height - top) {
                    let row = out_of(simd, columns.map(|column| column[y]));
                    for (x, value) in row.into_iter().enumerate().take(width - left) {
                        let place = ((top + y) * width + left + x) * out + channel;
                        let mut value = simd.add_f32s(value, bias);
                        if let Some(residual) = self.residual {
                            value = simd.add_f32s(value, read(&residual[place..]));
                        }
                        let value = activate(simd, activation, value);
                        // SAFETY: the slice holds what is written.
                        unsafe { store(simd, self.output[place..][..exist].as_mut_ptr(), exist, value) };
                    }
                }
            }
        }
    }
}

/// Bᵀ d for one column d.
#[inline(always)]
fn into<S: Simd>(simd: S, d: [S::f32s; REACH]) -> [S::f32s; REACH] {
    let times = |factor: f32, x, y| simd.mul_add_e_f32s(simd.splat_f32s(factor), x, y);
    let a = times(-4.0, d[2], d[4]);
    let b = times(-4.0, d[1], d[3]);
    let c = simd.sub_f32s(d[4], d[2]);
    let e = simd.sub_f32s(d[3], d[1]);
    [
        times(4.0, d[0], times(-5.0, d[2], d[4])),
        simd.add_f32s(a, b),
        simd.sub_f32s(a, b),
        times(2.0, e, c),
        times(-2.0, e, c),
        times(4.0, d[1], times(-5.0, d[3], d[5])),
    ]
}

/// Aᵀ m for one column m.
#[inline(always)]
fn out_of<S: Simd>(simd: S, m: [S::f32s; REACH]) -> [S::f32s; SIDE] {
    let times = |factor: f32, x, y| simd.mul_add_e_f32s(simd.splat_f32s(factor), x, y);
    let (near, far) = (simd.add_f32s(m[1], m[2]), simd.add_f32s(m[3], m[4]));
    let (near_odd, far_odd) = (simd.sub_f32s(m[1], m[2]), simd.sub_f32s(m[3], m[4]));
    [
        simd.add_f32s(simd.add_f32s(m[0], near), far),
        times(2.0, far_odd, near_odd),
        times(4.0, far, near),
        simd.add_f32s(times(8.0, far_odd, near_odd), m[5]),
    ]
}
