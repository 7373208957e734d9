// The lambda layer's output, position lambdas never materialised:
//
//     output[n, h, j] = Σ_δ (q[n, h] · E[δ]) · value[n + δ, j] + Σ_c q[n, h, c] · (λᶜ[c, j] + bias[c])
//
// δ runs over the window · window offsets whose pixel lies inside the map. qkv [height · width, row], whose rows are
// q | k | v; lambda_content [key_depth, value_depth]; position [window · window, key_depth], row-major offsets from
// (−⌊window / 2⌋, −⌊window / 2⌋); bias [key_depth]; output [height · width, heads · value_depth]. One workgroup takes
// one query pixel; WEIGHTS = heads · window · window.
//
// Agrees with its twin, src/cpu/lambda_apply.rs, to 1e-4 of the largest value.

struct Params {
    height: u32,
    width: u32,
    row: u32,
    value_offset: u32,
    heads: u32,
    key_depth: u32,
    value_depth: u32,
    window: u32,
}

override WORKGROUP: u32 = 64u;
override WEIGHTS: u32 = 324u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> lambda_content: array<f32>;
@group(0) @binding(3) var<storage, read> position: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> output: array<f32>;

// q · E, [heads, window · window].
var<workgroup> weights: array<f32, WEIGHTS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
    let offsets = params.window * params.window;
    let n = workgroup.y * params.width + workgroup.x;
    let query = n * params.row;

    for (var w = lane; w < params.heads * offsets; w += WORKGROUP) {
        let q = query + w / offsets * params.key_depth;
        let e = w % offsets * params.key_depth;
        var product = 0.0;
        for (var c = 0u; c < params.key_depth; c++) {
            product += qkv[q + c] * position[e + c];
        }
        weights[w] = product;
    }
    workgroupBarrier();

    // The part of the window inside the map; (y + half − pixel) is an offset's row.
    let half = params.window / 2u;
    let top = max(workgroup.y, half) - half;
    let bottom = min(workgroup.y + half, params.height - 1u);
    let left = max(workgroup.x, half) - half;
    let right = min(workgroup.x + half, params.width - 1u);

    let outputs = params.heads * params.value_depth;
    for (var o = lane; o < outputs; o += WORKGROUP) {
        let head = o / params.value_depth;
        let column = o % params.value_depth;

        var sum = 0.0;
        for (var y = top; y <= bottom; y++) {
            var w = head * offsets + (y + half - workgroup.y) * params.window + (left + half - workgroup.x);
            var value = (y * params.width + left) * params.row + params.value_offset + column;
            for (var x = left; x <= right; x++) {
                sum += weights[w] * qkv[value];
                w++;
                value += params.row;
            }
        }
        let q = query + head * params.key_depth;
        for (var c = 0u; c < params.key_depth; c++) {
            sum += qkv[q + c] * (lambda_content[c * params.value_depth + column] + bias[c]);
        }
        output[n * outputs + o] = sum;
    }
}
