//! A layer's steps as they are listed: what a step and its arrays are called, and how it runs.

use lambdascope_core::shader_edit::ShaderStep;
use lambdascope_core::text::grouped;

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

    #[test]
    fn an_array_is_named_without_its_layer() {
        assert_eq!(short_name("stages.1.1.self_attn.qkv"), "self_attn.qkv");
        assert_eq!(short_name("stages.10.1.post_attn"), "post_attn");
        assert_eq!(short_name("stem.conv1"), "stem.conv1");
        assert_eq!(short_name("stages.1"), "stages.1");
    }
}
