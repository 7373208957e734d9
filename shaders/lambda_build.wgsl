// The lambda layer's output, λ_n first: what attention would compare, a lambda layer summarises.
//
//     λ[c, j] = λᶜ[c, j] + bias[c] + Σ_m Σ_u E[m − n, u, c] · value[m, u, j],   output[n, h, j] = Σ_c q[n, h, c] · λ[c, j]
//
// m runs over the context positions that the window around n reaches. Arrays and parameters are those of
// lambda_apply.wgsl, which multiplies in the other order.
//
// One workgroup takes one query position. It holds CELLS = at least key_depth cells of λ at a time, all rows of some
// columns, and nothing of λ leaves the workgroup.
//
// Agrees with its twin, crates/cpu/src/lambda_build.rs, to 1e-4 of the largest value.

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
override CELLS: u32 = 1024u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> context: array<f32>;
@group(0) @binding(3) var<storage, read> lambda_content: array<f32>;
@group(0) @binding(4) var<storage, read> position: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

// Some columns of λ_n, [key_depth, columns].
var<workgroup> lambda: array<f32, CELLS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let n = workgroup.y * params.width + workgroup.x;
    let query = n * params.query_row;
    let outputs = params.heads * params.value_depth;

    // The part of the context within the window; (y + origin − query's y) is a row of E.
    let top = max(workgroup.y, params.origin_y) - params.origin_y;
    let left = max(workgroup.x, params.origin_x) - params.origin_x;
    let bottom = min(max(workgroup.y + params.window_height, params.origin_y) - params.origin_y, params.context_height);
    let right = min(max(workgroup.x + params.window_width, params.origin_x) - params.origin_x, params.context_width);
    let room = CELLS / params.key_depth;

    for (var first = 0u; first < params.value_depth; first += room) {
        let columns = min(room, params.value_depth - first);
        for (var cell = lane; cell < params.key_depth * columns; cell += WORKGROUP) {
            let c = cell / columns;
            let column = first + cell % columns;
            var sum = bias[c];
            if params.content == 1u {
                sum += lambda_content[c * params.value_depth + column];
            }
            for (var y = top; y < bottom; y++) {
                let row = (y + params.origin_y - workgroup.y) * params.window_width + params.origin_x - workgroup.x;
                for (var x = left; x < right; x++) {
                    let e = (row + x) * params.intra * params.key_depth + c;
                    let value = (y * params.context_width + x) * params.context_row + params.value_offset + column;
                    for (var u = 0u; u < params.intra; u++) {
                        sum += position[e + u * params.key_depth] * context[value + u * params.value_depth];
                    }
                }
            }
            lambda[cell] = sum;
        }
        workgroupBarrier();

        for (var o = lane; o < params.heads * columns; o += WORKGROUP) {
            let head = o / columns;
            var sum = 0.0;
            for (var c = 0u; c < params.key_depth; c++) {
                sum += queries[query + head * params.key_depth + c] * lambda[c * columns + o % columns];
            }
            output[n * outputs + head * params.value_depth + first + o % columns] = sum;
        }
        workgroupBarrier();
    }
}
