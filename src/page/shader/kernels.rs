//! The kernels' texts, all of them data. The tests hold each line, part and edit against the shaders.

use super::kernel_text::{EquationPart, KernelText, Try};

/// All kernels that a layer on the page runs.
const KERNELS: &[KernelText] = &[
    convolution("conv"),
    convolution("conv_shared"),
    KernelText {
        kernel: "lambda_content",
        title: "Keys to k̄, and the content lambda",
        equation: r#"<mrow><msub><mover><mi>k</mi><mo>¯</mo></mover><mi>m</mi></msub><mo>=</mo><mfrac><mrow data-part="exp"><mi>exp</mi><mo>(</mo><msub><mi>k</mi><mi>m</mi></msub><mo>−</mo><mi>max</mi><mo>)</mo></mrow><mrow data-part="sum"><msub><mo>∑</mo><mrow><mi>m</mi><mo>′</mo></mrow></msub><mi>exp</mi><mo>(</mo><msub><mi>k</mi><mrow><mi>m</mi><mo>′</mo></mrow></msub><mo>−</mo><mi>max</mi><mo>)</mo></mrow></mfrac><mspace width="2em"/><msup><mi>λ</mi><mi>c</mi></msup><mo>=</mo><mrow data-part="outer"><munder><mo>∑</mo><mi>m</mi></munder><msub><mover><mi>k</mi><mo>¯</mo></mover><mi>m</mi></msub><msubsup><mi>v</mi><mi>m</mi><mo>⊤</mo></msubsup></mrow></mrow>"#,
        pytorch: include_str!("pytorch/lambda_content.py"),
        parts: &[
            EquationPart {
                id: "sum",
                text: "the sum of exponentials over all positions, once the largest key is found",
                lines: &["largest = max(largest,", "sum += "],
            },
            EquationPart { id: "exp", text: "one key’s share of that sum", lines: &["k_bar[m * params.intra"] },
            EquationPart { id: "outer", text: "the sum of outer products", lines: &["product += k_bar["] },
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
        title: "Apply λ: the position part from the query’s end",
        equation: r#"<mrow><msub><mi>y</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="values"><munder><mo>∑</mo><mi>m</mi></munder></mrow><mrow data-part="weights"><mo>(</mo><msub><mi>q</mi><mi>n</mi></msub><mo>·</mo><msub><mi>e</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><mo>)</mo></mrow><msub><mi>v</mi><mi>m</mi></msub><mo>+</mo><mrow data-part="query"><msubsup><mi>q</mi><mi>n</mi><mo>⊤</mo></msubsup></mrow><mo>(</mo><mrow data-part="content"><msup><mi>λ</mi><mi>c</mi></msup></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>)</mo></mrow>"#,
        pytorch: include_str!("pytorch/lambda_apply.py"),
        parts: &[
            EquationPart {
                id: "bias",
                text: "the position bias b, which belongs to no position",
                lines: &["var lambda = bias[c];"],
            },
            EquationPart { id: "content", text: "the content lambda", lines: &["lambda_content[c *"] },
            EquationPart {
                id: "query",
                text: "the query applied to both",
                lines: &["sum += four_queries(q + c) * lambda;"],
            },
            EquationPart {
                id: "weights",
                text: "the query with each position embedding",
                lines: &["four_queries(q + c) * position["],
            },
            EquationPart {
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
                replacements: &[["product += four_queries", "product -= four_queries"]],
            },
        ],
    },
    KernelText {
        kernel: "lambda_build",
        title: "Apply λ: λ first",
        equation: r#"<mrow><msub><mi>λ</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="content"><msup><mi>λ</mi><mi>c</mi></msup></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>+</mo><mrow data-part="positions"><munder><mo>∑</mo><mi>m</mi></munder><msub><mi>e</mi><mrow><mi>n</mi><mi>m</mi></mrow></msub><msubsup><mi>v</mi><mi>m</mi><mo>⊤</mo></msubsup></mrow><mspace width="2em"/><msub><mi>y</mi><mi>n</mi></msub><mo>=</mo><mrow data-part="query"><msubsup><mi>q</mi><mi>n</mi><mo>⊤</mo></msubsup><msub><mi>λ</mi><mi>n</mi></msub></mrow></mrow>"#,
        pytorch: include_str!("pytorch/lambda_build.py"),
        parts: &[
            EquationPart { id: "bias", text: "the position bias b", lines: &["var sum = bias[c];"] },
            EquationPart { id: "content", text: "the content lambda", lines: &["lambda_content[c *"] },
            EquationPart { id: "positions", text: "the position lambda", lines: &["position[e"] },
            EquationPart { id: "query", text: "the query applied to λ", lines: &["sum += queries["] },
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
        pytorch: include_str!("pytorch/attention.py"),
        parts: &[
            EquationPart {
                id: "content",
                text: "the query with each key",
                lines: &["let scale = 1.0 /", "key * query_part"],
            },
            EquationPart {
                id: "position",
                text: "the query with each row’s and column’s embedding",
                lines: &["sum += four_of_qkv(q + c)", "+ lines[line"],
            },
            EquationPart {
                id: "exp",
                text: "the exponentials, scaled down whenever a larger logit turns up",
                lines: &["let correction = exp(", "] = exp("],
            },
            EquationPart {
                id: "values",
                text: "the values, weighted and summed",
                lines: &["values += weight * qkv[at];", "values += correction *"],
            },
            EquationPart {
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
        pytorch: include_str!("pytorch/pool_affine.py"),
        parts: &[
            EquationPart {
                id: "activation",
                text: "the activation: ReLU, SiLU or none",
                lines: &["case 1u:", "case 2u:", "default:"],
            },
            EquationPart {
                id: "mean",
                text: "the mean of 2×2 outputs, or of one",
                lines: &["sum += input[", "let mean ="],
            },
            EquationPart {
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

/// What is known of a kernel.
pub fn text_of(kernel: &str) -> Option<&'static KernelText> {
    KERNELS.iter().find(|text| text.kernel == kernel)
}

/// The two convolutions, which differ in the memory that they use.
const fn convolution(kernel: &'static str) -> KernelText {
    KernelText {
        kernel,
        title: "Project every position’s channels to queries, keys and values",
        equation: r#"<mrow><msub><mi>y</mi><mi>p</mi></msub><mo>=</mo><mrow data-part="activation"><mi>activation</mi></mrow><mo>(</mo><mrow data-part="product"><mo>∑</mo><msup><mi>W</mi><mo>⊤</mo></msup><msub><mi>x</mi><mi>p</mi></msub></mrow><mo>+</mo><mrow data-part="bias"><mi>b</mi></mrow><mo>+</mo><mrow data-part="residual"><mi>r</mi></mrow><mo>)</mo></mrow>"#,
        pytorch: include_str!("pytorch/conv.py"),
        parts: &[
            EquationPart {
                id: "product",
                text: "four channels of the input times four by four weights, over and over",
                lines: &["let a_", "* a_", "let w_"],
            },
            EquationPart { id: "bias", text: "the bias, into which BatchNorm was folded", lines: &["bias[column_"] },
            EquationPart {
                id: "residual",
                text: "the shortcut, where there is one; not in a projection",
                lines: &["+= residual["],
            },
            EquationPart {
                id: "activation",
                text: "the activation, where there is one; not in a projection",
                lines: &["= relu(sum_", "/= 1.0 + exp("],
            },
        ],
        tries: &[
            Try { text: "Leave the bias out", replacements: &[["+= bias[", "+= 0.0 * bias["]] },
            Try { text: "Flip the sign of the product", replacements: &[["+= w_", "-= w_"]] },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use lambdascope_core::kernels::lambda_order::Order;
    use lambdascope_core::kernels::{Shader, attention, conv, lambda_apply, lambda_content, pool_affine};

    /// Every shader that the page shows: none with subgroups (`Strategy::without_subgroups`).
    fn shaders() -> Vec<Shader> {
        let layer = lambda_apply::Params { heads: 4, key_depth: 16, intra: 1, ..Zeroable::zeroed() };
        let map = attention::Params { height: 16, width: 16, ..Zeroable::zeroed() };
        let mut all: Vec<Shader> = conv::TILES.into_iter().map(|tile| conv::shader(tile.into())).collect();
        all.retain(|shader| !shader.needs_subgroups());
        all.extend([Order::WeightsFirst.shader(&layer), Order::LambdaFirst.shader(&layer)]);
        all.extend([lambda_content::shader(), map.shader(), pool_affine::shader()]);
        all
    }

    #[test]
    fn every_part_has_lines_and_stands_in_the_equation() {
        for shader in shaders() {
            let text = text_of(shader.name).unwrap();
            for part in text.parts {
                assert!(!text.lines(part.id, &shader.source).is_empty(), "{}: {}", shader.name, part.id);
                for line in part.lines {
                    assert!(shader.source.contains(line), "{}: {line}", shader.name);
                }
                assert!(
                    text.equation.contains(&format!("<mrow data-part=\"{}\">", part.id)),
                    "{}: {}",
                    shader.name,
                    part.id
                );
            }
            assert!(text.pytorch.contains(" = ") && text.pytorch.ends_with('\n'), "{}", shader.name);
            assert_eq!(text.equation.matches("data-part").count(), text.parts.len(), "{}", shader.name);
            let document = roxmltree::Document::parse(text.equation).unwrap();
            assert_eq!(document.root_element().tag_name().name(), "mrow");
        }
    }

    #[test]
    fn every_edit_to_try_changes_the_shader_and_is_valid() {
        for shader in shaders() {
            let text = text_of(shader.name).unwrap();
            assert!(text.tries.len() >= 2, "{}", shader.name);
            for edit in text.tries {
                let source = edit.on(&shader.source).unwrap_or_else(|| panic!("{}: {}", shader.name, edit.text));
                assert_ne!(source, shader.source);
                for part in text.parts {
                    assert!(
                        !text.lines(part.id, &source).is_empty(),
                        "{}: {} has lost {}",
                        shader.name,
                        edit.text,
                        part.id
                    );
                }
                lambdascope_engine::gpu::check(&shader, &source)
                    .unwrap_or_else(|fault| panic!("{}: {}: {fault:?}", shader.name, edit.text));
            }
        }
    }

    #[test]
    fn a_line_knows_its_part() {
        let text = text_of("lambda_apply").unwrap();
        let source = lambda_apply::Params::zeroed().shader().source;
        for part in text.parts {
            for line in text.lines(part.id, &source) {
                assert!(text.part_of(source.lines().nth(line).unwrap()).is_some());
            }
        }
        assert_eq!(text.part_of("let a = 1;"), None);
        assert!(text.tries[0].on("nothing of it").is_none());
    }
}
