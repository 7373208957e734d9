// The content lambda:
//
//     k̄[m, c] = exp(key[m, c]) / Σ_m' exp(key[m', c]),   λᶜ[c, j] = Σ_m k̄[m, c] · value[m, j]
//
// qkv [positions, width], whose rows are q | k | v; k_bar [positions, key_depth]; lambda_content
// [key_depth, value_depth]. One workgroup takes one key channel c; WORKGROUP is a power of two, at least COLUMNS.
//
// Agrees with its twin, src/cpu/lambda_content.rs, to 1e-4 of the largest value.

struct Params {
    positions: u32,
    width: u32,
    key_offset: u32,
    value_offset: u32,
    key_depth: u32,
    value_depth: u32,
}

override WORKGROUP: u32 = 64u;
// Value columns that a workgroup sums side by side; the invocations of one column share its positions.
const COLUMNS: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read_write> k_bar: array<f32>;
@group(0) @binding(3) var<storage, read_write> lambda_content: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let channel = workgroup.x;
    let key = params.key_offset + channel;

    // The largest key, so that no exponential overflows. Lanes without a position repeat the first.
    var largest = qkv[key];
    for (var m = lane; m < params.positions; m += WORKGROUP) {
        largest = max(largest, qkv[m * params.width + key]);
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
        sum += exp(qkv[m * params.width + key] - largest);
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

    for (var m = lane; m < params.positions; m += WORKGROUP) {
        k_bar[m * params.key_depth + channel] = exp(qkv[m * params.width + key] - largest) / total;
    }
    // k̄ crosses lanes from here on, and `partial` is free again.
    storageBarrier();
    workgroupBarrier();

    let slices = WORKGROUP / COLUMNS;
    let slice = lane / COLUMNS;
    for (var first = 0u; first < params.value_depth; first += COLUMNS) {
        let column = first + lane % COLUMNS;
        var product = 0.0;
        if column < params.value_depth {
            for (var m = slice; m < params.positions; m += slices) {
                product += k_bar[m * params.key_depth + channel] * qkv[m * params.width + params.value_offset + column];
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
            lambda_content[channel * params.value_depth + column] = partial[lane];
        }
        workgroupBarrier();
    }
}
