// Global self-attention with relative positions, the softmax taken while its terms arrive:
//
//     logit[n, h, m] = q[n, h] · key[m, h] / √key_depth + q[n, h] · (vertical[y_m − y_n] + horizontal[x_m − x_n])
//     output[n, h, j] = Σ_m exp(logit[n, h, m]) · value[m, h, j] / Σ_m exp(logit[n, h, m])
//
// qkv [height · width, row] with heads · key_depth queries, as many keys and heads · value_depth values in its rows,
// head-major; vertical [2 · height − 1, key_depth] and horizontal [2 · width − 1, key_depth], the most negative offset
// first; output [height · width, heads · value_depth].
//
// One workgroup takes eight neighbouring queries of one head, as two vectors of four, and goes through the context 64
// positions at a time: an invocation makes the logits of one position, then sums one value channel for four of the
// queries. Whenever a larger logit turns up, what was summed so far is scaled down to it. LINES = 2 · (height + width)
// vectors hold q · vertical and q · horizontal of every row and column of the map.
//
// Agrees with its twin, crates/cpu/src/attention.rs, to 1e-4 of the largest value.

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
// Invocations for each four queries.
const COLUMNS = 32u;
// A logit that no position has.
const LOWEST = -3.0e38;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> vertical: array<f32>;
@group(0) @binding(3) var<storage, read> horizontal: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

// q · vertical of every row of the map, then q · horizontal of every column, [height + width, 2].
var<workgroup> lines: array<vec4f, LINES>;
// Some channels of the queries, [DEPTH, 2], and of the keys, [WORKGROUP, DEPTH], a line longer than that so that
// neighbours lie in different banks.
var<workgroup> query_part: array<vec4f, 2u * DEPTH>;
var<workgroup> key_part: array<f32, WORKGROUP * (DEPTH + 1u)>;
// Logits, then their exponentials, [WORKGROUP, 2].
var<workgroup> weights: array<vec4f, 2u * WORKGROUP>;
// The largest logits of eight positions each, [WORKGROUP / 8, 2].
var<workgroup> partial: array<vec4f, 16>;

// One number for each of four places.
fn four_of_qkv(at: vec4u) -> vec4f {
    return vec4f(qkv[at.x], qkv[at.y], qkv[at.z], qkv[at.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let positions = params.height * params.width;
    let first_query = workgroup.x * QUERIES;
    let head = workgroup.y;
    let scale = 1.0 / sqrt(f32(params.key_depth));

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

    // The queries whose values this invocation sums, and where they stand in the output.
    let half = lane / COLUMNS;
    let own = first_query + half * 4u + vec4u(0u, 1u, 2u, 3u);
    let own_output = min(own, vec4u(positions - 1u)) * params.heads * params.value_depth + head * params.value_depth;

    var largest_low = vec4f(LOWEST);
    var largest_high = vec4f(LOWEST);
    // Σ exp of the invocation's own four queries.
    var total = vec4f();
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
        } else {
            low = vec4f(LOWEST);
            high = vec4f(LOWEST);
        }
        weights[2u * lane] = low;
        weights[2u * lane + 1u] = high;
        workgroupBarrier();
        if lane < 16u {
            var most = vec4f(LOWEST);
            for (var i = 0u; i < 8u; i++) {
                most = max(most, weights[(lane / 2u * 8u + i) * 2u + lane % 2u]);
            }
            partial[lane] = most;
        }
        workgroupBarrier();
        var most_low = largest_low;
        var most_high = largest_high;
        for (var i = 0u; i < 8u; i++) {
            most_low = max(most_low, partial[2u * i]);
            most_high = max(most_high, partial[2u * i + 1u]);
        }
        let correction = exp(select(largest_low - most_low, largest_high - most_high, half == 1u));
        largest_low = most_low;
        largest_high = most_high;
        weights[2u * lane] = exp(low - most_low);
        weights[2u * lane + 1u] = exp(high - most_high);
        workgroupBarrier();

        var next_total = total;
        for (var column = lane % COLUMNS; column < params.value_depth; column += COLUMNS) {
            var sum = vec4f();
            var values = vec4f();
            var at = first * params.row + params.value_offset + head * params.value_depth + column;
            for (var i = 0u; i < count; i++) {
                let weight = weights[2u * i + half];
                sum += weight;
                values += weight * qkv[at];
                at += params.row;
            }
            let place = own_output + column;
            if first > 0u {
                // The output holds what was summed so far.
                values += correction * vec4f(output[place.x], output[place.y], output[place.z], output[place.w]);
            }
            next_total = total * correction + sum;
            if first + count == positions {
                values /= next_total;
            }
            if own.x < positions {
                output[place.x] = values.x;
            }
            if own.y < positions {
                output[place.y] = values.y;
            }
            if own.z < positions {
                output[place.z] = values.z;
            }
            if own.w < positions {
                output[place.w] = values.w;
            }
        }
        total = next_total;
    }
}
