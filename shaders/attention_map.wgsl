// Global self-attention's map of weights, stored as a whole, as textbooks write it; attention_values.wgsl multiplies it by the
// values. (attention.wgsl gives the same output and stores no map.)
//
//     logit[h, n, m] = q[n, h] · key[m, h] / √key_depth + q[n, h] · (vertical[y_m − y_n] + horizontal[x_m − x_n])
//     map[h, n, m] = exp(logit[h, n, m]) / Σ_m exp(logit[h, n, m])
//
// qkv [height · width, row], vertical [2 · height − 1, key_depth] and horizontal [2 · width − 1, key_depth] as in
// attention.wgsl; map [heads, height · width, height · width].
//
// One workgroup takes eight neighbouring queries of one head, as two vectors of four: it writes their logits, 64 positions at a
// time, then goes over these rows of the map twice, for the sums of the exponentials and for the weights. LINES = 2 · (height +
// width) vectors hold q · vertical and q · horizontal of every row and column of the map.
//
// Agrees with its twin, crates/cpu/src/attention_map.rs, to 1e-4 of the largest value.

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

override LINES: u32 = 64u;

const WORKGROUP = 64u;
const QUERIES = 8u;
const DEPTH = 16u;
// A logit that no position has.
const LOWEST = -3.0e38;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> vertical: array<f32>;
@group(0) @binding(3) var<storage, read> horizontal: array<f32>;
@group(0) @binding(4) var<storage, read_write> map: array<f32>;

// q · vertical of every row of the map, then q · horizontal of every column, [height + width, 2].
var<workgroup> lines: array<vec4f, LINES>;
// Some channels of the queries, [DEPTH, 2], and of the keys, [WORKGROUP, DEPTH], a line longer than that so that
// neighbours lie in different banks.
var<workgroup> query_part: array<vec4f, 2u * DEPTH>;
var<workgroup> key_part: array<f32, WORKGROUP * (DEPTH + 1u)>;
// What each invocation found for each query, [WORKGROUP, 2].
var<workgroup> found: array<vec4f, 2u * WORKGROUP>;

// One number for each of four places.
fn four_of_qkv(at: vec4u) -> vec4f {
    return vec4f(qkv[at.x], qkv[at.y], qkv[at.z], qkv[at.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let positions = params.height * params.width;
    let first_query = workgroup.x * QUERIES;
    let queries = min(QUERIES, positions - first_query);
    let head = workgroup.y;
    let scale = 1.0 / sqrt(f32(params.key_depth));
    // Where the first query's row of the map starts.
    let rows = (head * positions + first_query) * positions;

    for (var i = lane; i < LINES; i += WORKGROUP) {
        let line = i / 2u;
        // Queries beyond the last stand for it and are never written.
        let n = min(first_query + i % 2u * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(positions - 1u));
        let q = n * params.row + head * params.key_depth;
        var sum = vec4f();
        if line < params.height {
            let cell = (line + params.height - 1u - n / params.width) * params.key_depth;
            for (var c = 0u; c < params.key_depth; c++) {
                let at = cell + c;
                sum += four_of_qkv(q + c) * vec4f(vertical[at.x], vertical[at.y], vertical[at.z], vertical[at.w]);
            }
        } else {
            let cell = (line - params.height + params.width - 1u - n % params.width) * params.key_depth;
            for (var c = 0u; c < params.key_depth; c++) {
                let at = cell + c;
                sum += four_of_qkv(q + c) * vec4f(horizontal[at.x], horizontal[at.y], horizontal[at.z], horizontal[at.w]);
            }
        }
        lines[i] = sum;
    }

    // Of the positions that this invocation writes: lane, lane + 64 and so on.
    var largest_low = vec4f(LOWEST);
    var largest_high = vec4f(LOWEST);
    for (var first = 0u; first < positions; first += WORKGROUP) {
        let count = min(WORKGROUP, positions - first);
        var low = vec4f();
        var high = vec4f();
        for (var depth = 0u; depth < params.key_depth; depth += DEPTH) {
            let channels = min(DEPTH, params.key_depth - depth);
            for (var i = lane; i < 2u * channels; i += WORKGROUP) {
                let n = min(first_query + i % 2u * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(positions - 1u));
                query_part[i] = four_of_qkv(n * params.row + head * params.key_depth + depth + i / 2u);
            }
            let keys = params.key_offset + head * params.key_depth + depth;
            for (var i = lane; i < count * channels; i += WORKGROUP) {
                let at = i / channels;
                let c = i % channels;
                key_part[at * (DEPTH + 1u) + c] = qkv[(first + at) * params.row + keys + c];
            }
            workgroupBarrier();
            for (var c = 0u; c < channels; c++) {
                let key = key_part[lane * (DEPTH + 1u) + c];
                low += key * query_part[2u * c];
                high += key * query_part[2u * c + 1u];
            }
            workgroupBarrier();
        }
        if lane < count {
            let line = 2u * ((first + lane) / params.width);
            let column = 2u * (params.height + (first + lane) % params.width);
            low = low * scale + lines[line] + lines[column];
            high = high * scale + lines[line + 1u] + lines[column + 1u];
            largest_low = max(largest_low, low);
            largest_high = max(largest_high, high);
            for (var i = 0u; i < queries; i++) {
                let at = rows + i * positions + first + lane;
                if i < 4u {
                    map[at] = low[i];
                } else {
                    map[at] = high[i - 4u];
                }
            }
        }
    }
    found[2u * lane] = largest_low;
    found[2u * lane + 1u] = largest_high;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        if lane < half {
            found[2u * lane] = max(found[2u * lane], found[2u * (lane + half)]);
            found[2u * lane + 1u] = max(found[2u * lane + 1u], found[2u * (lane + half) + 1u]);
        }
        workgroupBarrier();
    }
    largest_low = found[0];
    largest_high = found[1];
    workgroupBarrier();

    var sum_low = vec4f();
    var sum_high = vec4f();
    for (var m = lane; m < positions; m += WORKGROUP) {
        for (var i = 0u; i < queries; i++) {
            let logit = map[rows + i * positions + m];
            if i < 4u {
                sum_low[i] += exp(logit - largest_low[i]);
            } else {
                sum_high[i - 4u] += exp(logit - largest_high[i - 4u]);
            }
        }
    }
    found[2u * lane] = sum_low;
    found[2u * lane + 1u] = sum_high;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        if lane < half {
            found[2u * lane] += found[2u * (lane + half)];
            found[2u * lane + 1u] += found[2u * (lane + half) + 1u];
        }
        workgroupBarrier();
    }
    let total_low = found[0];
    let total_high = found[1];
    for (var m = lane; m < positions; m += WORKGROUP) {
        for (var i = 0u; i < queries; i++) {
            let at = rows + i * positions + m;
            if i < 4u {
                map[at] = exp(map[at] - largest_low[i]) / total_low[i];
            } else {
                map[at] = exp(map[at] - largest_high[i - 4u]) / total_high[i - 4u];
            }
        }
    }
}
