//! What is said of each kernel beside its shader: its title, its equation in parts that belong to lines of the text, and
//! edits to try. All of it is data; the text itself comes from the engine.

mod kernels;

pub use kernels::KERNELS;

use lambdascope_core::shader_edit::ShaderStep;
use lambdascope_core::text::grouped;

/// A kernel and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct KernelText {
    /// The stem of its file.
    pub kernel: &'static str,
    /// What the step does, in a few words.
    pub title: &'static str,
    /// Its equation: MathML, with an `<mrow data-part="…">` for each part.
    pub equation: &'static str,
    /// The parts, in the order in which the shader comes to them.
    pub parts: &'static [Part],
    /// Edits to try.
    pub tries: &'static [Try],
}

/// A part of an equation.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in the equation.
    pub id: &'static str,
    /// What it is.
    pub text: &'static str,
    /// What the lines that compute it contain.
    pub lines: &'static [&'static str],
}

/// An edit to try.
#[derive(Debug, PartialEq, Eq)]
pub struct Try {
    /// What it does.
    pub text: &'static str,
    /// What is replaced wherever it stands, and by what.
    pub replacements: &'static [[&'static str; 2]],
}

impl KernelText {
    /// What is known of a kernel.
    pub fn of(kernel: &str) -> Option<&'static Self> {
        KERNELS.iter().find(|text| text.kernel == kernel)
    }

    /// The lines of a source, from 0, that compute a part.
    pub fn lines(&self, part: &str, source: &str) -> Vec<usize> {
        let Some(part) = self.parts.iter().find(|own| own.id == part) else { return Vec::new() };
        let holds =
            |line: &str| !line.trim_start().starts_with("//") && part.lines.iter().any(|text| line.contains(text));
        source.lines().enumerate().filter(|(_, line)| holds(line)).map(|(at, _)| at).collect()
    }

    /// The part that a line computes, if it is one's.
    pub fn part_of(&self, line: &str) -> Option<&'static str> {
        self.parts.iter().find(|part| part.lines.iter().any(|text| line.contains(text))).map(|part| part.id)
    }
}

impl Try {
    /// The source with the edit made, if everything that it replaces is there.
    pub fn on(&self, source: &str) -> Option<String> {
        self.replacements
            .iter()
            .try_fold(source.to_owned(), |source, [from, to]| source.contains(from).then(|| source.replace(from, to)))
    }
}

/// An array's name without its layer's: `self_attn.qkv` of `stages.1.1.self_attn.qkv`.
pub fn short_name(value: &str) -> &str {
    let block = |rest: &str| rest.find('.').map(|dot| dot + 1);
    let parts = value.strip_prefix("stages.").and_then(|rest| {
        let stage = block(rest)?;
        Some(&rest[stage + block(&rest[stage..])?..])
    });
    parts.unwrap_or(value)
}

/// What a step is called among its layer's, such as `lambda_apply` or, of a convolution, what it computes.
pub fn step_name(step: &ShaderStep) -> String {
    let written = step.arrays.iter().find(|array| array.written).and_then(|array| array.value.as_deref());
    match (step.kernel.as_str(), written.and_then(|name| name.rsplit('.').next())) {
        ("conv" | "conv_shared", Some(what)) => format!("{} → {what}", step.kernel),
        _ => step.kernel.clone(),
    }
}

/// How a step runs, in a sentence.
pub fn launch(step: &ShaderStep) -> String {
    let [x, y, z] = step.grid;
    let overrides = step.overrides.iter().map(|(name, value)| format!("{name} = {value}"));
    let overrides: Vec<String> = overrides.collect();
    let constants = if overrides.is_empty() { String::new() } else { format!(", with {}", overrides.join(", ")) };
    let macs = if step.macs > 0 { format!(", {} multiplications", grouped(step.macs)) } else { String::new() };
    format!("{} workgroups ({x} × {y} × {z}){constants}{macs}.", grouped([x, y, z].map(u64::from).iter().product()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use lambdascope_core::kernels::lambda_order::Order;
    use lambdascope_core::kernels::{Shader, attention, conv, lambda_apply, lambda_content, pool_affine};

    /// Every shader that a layer on the page can run.
    fn shaders() -> Vec<Shader> {
        let layer = lambda_apply::Params { heads: 4, key_depth: 16, intra: 1, ..Zeroable::zeroed() };
        let map = attention::Params { height: 16, width: 16, ..Zeroable::zeroed() };
        let mut all: Vec<Shader> = conv::TILES.into_iter().map(conv::shader).collect();
        all.extend([Order::WeightsFirst.shader(&layer), Order::LambdaFirst.shader(&layer)]);
        all.extend([lambda_content::shader(), map.shader(), pool_affine::shader()]);
        all
    }

    #[test]
    fn every_part_has_lines_and_stands_in_the_equation() {
        for shader in shaders() {
            let text = KernelText::of(shader.name).unwrap();
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
            assert_eq!(text.equation.matches("data-part").count(), text.parts.len(), "{}", shader.name);
            let document = roxmltree::Document::parse(text.equation).unwrap();
            assert_eq!(document.root_element().tag_name().name(), "mrow");
        }
    }

    #[test]
    fn every_edit_to_try_changes_the_shader_and_is_valid() {
        for shader in shaders() {
            let text = KernelText::of(shader.name).unwrap();
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
    fn an_array_is_named_without_its_layer() {
        assert_eq!(short_name("stages.1.1.self_attn.qkv"), "self_attn.qkv");
        assert_eq!(short_name("stages.10.1.post_attn"), "post_attn");
        assert_eq!(short_name("stem.conv1"), "stem.conv1");
        assert_eq!(short_name("stages.1"), "stages.1");
    }

    #[test]
    fn a_line_knows_its_part() {
        let text = KernelText::of("lambda_apply").unwrap();
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
