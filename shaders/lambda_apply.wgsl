// The lambda layer's output, the implicit weights first; no position lambda is ever built:
//
//     output[n, h, j] = Σ_m Σ_u (q[n, h] · E[m − n, u]) · value[m, u, j] + Σ_c q[n, h, c] · (λᶜ[c, j] + bias[c])
//
// m runs over the context positions that the window around n reaches. queries [height · width, query_row]; context
// [context_height · context_width, context_row], in whose rows the values stand; lambda_content [key_depth,
// value_depth], added where content is 1; position [window_height · window_width, intra · key_depth], whose cell
// (origin_y, origin_x) is the query's own place; bias [key_depth]; output [height · width, heads · value_depth].
//
// One workgroup takes one query position. It holds WEIGHTS = at least heads · intra weights at a time, so that a window
// may have any size.
//
// Agrees with its twin, src/cpu/lambda_apply.rs, and with the other order, lambda_build.wgsl, to 1e-4 of the largest
// value.

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

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> context: array<f32>;
@group(0) @binding(3) var<storage, read> lambda_content: array<f32>;
@group(0) @binding(4) var<storage, read> position: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

// q · E of some of the window's positions, [heads, intra, positions].
var<workgroup> weights: array<f32, WEIGHTS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let n = workgroup.y * params.width + workgroup.x;
    let query = n * params.query_row;
    let outputs = params.heads * params.value_depth;

    for (var o = lane; o < outputs; o += WORKGROUP) {
        let q = query + o / params.value_depth * params.key_depth;
        let column = o % params.value_depth;
        var sum = 0.0;
        for (var c = 0u; c < params.key_depth; c++) {
            var lambda = bias[c];
            if params.content == 1u {
                lambda += lambda_content[c * params.value_depth + column];
            }
            sum += queries[q + c] * lambda;
        }
        output[n * outputs + o] = sum;
    }

    // The part of the context within the window; (y + origin − query's y) is a row of E.
    let top = max(workgroup.y, params.origin_y) - params.origin_y;
    let left = max(workgroup.x, params.origin_x) - params.origin_x;
    let bottom = min(max(workgroup.y + params.window_height, params.origin_y) - params.origin_y, params.context_height);
    let right = min(max(workgroup.x + params.window_width, params.origin_x) - params.origin_x, params.context_width);
    let columns = max(right, left) - left;
    let positions = (max(bottom, top) - top) * columns;
    let lines = params.heads * params.intra;
    let room = WEIGHTS / lines;

    for (var first = 0u; first < positions; first += room) {
        let count = min(room, positions - first);
        for (var w = lane; w < lines * count; w += WORKGROUP) {
            let place = first + w % count;
            let y = top + place / columns + params.origin_y - workgroup.y;
            let x = left + place % columns + params.origin_x - workgroup.x;
            let line = w / count;
            let q = query + line / params.intra * params.key_depth;
            let e = ((y * params.window_width + x) * params.intra + line % params.intra) * params.key_depth;
            var product = 0.0;
            for (var c = 0u; c < params.key_depth; c++) {
                product += queries[q + c] * position[e + c];
            }
            weights[w] = product;
        }
        workgroupBarrier();

        for (var o = lane; o < outputs; o += WORKGROUP) {
            let head = o / params.value_depth;
            let column = params.value_offset + o % params.value_depth;
            var sum = output[n * outputs + o];
            for (var u = 0u; u < params.intra; u++) {
                var w = (head * params.intra + u) * count;
                var y = top + first / columns;
                var x = left + first % columns;
                for (var i = 0u; i < count; i++) {
                    let m = y * params.context_width + x;
                    sum += weights[w] * context[m * params.context_row + column + u * params.value_depth];
                    w++;
                    x++;
                    if x == right {
                        x = left;
                        y++;
                    }
                }
            }
            output[n * outputs + o] = sum;
        }
        workgroupBarrier();
    }
}
