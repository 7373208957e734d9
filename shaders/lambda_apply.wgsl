// The lambda layer's output, the implicit weights first; no position lambda is ever built:
//
//     output[n, h, j] = Σ_m Σ_u (q[n, h] · E[m − n, u]) · value[m, u, j] + Σ_c q[n, h, c] · (λᶜ[c, j] + bias[c])
//
// m runs over the context positions that the window around n reaches. queries [height · width, query_row]; context
// [context_height · context_width, context_row], in whose rows the values stand; lambda_content [key_depth,
// value_depth], added where content is 1; position [window_height · window_width, intra · key_depth], whose cell
// (origin_y, origin_x) is the query's own place; bias [key_depth]; output [height · width, heads · value_depth].
//
// One workgroup takes one query position, and an invocation one column of four heads at a time, which share the values that
// are read. It holds WEIGHTS fours of weights at a time, at least one for each four heads and u, so that a window may have any
// size.
//
// Agrees with its twin, crates/cpu/src/lambda_apply.rs, and with the other order, lambda_build.wgsl, to 1e-4 of the largest
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
override WEIGHTS: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> context: array<f32>;
@group(0) @binding(3) var<storage, read> lambda_content: array<f32>;
@group(0) @binding(4) var<storage, read> position: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

// q · E of some of the window's positions, [fours of heads, intra, positions].
var<workgroup> weights: array<vec4f, WEIGHTS>;

// Where the queries of four heads begin, from the first of them on; beyond the last head the last again, which is not kept.
fn heads_from(first: u32) -> vec4u {
    return min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(params.heads - 1u)) * params.key_depth;
}

fn four_queries(at: vec4u) -> vec4f {
    return vec4f(queries[at.x], queries[at.y], queries[at.z], queries[at.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let n = workgroup.y * params.width + workgroup.x;
    let query = n * params.query_row;
    let fours = (params.heads + 3u) / 4u;

    // The part of the context within the window; (y + origin − query's y) is a row of E.
    let top = max(workgroup.y, params.origin_y) - params.origin_y;
    let left = max(workgroup.x, params.origin_x) - params.origin_x;
    let bottom = min(max(workgroup.y + params.window_height, params.origin_y) - params.origin_y, params.context_height);
    let right = min(max(workgroup.x + params.window_width, params.origin_x) - params.origin_x, params.context_width);
    let columns = max(right, left) - left;
    let positions = (max(bottom, top) - top) * columns;
    let lines = fours * params.intra;
    let room = WEIGHTS / lines;

    // Once at least, for what does not depend on positions.
    var first = 0u;
    loop {
        let count = min(room, positions - first);
        for (var w = lane; w < lines * count; w += WORKGROUP) {
            let place = first + w % count;
            let y = top + place / columns + params.origin_y - workgroup.y;
            let x = left + place % columns + params.origin_x - workgroup.x;
            let line = w / count;
            let q = query + heads_from(4u * (line / params.intra));
            let e = ((y * params.window_width + x) * params.intra + line % params.intra) * params.key_depth;
            var product = vec4f();
            for (var c = 0u; c < params.key_depth; c++) {
                product += four_queries(q + c) * position[e + c];
            }
            weights[w] = product;
        }
        workgroupBarrier();

        for (var o = lane; o < fours * params.value_depth; o += WORKGROUP) {
            let head = 4u * (o / params.value_depth);
            let column = o % params.value_depth;
            let to = vec4u((n * params.heads + head) * params.value_depth + column) + vec4u(0u, 1u, 2u, 3u) * params.value_depth;
            let kept = min(4u, params.heads - head);

            var sum = vec4f();
            if first == 0u {
                let q = query + heads_from(head);
                for (var c = 0u; c < params.key_depth; c++) {
                    var lambda = bias[c];
                    if params.content == 1u {
                        lambda += lambda_content[c * params.value_depth + column];
                    }
                    sum += four_queries(q + c) * lambda;
                }
            } else {
                sum.x = output[to.x];
                if kept > 1u { sum.y = output[to.y]; }
                if kept > 2u { sum.z = output[to.z]; }
                if kept > 3u { sum.w = output[to.w]; }
            }

            for (var u = 0u; u < params.intra; u++) {
                let value = params.value_offset + u * params.value_depth + column;
                var w = (head / 4u * params.intra + u) * count;
                var y = top + first / max(columns, 1u);
                var x = left + first % max(columns, 1u);
                for (var i = 0u; i < count; i++) {
                    let m = y * params.context_width + x;
                    sum += weights[w] * context[m * params.context_row + value];
                    w++;
                    x++;
                    if x == right {
                        x = left;
                        y++;
                    }
                }
            }

            output[to.x] = sum.x;
            if kept > 1u { output[to.y] = sum.y; }
            if kept > 2u { output[to.z] = sum.z; }
            if kept > 3u { output[to.w] = sum.w; }
        }
        workgroupBarrier();

        first += room;
        if first >= positions {
            break;
        }
    }
}
