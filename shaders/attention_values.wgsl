// A stored map of attention weights times the values:
//
//     output[n, h, j] = Σ_m map[h, n, m] · value[m, h, j]
//
// qkv [height · width, row] with the values from value_offset on, head-major; map [heads, height · width, height · width], by
// attention_map.wgsl; output [height · width, heads · value_depth].
//
// One workgroup takes eight neighbouring queries of one head and goes through the context 64 positions at a time: an
// invocation sums one value channel for four of the queries.
//
// Agrees with its twin, crates/cpu/src/attention_values.rs, to 1e-4 of the largest value.

struct Params {
    height: u32,
    width: u32,
    row: u32,
    key_offset: u32,
    value_offset: u32,
    heads: u32,
    key_depth: u32,
    value_depth: u32,
}

const WORKGROUP = 64u;
const QUERIES = 8u;
// Invocations for each four queries.
const COLUMNS = 32u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> map: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

// The weights of some positions for the queries, [WORKGROUP, 2].
var<workgroup> weights: array<vec4f, 2u * WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let positions = params.height * params.width;
    let first_query = workgroup.x * QUERIES;
    let head = workgroup.y;
    // Queries beyond the last stand for it and are never written.
    let n = min(first_query + vec4u(0u, 1u, 2u, 3u), vec4u(positions - 1u));
    let low = (head * positions + n) * positions;
    let high = (head * positions + min(n + 4u, vec4u(positions - 1u))) * positions;

    let half = lane / COLUMNS;
    let own = first_query + half * 4u + vec4u(0u, 1u, 2u, 3u);
    let own_output = own * params.heads * params.value_depth + head * params.value_depth;
    let values = params.value_offset + head * params.value_depth;

    // All invocations are needed at the barriers, also those beyond the last column.
    for (var base = 0u; base < params.value_depth; base += COLUMNS) {
        let column = base + lane % COLUMNS;
        let read = min(column, params.value_depth - 1u);
        var sum = vec4f();
        for (var first = 0u; first < positions; first += WORKGROUP) {
            let count = min(WORKGROUP, positions - first);
            if lane < count {
                let m = first + lane;
                weights[2u * lane] = vec4f(map[low.x + m], map[low.y + m], map[low.z + m], map[low.w + m]);
                weights[2u * lane + 1u] = vec4f(map[high.x + m], map[high.y + m], map[high.z + m], map[high.w + m]);
            }
            workgroupBarrier();
            var at = first * params.row + values + read;
            for (var i = 0u; i < count; i++) {
                sum += weights[2u * i + half] * qkv[at];
                at += params.row;
            }
            workgroupBarrier();
        }
        if column < params.value_depth {
            for (var i = 0u; i < 4u; i++) {
                if own[i] < positions {
                    output[own_output[i] + column] = sum[i];
                }
            }
        }
    }
}
