// Convolution with zero padding as an implicit GEMM over [pixels, k·k·Cin] × [k·k·Cin, Cout]:
//
//     output[y, x, :] = activation(bias + residual[y, x, :]
//                       + Σ_{i, j, c} input[y · stride + i − padding, x · stride + j − padding, c] · weights[i, j, c, :])
//
// input [in_height, in_width, in_channels], bias [out_channels], residual and output [out_height, out_width, out_channels], all
// of them vec4 along channels; weights [kernel · kernel · in_channels / 4, out_channels / 4] of 4×4 blocks, whose columns are
// those of four output channels for one input channel each. Where `params.residual` is 0 any buffer may stand in for the
// residual. With `params.parts` the sum over input channels is cut, and the output is [parts, out_height, out_width,
// out_channels], without bias.
//
// An invocation holds ROWS pixels by COLUMNS vec4 of output channels in registers and shares no memory with others: the
// way for software adapters, and for GPUs whose caches are good enough (conv_shared.wgsl is the other).
//
// The file as it stands is the tile of one pixel by one vec4. `expand` in crates/core/src/kernels/conv/template.rs writes the wider
// ones: neighbouring lines that name the row R (alone or as a part of a name, as in `sum_R_C`) are repeated for every row,
// a line that names the column C for every column. Arrays and loops would be shorter, but a register has no index: where
// a compiler does not unroll such a loop, the array lies in memory, and the kernel is several times slower.
//
// Agrees with its twin, crates/cpu/src/conv.rs, to 1e-4 of the largest value.

struct Params {
    in_height: u32,
    in_width: u32,
    in_channels: u32,
    out_height: u32,
    out_width: u32,
    out_channels: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    activation: u32,
    residual: u32,
    parts: u32,
}

const ROWS: u32 = 1u;
const COLUMNS: u32 = 1u;
const R: u32 = 0u;
const C: u32 = 0u;

// Invocations next to each other along x take neighbouring columns, so that they read neighbouring weights.
override WORKGROUP_X: u32 = 4u;
override WORKGROUP_Y: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> residual: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<vec4f>;

// max(x, 0), but NaN stays NaN, which WGSL's max may drop: what has overflowed must not look like a number. Told by its
// bits, since a compiler may take it that no number is NaN.
fn relu(x: vec4f) -> vec4f {
    return select(max(x, vec4f()), x, (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

@compute @workgroup_size(WORKGROUP_X, WORKGROUP_Y)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let depth = params.in_channels / 4u;
    let width = params.out_channels / 4u;
    let pixels = params.out_height * params.out_width;
    let first_pixel = (workgroup.y * WORKGROUP_Y + local.y) * ROWS;
    let first_column = workgroup.x * WORKGROUP_X * COLUMNS + local.x;
    if first_pixel >= pixels || first_column >= width {
        return;
    }

    // Where each row's window starts; rows and columns past the end compute the last one again and write nothing.
    let pixel_R = min(first_pixel + R, pixels - 1u);
    let top_R = pixel_R / params.out_width * params.stride - params.padding;
    let left_R = pixel_R % params.out_width * params.stride - params.padding;
    var sum_R_C = vec4f();

    let column_C = min(first_column + C * WORKGROUP_X, width - 1u);

    // The input channels that are summed here: all of them, or a part of which conv_join.wgsl makes the whole.
    let begin = workgroup.z * depth / params.parts;
    let end = (workgroup.z + 1u) * depth / params.parts;

    for (var i = 0u; i < params.kernel; i++) {
        for (var j = 0u; j < params.kernel; j++) {
            // Above or left of the map an unsigned number has wrapped around and is too large as well. Outside, the first
            // pixel is read and counts nothing: cheaper than a branch or a select at every read.
            let inside_R = (top_R + i < params.in_height) & (left_R + j < params.in_width);
            let start_R = select(0u, ((top_R + i) * params.in_width + left_R + j) * depth, inside_R);
            let counts_R = select(0.0, 1.0, inside_R);

            // Where the next row of blocks starts.
            var row = ((i * params.kernel + j) * depth + begin) * width;
            for (var d = begin; d < end; d++) {
                let w_C = weights[row + column_C];

                let a_R = counts_R * input[start_R + d];
                sum_R_C += w_C * a_R;

                row += width;
            }
        }
    }


    // The epilogue: few branches, and those the same for all invocations.
    let at_R = (workgroup.z * pixels + min(first_pixel + R, pixels - 1u)) * width;
    if params.parts == 1u {
        sum_R_C += bias[column_C];
    }

    if params.residual == 1u {
        sum_R_C += residual[at_R + column_C];
    }
    if params.activation == 1u {
        sum_R_C = relu(sum_R_C);
    }
    if params.activation == 2u {
        // Below −80 silu is 0 in f32; the bound keeps exp finite, since WGSL promises nothing about infinities.
        sum_R_C /= 1.0 + exp(min(-sum_R_C, vec4f(80.0)));
    }

    if (first_pixel + R < pixels) & (first_column + C * WORKGROUP_X < width) { output[at_R + column_C] = sum_R_C; }
}
