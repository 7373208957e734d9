// What follows a lambda layer, an optional average and an affine map with its activation:
//
//     output[y, x, :] = activation(scale · mean_{i, j < pool} input[y · pool + i, x · pool + j, :] + shift)
//
// input [in_height, in_width, channels], scale and shift [channels], output [in_height / pool, in_width / pool,
// channels]; vec4 along channels. One invocation computes one vec4 of the output.
//
// Agrees with its twin, src/cpu/pool_affine.rs, to 1e-4 of the largest value.

struct Params {
    in_height: u32,
    in_width: u32,
    channels: u32,
    pool: u32,
    activation: u32,
}

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> scale: array<vec4f>;
@group(0) @binding(3) var<storage, read> shift: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

fn activate(x: vec4f) -> vec4f {
    switch params.activation {
        case 1u: { return max(x, vec4f(0.0)); }
        // Below −80 silu is 0 in f32; the bound keeps exp finite, since WGSL promises nothing about infinities.
        case 2u: { return x / (1.0 + exp(min(-x, vec4f(80.0)))); }
        default: { return x; }
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let depth = params.channels / 4u;
    let out_height = params.in_height / params.pool;
    let out_width = params.in_width / params.pool;
    if id.x >= out_height * out_width * depth {
        return;
    }
    let pixel = id.x / depth;
    let channel = id.x % depth;
    let top = pixel / out_width * params.pool;
    let left = pixel % out_width * params.pool;

    var sum = vec4f(0.0);
    for (var y = top; y < top + params.pool; y++) {
        for (var x = left; x < left + params.pool; x++) {
            sum += input[(y * params.in_width + x) * depth + channel];
        }
    }
    let mean = sum / f32(params.pool * params.pool);
    output[id.x] = activate(scale[channel] * mean + shift[channel]);
}
