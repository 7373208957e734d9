// Mean over all pixels:
//
//     output[:] = Σ_p input[p, :] / pixels
//
// input [pixels, channels], output [channels]; vec4 along channels. One invocation computes one vec4 of the output.
//
// Agrees with its twin, crates/cpu/src/mean_pool.rs, to 1e-4 of the largest value.

struct Params {
    pixels: u32,
    channels: u32,
}

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let depth = params.channels / 4u;
    if id.x >= depth {
        return;
    }
    var sum = vec4f(0.0);
    for (var pixel = 0u; pixel < params.pixels; pixel++) {
        sum += input[pixel * depth + id.x];
    }
    output[id.x] = sum / f32(params.pixels);
}
