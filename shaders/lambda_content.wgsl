// The content lambda:
//
//     k̄[m, u, c] = exp(key[m, u, c]) / Σ_m' exp(key[m', u, c]),   λᶜ[c, j] = Σ_u Σ_m k̄[m, u, c] · value[m, u, j]
//
// context [positions, row], in whose rows the keys and the values stand; k_bar [positions, intra · key_depth];
// lambda_content [key_depth, value_depth]. One workgroup takes one key channel c with all its u; WORKGROUP is a power of
// two, at least COLUMNS.
//
// Agrees with its twin, crates/cpu/src/lambda_content.rs, to 1e-4 of the largest value.

struct Params {
    positions: u32,
    row: u32,
    key_offset: u32,
    value_offset: u32,
    key_depth: u32,
    value_depth: u32,
    intra: u32,
}

override WORKGROUP: u32 = 64u;
// Value columns that a workgroup sums side by side; the invocations of one column share its positions.
const COLUMNS: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> context: array<f32>;
@group(0) @binding(2) var<storage, read_write> k_bar: array<f32>;
@group(0) @binding(3) var<storage, read_write> lambda_content: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

// k̄ of one key channel [u, c].
fn normalise(channel: u32, lane: u32) {
    let key = params.key_offset + channel;

    // The largest key, so that no exponential overflows. Lanes without a position repeat the first.
    var largest = context[key];
    for (var m = lane; m < params.positions; m += WORKGROUP) {
        largest = max(largest, context[m * params.row + key]);
    }
    partial[lane] = largest;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        if lane < half {
            partial[lane] = max(partial[lane], partial[lane + half]);
        }
        workgroupBarrier();
    }
    largest = partial[0];
    workgroupBarrier();

    var sum = 0.0;
    for (var m = lane; m < params.positions; m += WORKGROUP) {
        sum += exp(context[m * params.row + key] - largest);
    }
    partial[lane] = sum;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        if lane < half {
            partial[lane] += partial[lane + half];
        }
        workgroupBarrier();
    }
    let total = partial[0];
    workgroupBarrier();

    for (var m = lane; m < params.positions; m += WORKGROUP) {
        k_bar[m * params.intra * params.key_depth + channel] = exp(context[m * params.row + key] - largest) / total;
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    for (var u = 0u; u < params.intra; u++) {
        normalise(u * params.key_depth + workgroup.x, lane);
    }
    // k̄ crosses lanes from here on.
    storageBarrier();
    workgroupBarrier();

    let channels = params.intra * params.key_depth;
    let slices = WORKGROUP / COLUMNS;
    let slice = lane / COLUMNS;
    for (var first = 0u; first < params.value_depth; first += COLUMNS) {
        let column = first + lane % COLUMNS;
        var product = 0.0;
        if column < params.value_depth {
            for (var u = 0u; u < params.intra; u++) {
                let key = u * params.key_depth + workgroup.x;
                let value = params.value_offset + u * params.value_depth + column;
                for (var m = slice; m < params.positions; m += slices) {
                    product += k_bar[m * channels + key] * context[m * params.row + value];
                }
            }
        }
        partial[lane] = product;
        workgroupBarrier();
        for (var half = slices / 2u; half > 0u; half /= 2u) {
            if slice < half {
                partial[lane] += partial[lane + half * COLUMNS];
            }
            workgroupBarrier();
        }
        if slice == 0u && column < params.value_depth {
            lambda_content[workgroup.x * params.value_depth + column] = partial[lane];
        }
        workgroupBarrier();
    }
}
