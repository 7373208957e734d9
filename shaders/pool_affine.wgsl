// What follows a lambda layer, an optional average and an affine map with its activation:
//
//     output[y, x, :] = activation(scale · mean_{i, j < pool} input[y · pool + i, x · pool + j, :] + shift)
//
// input [in_height, in_width, channels], scale and shift [channels], output [in_height / pool, in_width / pool,
// channels]. One invocation computes one value of the output.
//
// Agrees with its twin, crates/cpu/src/pool_affine.rs, to 1e-4 of the largest value.

struct Params {
    in_height: u32,
    in_width: u32,
    channels: u32,
    pool: u32,
    activation: u32,
}

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> shift: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

// Told by its bits, since a compiler may take it that no number is NaN.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn activate(x: f32) -> f32 {
    switch params.activation {
        // NaN stays NaN, which WGSL's max may drop: what has overflowed must not look like a number.
        case 1u: { return select(max(x, 0.0), x, is_nan(x)); }
        // Below −80 silu is 0 in f32; the bound keeps exp finite, since WGSL promises nothing about infinities.
        case 2u: { return x / (1.0 + exp(min(-x, 80.0))); }
        default: { return x; }
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let out_height = params.in_height / params.pool;
    let out_width = params.in_width / params.pool;
    if id.x >= out_height * out_width * params.channels {
        return;
    }
    let pixel = id.x / params.channels;
    let channel = id.x % params.channels;
    let top = pixel / out_width * params.pool;
    let left = pixel % out_width * params.pool;

    var sum = 0.0;
    for (var y = top; y < top + params.pool; y++) {
        for (var x = left; x < left + params.pool; x++) {
            sum += input[(y * params.in_width + x) * params.channels + channel];
        }
    }
    let mean = sum / f32(params.pool * params.pool);
    output[id.x] = activate(scale[channel] * mean + shift[channel]);
}
