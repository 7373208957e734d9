// 3×3 maximum with stride 2 and padding 1:
//
//     output[y, x, :] = max_{i, j ∈ {−1, 0, 1}} input[2y + i, 2x + j, :], over the pixels inside the input
//
// input [in_height, in_width, channels], output [out_height, out_width, channels]; vec4 along channels. One invocation
// computes one vec4 of the output.
//
// Equals its twin, crates/cpu/src/max_pool.rs.

struct Params {
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    channels: u32,
}

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

// The larger, and NaN if one of them is, which WGSL's max may drop: what has overflowed must not look like a number. Told by
// its bits, since a compiler may take it that no number is NaN.
fn larger(a: vec4f, b: vec4f) -> vec4f {
    let is_nan = (bitcast<vec4u>(b) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    let was_nan = (bitcast<vec4u>(a) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    return select(select(max(a, b), b, is_nan), a, was_nan);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let depth = params.channels / 4u;
    if id.x >= params.out_height * params.out_width * depth {
        return;
    }
    let pixel = id.x / depth;
    let channel = id.x % depth;
    let centre_y = 2u * (pixel / params.out_width);
    let centre_x = 2u * (pixel % params.out_width);

    var largest = input[(centre_y * params.in_width + centre_x) * depth + channel];
    for (var y = max(centre_y, 1u) - 1u; y <= min(centre_y + 1u, params.in_height - 1u); y++) {
        for (var x = max(centre_x, 1u) - 1u; x <= min(centre_x + 1u, params.in_width - 1u); x++) {
            largest = larger(largest, input[(y * params.in_width + x) * depth + channel]);
        }
    }
    output[id.x] = largest;
}
