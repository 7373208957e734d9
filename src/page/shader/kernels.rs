//! The kernels' texts. That each line, part and edit is found in its shader, the tests of [`super`] see to.

use crate::page::shader::{KernelText, Part, Try};

/// All kernels that a layer on the page runs.
pub const KERNELS: &[KernelText] = &[
    convolution("conv"),
    convolution("conv_shared"),
    KernelText {
        kernel: "lambda_content",
        title: "Keys to k̄, and the content lambda",
        equation: r#"<mrow><msub><mover><mi>k</mi><mo>¯</mo></mover><mi>m</mi></msub><mo>=</mo><mfrac><mrow data-part="exp"><mi>exp</mi><mo>(</mo><msub><mi>k</mi><mi>m</mi></msub><mo>−</mo><mi>max</mi><mo>)</mo></mrow><mrow data-part="sum"><msub><mo>∑</mo><mrow><mi>m</mi><mo>′</mo></mrow></msub><mi>exp</mi><mo>(</mo><msub><mi>k</mi><mrow><mi>m</mi><mo>′</mo></mrow></msub><mo>−</mo><mi>max</mi><mo>)</mo></mrow></mfrac><mspace width="2em"/><msup><mi>λ</mi><mi>c</mi></msup><mo>=</mo><mrow data-part="outer"><munder><mo>∑</mo><mi>m</mi></munder><msub><mover><mi>k</mi><mo>¯</mo></mover><mi>m</mi></msub><msubsup><mi>v</mi><mi>m</mi><mo>⊤</mo></msubsup></mrow></mrow>"#,
        parts: &[
            Part {
                id: "sum",
                text: "the sum of exponentials over all positions, once the largest key is found",
                lines: &["largest = max(largest,", "sum += "],
            },
            Part { id: "exp", text: "one key’s share of that sum", lines: &["k_bar[m * params.intra"] },
            Part { id: "outer", text: "the sum of outer products", lines: &["product += k_bar["] },
        ],
        tries: &[
            Try {
                text: "Every position the same: no softmax",
                replacements: &[["exp(context[m * params.row + key] - largest)", "1.0"]],
            },
            Try {
                text: "Leave exp out",
                replacements: &[[
                    "exp(context[m * params.row + key] - largest)",
                    "(context[m * params.row + key] - largest)",
                ]],
            },
            Try {
                text: "A sharper softmax: keys times 4",
                replacements: &[[
                    "exp(context[m * params.row + key] - largest)",
                    "exp(4.0 * (context[m * params.row + key] - largest))",
                ]],
            },
        ],
    },
    KernelText {
        kernel: "lambda_apply",
        title: "Apply λ: the implicit weights first",
        equation: r#"<mrow><msub><mi>y</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="values"><munder><mo>∑</mo><mi>m</mi></munder></mrow><mrow data-part="weights"><mo>(</mo><msub><mi>q</mi><mi>n</mi></msub><mo>·</mo><msub><mi>e</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><mo>)</mo></mrow><msub><mi>v</mi><mi>m</mi></msub><mo>+</mo><mrow data-part="query"><msubsup><mi>q</mi><mi>n</mi><mo>⊤</mo></msubsup></mrow><mo>(</mo><mrow data-part="content"><msup><mi>λ</mi><mi>c</mi></msup></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>)</mo></mrow>"#,
        parts: &[
            Part {
                id: "bias",
                text: "the position bias b, which belongs to no position",
                lines: &["var lambda = bias[c];"],
            },
            Part { id: "content", text: "the content lambda", lines: &["lambda_content[c *"] },
            Part { id: "query", text: "the query applied to both", lines: &["sum += queries[q + c] * lambda;"] },
            Part {
                id: "weights",
                text: "the query with each position embedding",
                lines: &["queries[q + c] * position["],
            },
            Part {
                id: "values",
                text: "the values, weighted and summed over the window",
                lines: &["weights[w] * context["],
            },
        ],
        tries: &[
            Try {
                text: "Leave the positions out",
                replacements: &[["sum += weights[w] *", "sum += 0.0 * weights[w] *"]],
            },
            Try {
                text: "Leave the content out",
                replacements: &[["lambda += lambda_content[", "lambda += 0.0 * lambda_content["]],
            },
            Try {
                text: "Flip the sign of the position part",
                replacements: &[["product += queries", "product -= queries"]],
            },
        ],
    },
    KernelText {
        kernel: "lambda_build",
        title: "Apply λ: λ first",
        equation: r#"<mrow><msub><mi>λ</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="content"><msup><mi>λ</mi><mi>c</mi></msup></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>+</mo><mrow data-part="positions"><munder><mo>∑</mo><mi>m</mi></munder><msub><mi>e</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><msubsup><mi>v</mi><mi>m</mi><mo>⊤</mo></msubsup></mrow><mspace width="2em"/><msub><mi>y</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="query"><msubsup><mi>q</mi><mi>n</mi><mo>⊤</mo></msubsup><msub><mi>λ</mi><mi>n</mi></msub></mrow></mrow>"#,
        parts: &[
            Part { id: "bias", text: "the position bias b", lines: &["var sum = bias[c];"] },
            Part { id: "content", text: "the content lambda", lines: &["lambda_content[c *"] },
            Part { id: "positions", text: "the position lambda", lines: &["position[e"] },
            Part { id: "query", text: "the query applied to λ", lines: &["sum += queries["] },
        ],
        tries: &[
            Try { text: "Leave the positions out", replacements: &[["sum += position[", "sum += 0.0 * position["]] },
            Try {
                text: "Leave the content out",
                replacements: &[["sum += lambda_content[", "sum += 0.0 * lambda_content["]],
            },
            Try {
                text: "Flip the sign of the position part",
                replacements: &[["sum += position[", "sum -= position["]],
            },
        ],
    },
    KernelText {
        kernel: "attention",
        title: "Softmax attention",
        equation: r#"<mrow><msub><mi>l</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><mo>=</mo><mrow data-part="content"><mfrac><mrow><msub><mi>q</mi><mi>n</mi></msub><mo>·</mo><msub><mi>k</mi><mi>m</mi></msub></mrow><msqrt><mi>k</mi></msqrt></mfrac></mrow><mo>+</mo><mrow data-part="position"><msub><mi>q</mi><mi>n</mi></msub><mo>·</mo><msub><mi>r</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub></mrow><mspace width="2em"/><msub><mi>y</mi><mi>n</mi></msub><mo>=</mo><mfrac><mrow><mrow data-part="values"><munder><mo>∑</mo><mi>m</mi></munder></mrow><mrow data-part="exp"><mi>exp</mi><mo>(</mo><msub><mi>l</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><mo>)</mo></mrow><msub><mi>v</mi><mi>m</mi></msub></mrow><mrow data-part="total"><munder><mo>∑</mo><mi>m</mi></munder><mi>exp</mi><mo>(</mo><msub><mi>l</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><mo>)</mo></mrow></mfrac></mrow>"#,
        parts: &[
            Part { id: "content", text: "the query with each key", lines: &["let scale = 1.0 /", "key * query_part"] },
            Part {
                id: "position",
                text: "the query with each row’s and column’s embedding",
                lines: &["sum += four_of_qkv(q + c)", "+ lines[line"],
            },
            Part {
                id: "exp",
                text: "the exponentials, scaled down whenever a larger logit turns up",
                lines: &["let correction = exp(", "] = exp("],
            },
            Part {
                id: "values",
                text: "the values, weighted and summed",
                lines: &["values += weight * qkv[at];", "values += correction *"],
            },
            Part {
                id: "total",
                text: "the sum of the exponentials",
                lines: &["sum += weight;", "values /= next_total;"],
            },
        ],
        tries: &[
            Try {
                text: "Leave √k out: a sharper softmax",
                replacements: &[["let scale = 1.0 / sqrt(f32(params.key_depth));", "let scale = 1.0;"]],
            },
            Try {
                text: "Leave the positions out",
                replacements: &[
                    [" + lines[line] + lines[column];", ";"],
                    [" + lines[line + 1u] + lines[column + 1u];", ";"],
                ],
            },
            Try {
                text: "Flip the sign of every logit’s content",
                replacements: &[["low += key *", "low -= key *"], ["high += key *", "high -= key *"]],
            },
        ],
    },
    KernelText {
        kernel: "pool_affine",
        title: "Norm and activation after the layer",
        equation: r#"<mrow><mi>z</mi><mo>=</mo><mrow data-part="activation"><mi>activation</mi></mrow><mo>(</mo><mrow data-part="affine"><mi>s</mi><mo>·</mo></mrow><mrow data-part="mean"><mover><mi>y</mi><mo>¯</mo></mover></mrow><mo>+</mo><mi>t</mi><mo>)</mo></mrow>"#,
        parts: &[
            Part {
                id: "activation",
                text: "the activation: ReLU, SiLU or none",
                lines: &["case 1u:", "case 2u:", "default:"],
            },
            Part { id: "mean", text: "the mean of 2×2 outputs, or of one", lines: &["sum += input[", "let mean ="] },
            Part {
                id: "affine",
                text: "what BatchNorm has become: scale and shift",
                lines: &["scale[channel] * mean"],
            },
        ],
        tries: &[
            Try {
                text: "Leave the activation out",
                replacements: &[[
                    "activate(scale[channel] * mean + shift[channel])",
                    "scale[channel] * mean + shift[channel]",
                ]],
            },
            Try {
                text: "Flip the sign of the layer’s output",
                replacements: &[["scale[channel] * mean", "-scale[channel] * mean"]],
            },
            Try {
                text: "An endless loop",
                replacements: &[["    var sum = 0.0;\n", "    var sum = 0.0;\n    loop { }\n"]],
            },
        ],
    },
];

/// The two convolutions, which differ in the memory that they use.
const fn convolution(kernel: &'static str) -> KernelText {
    KernelText {
        kernel,
        title: "Project every position’s channels to queries, keys and values",
        equation: r#"<mrow><msub><mi>y</mi><mi>p</mi></msub><mo>=</mo><mrow data-part="activation"><mi>activation</mi></mrow><mo>(</mo><mrow data-part="product"><mo>∑</mo><msup><mi>W</mi><mo>⊤</mo></msup><msub><mi>x</mi><mi>p</mi></msub></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>+</mo><mrow data-part="residual"><mi>r</mi></mrow><mo>)</mo></mrow>"#,
        parts: &[
            Part {
                id: "product",
                text: "four channels of the input times four by four weights, over and over",
                lines: &["let a_", "= a_", "let w0_", "let w1_", "let w2_", "let w3_"],
            },
            Part { id: "bias", text: "the bias, into which BatchNorm was folded", lines: &["bias[column_"] },
            Part {
                id: "residual",
                text: "the shortcut, where there is one; not in a projection",
                lines: &["+= residual["],
            },
            Part {
                id: "activation",
                text: "the activation, where there is one; not in a projection",
                lines: &["= max(sum_", "/= 1.0 + exp("],
            },
        ],
        tries: &[
            Try { text: "Leave the bias out", replacements: &[["+= bias[", "+= 0.0 * bias["]] },
            Try { text: "Flip the sign of the product", replacements: &[["+= a_", "-= a_"]] },
        ],
    }
}
