// Convolution with zero padding as an implicit GEMM over [pixels, k·k·Cin] × [k·k·Cin, Cout]:
//
//     output[y, x, :] = activation(bias + residual[y, x, :]
//                       + Σ_{i, j, c} input[y · stride + i − padding, x · stride + j − padding, c] · weights[i, j, c, :])
//
// input [in_height, in_width, in_channels], weights [kernel · kernel · in_channels, out_channels], bias [out_channels],
// residual and output [out_height, out_width, out_channels]; all of them vec4 along channels. Where
// `params.residual` is 0 any buffer may stand in for the residual.
//
// An invocation holds ROWS pixels by COLUMNS vec4 of output channels in registers and uses no shared memory. ROWS and
// COLUMNS are rewritten for each tile by `source` in src/kernels/conv.rs: an override cannot size a private array.
//
// Agrees with its twin, src/cpu/conv.rs, to 1e-4 of the largest value.

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
    unused: u32,
}

const ROWS: u32 = 8u;
const COLUMNS: u32 = 2u;

override WORKGROUP_X: u32 = 8u;
override WORKGROUP_Y: u32 = 8u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> residual: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<vec4f>;

fn activate(x: vec4f) -> vec4f {
    switch params.activation {
        case 1u: { return max(x, vec4f(0.0)); }
        // Below −80 silu is 0 in f32; the bound keeps exp finite, since WGSL promises nothing about infinities.
        case 2u: { return x / (1.0 + exp(min(-x, vec4f(80.0)))); }
        default: { return x; }
    }
}

// Invocations next to each other along x take neighbouring columns, so that they read neighbouring weights.
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
    var top: array<i32, ROWS>;
    var left: array<i32, ROWS>;
    for (var r = 0u; r < ROWS; r++) {
        let pixel = min(first_pixel + r, pixels - 1u);
        top[r] = i32(pixel / params.out_width * params.stride) - i32(params.padding);
        left[r] = i32(pixel % params.out_width * params.stride) - i32(params.padding);
    }
    var column: array<u32, COLUMNS>;
    for (var c = 0u; c < COLUMNS; c++) {
        column[c] = min(first_column + c * WORKGROUP_X, width - 1u);
    }

    var sum: array<array<vec4f, COLUMNS>, ROWS>;
    var tap = 0u;
    for (var i = 0u; i < params.kernel; i++) {
        for (var j = 0u; j < params.kernel; j++) {
            var inside: array<bool, ROWS>;
            var start: array<u32, ROWS>;
            for (var r = 0u; r < ROWS; r++) {
                let y = top[r] + i32(i);
                let x = left[r] + i32(j);
                inside[r] = y >= 0 && x >= 0 && y < i32(params.in_height) && x < i32(params.in_width);
                start[r] = select(0u, (u32(y) * params.in_width + u32(x)) * depth, inside[r]);
            }
            var weight_row = tap * params.in_channels * width;
            for (var d = 0u; d < depth; d++) {
                var w: array<array<vec4f, 4>, COLUMNS>;
                for (var c = 0u; c < COLUMNS; c++) {
                    let at = weight_row + column[c];
                    w[c][0] = weights[at];
                    w[c][1] = weights[at + width];
                    w[c][2] = weights[at + 2u * width];
                    w[c][3] = weights[at + 3u * width];
                }
                for (var r = 0u; r < ROWS; r++) {
                    let a = select(vec4f(0.0), input[start[r] + d], inside[r]);
                    for (var c = 0u; c < COLUMNS; c++) {
                        sum[r][c] += a.x * w[c][0] + a.y * w[c][1] + a.z * w[c][2] + a.w * w[c][3];
                    }
                }
                weight_row += 4u * width;
            }
            tap++;
        }
    }

    for (var r = 0u; r < ROWS; r++) {
        let pixel = first_pixel + r;
        for (var c = 0u; c < COLUMNS; c++) {
            if pixel < pixels && first_column + c * WORKGROUP_X < width {
                let at = pixel * width + column[c];
                var value = sum[r][c] + bias[column[c]];
                if params.residual == 1u {
                    value += residual[at];
                }
                output[at] = activate(value);
            }
        }
    }
}
