// A convolution whose sum over input channels was cut: its parts, added up.
//
//     output[y, x, :] = activation(bias + residual[y, x, :] + Σ_p partial[p, y, x, :])
//
// partial [parts, out_height, out_width, out_channels] as conv.wgsl, conv_quads.wgsl or conv_shared.wgsl leave it, bias
// [out_channels], residual and output [out_height, out_width, out_channels], all of them vec4 along channels. Where
// `params.residual` is 0 any buffer may stand in for the residual.
//
// An invocation adds up one vec4. Agrees, after one of the three, with their twin, crates/cpu/src/conv.rs, to 1e-4 of the
// largest value.

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

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

// max(x, 0), but NaN stays NaN, which WGSL's max may drop: what has overflowed must not look like a number. Told by its
// bits, since a compiler may take it that no number is NaN.
fn relu(x: vec4f) -> vec4f {
    return select(max(x, vec4f()), x, (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let width = params.out_channels / 4u;
    let length = params.out_height * params.out_width * width;
    if id.x >= length {
        return;
    }
    var sum = bias[id.x % width];
    for (var part = 0u; part < params.parts; part++) {
        sum += partial[part * length + id.x];
    }
    if params.residual == 1u {
        sum += residual[id.x];
    }
    if params.activation == 1u {
        sum = relu(sum);
    }
    if params.activation == 2u {
        // Below −80 silu is 0 in f32; the bound keeps exp finite, since WGSL promises nothing about infinities.
        sum /= 1.0 + exp(min(-sum, vec4f(80.0)));
    }
    output[id.x] = sum;
}
