// Stands in conv.wgsl, conv_quads.wgsl and conv_shared.wgsl for the line that declares the weights, where these are in half
// precision: a 4×4 block is sixteen halves, a column two words. Every device unpacks them; none has to offer f16.

@group(0) @binding(2) var<storage, read> weights: array<array<vec4u, 2>>;

fn block(at: u32) -> mat4x4f {
    let halves = weights[at];
    return mat4x4f(
        vec4f(unpack2x16float(halves[0].x), unpack2x16float(halves[0].y)),
        vec4f(unpack2x16float(halves[0].z), unpack2x16float(halves[0].w)),
        vec4f(unpack2x16float(halves[1].x), unpack2x16float(halves[1].y)),
        vec4f(unpack2x16float(halves[1].z), unpack2x16float(halves[1].w)),
    );
}
