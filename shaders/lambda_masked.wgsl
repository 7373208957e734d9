// The output of a lambda layer in which each query n sees a part of the context only:
//
//     k̄[n, m, u, c] = exp(key[m, u, c]) / Σ_m' exp(key[m', u, c])          over the m' that n sees
//     output[n, h, j] = Σ_m Σ_u (q[n, h] · (k̄[n, m, u] + E[m − n, u])) · value[m, u, j] + Σ_c q[n, h, c] · bias[c]
//
// with m over what n sees; E is zero beyond the window, k̄ counts where content is 1. mask 1 is causal (m ≤ n, row by
// row), which reads no mask; 2 takes visible [n, m], zero for what is hidden. The other arrays and parameters are those
// of lambda_apply.wgsl, the keys standing in the context's rows as well.
//
// One workgroup takes one query position and holds WEIGHTS = at least heads · intra weights at a time; CHANNELS =
// intra · key_depth. Nothing of size n · m is stored.
//
// Agrees with its twin, crates/cpu/src/lambda_masked.rs, to 1e-4 of the largest value.

struct Params {
    height: u32,
    width: u32,
    context_height: u32,
    context_width: u32,
    query_row: u32,
    context_row: u32,
    key_offset: u32,
    value_offset: u32,
    heads: u32,
    key_depth: u32,
    value_depth: u32,
    intra: u32,
    window_height: u32,
    window_width: u32,
    origin_y: u32,
    origin_x: u32,
    content: u32,
    mask: u32,
}

override WORKGROUP: u32 = 64u;
override WEIGHTS: u32 = 1024u;
override CHANNELS: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> context: array<f32>;
@group(0) @binding(3) var<storage, read> position: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> visible: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

// The largest visible key of each channel, and one over the sum of the exponentials, [intra, key_depth].
var<workgroup> largest: array<f32, CHANNELS>;
var<workgroup> share: array<f32, CHANNELS>;
// The implicit weights of some context positions, [heads, intra, positions].
var<workgroup> weights: array<f32, WEIGHTS>;

fn sees(n: u32, m: u32) -> bool {
    if params.mask == 1u {
        return m <= n;
    }
    return visible[n * params.context_height * params.context_width + m] != 0.0;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let n = workgroup.y * params.width + workgroup.x;
    let query = n * params.query_row;
    let outputs = params.heads * params.value_depth;
    let positions = params.context_height * params.context_width;

    // A query that sees nothing keeps the lowest number, and a share that no weight takes.
    for (var channel = lane; channel < CHANNELS; channel += WORKGROUP) {
        let key = params.key_offset + channel;
        var most = -3.0e38;
        for (var m = 0u; m < positions; m++) {
            if sees(n, m) {
                most = max(most, context[m * params.context_row + key]);
            }
        }
        var sum = 0.0;
        for (var m = 0u; m < positions; m++) {
            if sees(n, m) {
                sum += exp(context[m * params.context_row + key] - most);
            }
        }
        largest[channel] = most;
        share[channel] = 1.0 / max(sum, 1.0);
    }
    for (var o = lane; o < outputs; o += WORKGROUP) {
        let q = query + o / params.value_depth * params.key_depth;
        var sum = 0.0;
        for (var c = 0u; c < params.key_depth; c++) {
            sum += queries[q + c] * bias[c];
        }
        output[n * outputs + o] = sum;
    }
    workgroupBarrier();

    let lines = params.heads * params.intra;
    let room = WEIGHTS / lines;
    for (var first = 0u; first < positions; first += room) {
        let count = min(room, positions - first);
        for (var w = lane; w < lines * count; w += WORKGROUP) {
            let m = first + w % count;
            let line = w / count;
            let q = query + line / params.intra * params.key_depth;
            let u = line % params.intra;
            // A cell of E left of or above the window wraps around and is far too large.
            let y = m / params.context_width + params.origin_y - workgroup.y;
            let x = m % params.context_width + params.origin_x - workgroup.x;
            let within = y < params.window_height && x < params.window_width;
            let e = select(0u, ((y * params.window_width + x) * params.intra + u) * params.key_depth, within);
            var product = 0.0;
            if sees(n, m) {
                for (var c = 0u; c < params.key_depth; c++) {
                    var key = select(0.0, position[e + c], within);
                    if params.content == 1u {
                        let channel = u * params.key_depth + c;
                        let raw = context[m * params.context_row + params.key_offset + channel];
                        key += exp(raw - largest[channel]) * share[channel];
                    }
                    product += queries[q + c] * key;
                }
            }
            weights[w] = product;
        }
        workgroupBarrier();

        for (var o = lane; o < outputs; o += WORKGROUP) {
            let head = o / params.value_depth;
            let column = params.value_offset + o % params.value_depth;
            var sum = output[n * outputs + o];
            for (var u = 0u; u < params.intra; u++) {
                let w = (head * params.intra + u) * count;
                for (var i = 0u; i < count; i++) {
                    sum += weights[w + i] * context[(first + i) * params.context_row + column + u * params.value_depth];
                }
            }
            output[n * outputs + o] = sum;
        }
        workgroupBarrier();
    }
}
